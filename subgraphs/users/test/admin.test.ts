import type { Viewer } from '@swiftcart/identity';
import { createConnection } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callers } from './callers.ts';
import { codesOf, login, refresh, signUp, startUsers, topLevelCode, type UsersFixture } from './users-fixture.ts';

let shop: UsersFixture;
const admin = callers.admin();
beforeAll(async () => {
  shop = await startUsers();
  await shop.service.seedDemoAccounts({ password: 'swiftcart-demo-1' });
});
afterAll(() => shop[Symbol.asyncDispose]());

type Payload = { user: { roles: string[] } | null; userErrors: { code: string; field: string[] | null }[] };

async function setRoles(userId: string, roles: string[]): Promise<Payload> {
  const { data, errors } = await shop.request<{ setUserRoles: Payload }>(
    admin,
    'mutation ($userId: ID!, $roles: [Role!]!) { setUserRoles(userId: $userId, roles: $roles) { user { roles } userErrors { code field } } }',
    { userId, roles },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.setUserRoles;
}

async function setBlocked(userId: string, blocked: boolean, reason: string | null = null): Promise<Payload> {
  const { data, errors } = await shop.request<{ setUserBlocked: Payload }>(
    admin,
    `mutation ($userId: ID!, $blocked: Boolean!, $reason: String) {
      setUserBlocked(userId: $userId, blocked: $blocked, reason: $reason) { user { roles } userErrors { code field } } }`,
    { userId, blocked, reason },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.setUserBlocked;
}

async function auditOf(userId: string): Promise<unknown[]> {
  const connection = await createConnection(shop.mongodbUri).asPromise();
  try {
    const user = await connection.collection<{ _id: string; audit: unknown[] }>('users').findOne({ _id: userId });
    return user?.audit ?? [];
  } finally {
    await connection.close();
  }
}

test('the four demo accounts can sign in, and seeding again changes nothing', async () => {
  await shop.service.seedDemoAccounts({ password: 'another-password-2' });
  for (const [key, roles] of [
    ['customer', ['CUSTOMER']],
    ['rider', ['RIDER']],
    ['operator', ['OPERATOR']],
    ['admin', ['ADMIN']],
  ] as const) {
    const { session } = await login(shop, `${key}@swiftcart.test`, 'swiftcart-demo-1');
    expect(session?.user).toMatchObject({ id: `usr_demo_${key}`, roles });
  }
  const { data } = await shop.request(callers.customer(), '{ me { name defaultAddress { id city pincode } } }');
  expect(data).toEqual({
    me: { name: 'Asha Rao', defaultAddress: { id: 'adr_demo_home', city: 'Bengaluru', pincode: '560001' } },
  });
});

test('a new role comes with the next refresh, and a lost one ends the sessions that still carry it', async () => {
  const { viewer, session } = await signUp(shop, 'promoted@example.com');
  expect(await setRoles(viewer.userId, ['RIDER', 'CUSTOMER', 'RIDER'])).toEqual({
    user: { roles: ['CUSTOMER', 'RIDER'] },
    userErrors: [],
  });
  const refreshed = (await refresh(shop, session.refreshToken)).session;
  expect(refreshed?.user.roles).toEqual(['CUSTOMER', 'RIDER']);
  await setRoles(viewer.userId, ['CUSTOMER']);
  expect(codesOf(await refresh(shop, refreshed?.refreshToken ?? ''))).toEqual(['TOKEN_INVALID']);
  expect(shop.events.some(({ kind, key }) => kind === 'session.revoked' && key === viewer.sessionId)).toBe(true);
  expect(await auditOf(viewer.userId)).toMatchObject([
    { action: 'roles-set', actorId: 'usr_demo_admin', roles: { from: ['CUSTOMER'], to: ['CUSTOMER', 'RIDER'] } },
    { action: 'roles-set', actorId: 'usr_demo_admin', roles: { from: ['CUSTOMER', 'RIDER'], to: ['CUSTOMER'] } },
  ]);
});

test('refuses roles that would lock somebody out, and unknown accounts', async () => {
  expect((await setRoles('usr_demo_customer', [])).userErrors).toMatchObject([{ code: 'INVALID', field: ['roles'] }]);
  expect((await setRoles('usr_demo_admin', ['CUSTOMER'])).userErrors).toMatchObject([{ code: 'INVALID' }]);
  expect((await setRoles('usr_unknown', ['RIDER'])).userErrors).toMatchObject([
    { code: 'NOT_FOUND', field: ['userId'] },
  ]);
});

test('a blocked account loses its access at once everywhere and is told why only by its own secrets', async () => {
  const { viewer, session } = await signUp(shop, 'blocked@example.com');
  expect(codesOf(await setBlocked(viewer.userId, true, 'card fraud'))).toEqual([]);
  expect(shop.events.some(({ kind, key }) => kind === 'session.revoked' && key === viewer.sessionId)).toBe(true);
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['ACCOUNT_BLOCKED']);
  expect(codesOf(await login(shop, 'blocked@example.com'))).toEqual(['ACCOUNT_BLOCKED']);
  expect(codesOf(await login(shop, 'blocked@example.com', 'a-guess-1'))).toEqual(['INVALID_CREDENTIALS']);
  expect(codesOf(await setBlocked(viewer.userId, true))).toEqual([]);
  expect(codesOf(await setBlocked(viewer.userId, false, 'talked to him'))).toEqual([]);
  expect(codesOf(await login(shop, 'blocked@example.com'))).toEqual([]);
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['TOKEN_INVALID']);
  expect(await auditOf(viewer.userId)).toMatchObject([
    { action: 'blocked', actorId: 'usr_demo_admin', reason: 'card fraud' },
    { action: 'unblocked', actorId: 'usr_demo_admin', reason: 'talked to him' },
  ]);
});

test('refuses to block oneself, an unknown account, or with a reason that cannot be stored', async () => {
  expect((await setBlocked('usr_demo_admin', true)).userErrors).toMatchObject([{ code: 'INVALID', field: ['userId'] }]);
  expect((await setBlocked('usr_unknown', true)).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['userId'] }]);
  for (const reason of ['x'.repeat(501), 'a\0b', '\ud800']) {
    expect((await setBlocked('usr_demo_customer', true, reason)).userErrors).toMatchObject([
      { code: 'INVALID', field: ['reason'] },
    ]);
  }
});

test('of logins and a block at once no session survives the block', async () => {
  const { viewer } = await signUp(shop, 'block-race@example.com');
  // The logins have read the account and are hashing when it is blocked.
  const loggingIn = Array.from({ length: 20 }, () => login(shop, 'block-race@example.com'));
  await shop.request(admin, '{ me { id } }');
  expect(codesOf(await setBlocked(viewer.userId, true))).toEqual([]);
  const logins = await Promise.all(loggingIn);
  for (const { session } of logins) {
    if (session === null) continue;
    expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['ACCOUNT_BLOCKED']);
  }
  const { data } = await shop.request<{ user: { sessions: unknown[] } }>(
    admin,
    'query ($id: ID!) { user(id: $id) { sessions { id } } }',
    { id: viewer.userId },
  );
  expect(data?.user.sessions).toEqual([]);
});

test('sessions end although the process that decided it died before ending them', async () => {
  const { viewer } = await signUp(shop, 'crash@example.com');
  const connection = await createConnection(shop.mongodbUri).asPromise();
  try {
    // What remains of a block whose process died right after its one write.
    const event = {
      id: 'evt_crash',
      topic: 'users',
      kind: 'user.sessionsEnded',
      key: viewer.userId,
      occurredAt: shop.now().toISOString(),
      correlationId: 'req_crash',
      payload: { userId: viewer.userId, reason: 'by-admin' },
    };
    await connection
      .collection<{ _id: string; outbox: object[] }>('users')
      .updateOne({ _id: viewer.userId }, { $inc: { sessionEpoch: 1 }, $push: { outbox: event } });
  } finally {
    await connection.close();
  }
  await expect
    .poll(() => shop.events.some(({ kind, key }) => kind === 'session.revoked' && key === viewer.sessionId), {
      timeout: 5_000,
    })
    .toBe(true);
});

interface Page {
  users: {
    nodes: { id: string; email: string }[];
    edges: { cursor: string }[];
    totalCount: number;
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  };
}

async function page(variables: Record<string, unknown>, viewer: Viewer = admin) {
  return shop.request<Page>(
    viewer,
    `query ($search: String, $role: Role, $first: Int, $after: String) {
      users(search: $search, role: $role, first: $first, after: $after) {
        nodes { id email } edges { cursor } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    variables,
  );
}

test('pages through all accounts, newest first, each once, although accounts are opened meanwhile', async () => {
  const emails = Array.from({ length: 7 }, (_, index) => `page-${index}@pages.example`);
  for (const email of emails) await signUp(shop, email);
  const seen: string[] = [];
  let after: string | null = null;
  for (let round = 0; round < 5; round += 1) {
    const { data } = await page({ search: 'pages.example', first: 3, after });
    if (data === null) throw new Error('no page');
    seen.push(...data.users.nodes.map(({ email }) => email));
    expect(data.users.pageInfo.hasPreviousPage).toBe(round > 0);
    expect(data.users.pageInfo.endCursor).toBe(data.users.edges.at(-1)?.cursor ?? null);
    if (round === 0) await signUp(shop, 'late@pages.example');
    after = data.users.pageInfo.endCursor;
    if (!data.users.pageInfo.hasNextPage) break;
  }
  expect(seen).toEqual(emails.reverse());
});

test.each([
  ['ASHA rao demo', 0],
  ['asha customer@swiftcart.test', 1],
  ['omk', 1],
  ['9000000003', 1],
  ['+91900000000', 4],
  ['.*', 0],
  ['^omkar$', 0],
  ['$ne', 0],
  ['\\', 0],
] as const)('searches %j literally and from the beginning of words', async (search, count) => {
  const { data } = await page({ search });
  expect([data?.users.nodes.length, data?.users.totalCount]).toEqual([count, count]);
});

test('lists by role', async () => {
  const { data } = await page({ role: 'OPERATOR' });
  expect(data?.users.nodes.map(({ id }) => id)).toEqual(['usr_demo_operator']);
});

test.each([{ first: 0 }, { first: 101 }, { first: -1 }, { after: 'x' }, { after: 'W10' }, { after: 'WyJ4IiwieSJd' }])(
  'refuses %j as a page',
  async (variables) => {
    expect(topLevelCode(await page(variables))).toBe('BAD_USER_INPUT');
  },
);

test('an operator sees an account by id, and null where there is none', async () => {
  const query = '{ known: user(id: "usr_demo_rider") { name email } unknown: user(id: "__proto__") { name } }';
  expect((await shop.request(callers.operator(), query)).data).toEqual({
    known: { name: 'Ravi Kumar', email: 'rider@swiftcart.test' },
    unknown: null,
  });
});

test('the first admin comes from the command line, once per address', async () => {
  const wanted = { name: 'Root', email: 'root@example.com', password: 'papaya-shake-9' };
  expect(await shop.service.createAdmin(wanted)).toMatchObject({ ok: true });
  expect(await shop.service.createAdmin(wanted)).toMatchObject({ ok: false, refusals: [{ code: 'EMAIL_TAKEN' }] });
  expect(await shop.service.createAdmin({ ...wanted, password: 'x' })).toMatchObject({ ok: false });
  const { session } = await login(shop, 'root@example.com', 'papaya-shake-9');
  expect(session?.user.roles).toContain('ADMIN');
});
