import { afterAll, beforeAll, expect, test } from 'vitest';
import { callers } from './callers.ts';
import { codesOf, login, refresh, signUp, startUsers, type UsersFixture, viewerOf } from './users-fixture.ts';

let shop: UsersFixture;
beforeAll(async () => {
  shop = await startUsers();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function revokedIds(since: Date): Promise<string[]> {
  const { data } = await shop.request<{ revokedSessions: { sessionId: string }[] }>(
    callers.service('gateway'),
    'query ($since: DateTime!) { revokedSessions(since: $since) { sessionId until } }',
    { since: since.toISOString() },
  );
  return data?.revokedSessions.map(({ sessionId }) => sessionId) ?? [];
}

test('a refresh continues the same session with new tokens', async () => {
  const { session, viewer } = await signUp(shop, 'refresh@example.com');
  const next = await refresh(shop, session.refreshToken);
  expect(next.userErrors).toEqual([]);
  expect(next.session?.refreshToken).not.toBe(session.refreshToken);
  expect(next.session && viewerOf(next.session)).toEqual(viewer);
  expect((await refresh(shop, next.session?.refreshToken ?? '')).userErrors).toEqual([]);
});

test('twenty refreshes at once with one token get one and the same successor, so that two tabs do not sign each other out', async () => {
  const { session } = await signUp(shop, 'tabs@example.com');
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(shop, session.refreshToken)));
  expect(new Set(answers.map((answer) => answer.session?.refreshToken)).size).toBe(1);
  expect(answers.flatMap(codesOf)).toEqual([]);
  expect((await refresh(shop, answers[0]?.session?.refreshToken ?? '')).userErrors).toEqual([]);
});

test('the predecessor answers the same successor for ten seconds and ends the session afterwards', async () => {
  const { session, viewer } = await signUp(shop, 'grace@example.com');
  const successor = (await refresh(shop, session.refreshToken)).session;
  shop.advance(9_000);
  expect((await refresh(shop, session.refreshToken)).session?.refreshToken).toBe(successor?.refreshToken);
  shop.advance(2_000);
  const before = shop.now();
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['TOKEN_REUSED']);
  expect(codesOf(await refresh(shop, successor?.refreshToken ?? ''))).toEqual(['TOKEN_INVALID']);
  expect(await revokedIds(before)).toContain(viewer.sessionId);
});

test('an older token ends the session at once, however fresh it is', async () => {
  const { session } = await signUp(shop, 'older@example.com');
  const second = (await refresh(shop, session.refreshToken)).session;
  const third = (await refresh(shop, second?.refreshToken ?? '')).session;
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['TOKEN_REUSED']);
  expect(codesOf(await refresh(shop, third?.refreshToken ?? ''))).toEqual(['TOKEN_INVALID']);
});

test('a token that was never issued ends nothing, or knowing a session id would be enough to sign its owner out', async () => {
  const { session, viewer } = await signUp(shop, 'forged@example.com');
  const second = (await refresh(shop, session.refreshToken)).session;
  const forged = `${viewer.sessionId}.0.${'A'.repeat(43)}`;
  expect(codesOf(await refresh(shop, forged))).toEqual(['TOKEN_INVALID']);
  for (const text of ['', 'x', '{"$ne":null}', `${viewer.sessionId}.99.${'A'.repeat(43)}`, 'x'.repeat(100_000)]) {
    expect(codesOf(await refresh(shop, text))).toEqual(['TOKEN_INVALID']);
  }
  expect((await refresh(shop, second?.refreshToken ?? '')).userErrors).toEqual([]);
});

test('a session that nobody refreshed in time has expired', async () => {
  const { session } = await signUp(shop, 'expired@example.com');
  shop.advance(31 * 24 * 60 * 60_000);
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['TOKEN_EXPIRED']);
});

test('logout ends the session, tells the gateway before it answers, and is harmless twice', async () => {
  const { session, viewer } = await signUp(shop, 'logout@example.com');
  const before = shop.now();
  const mutation = 'mutation { logout { session { accessToken } userErrors { code } } }';
  const { data } = await shop.request(viewer, mutation);
  expect(data).toEqual({ logout: { session: null, userErrors: [] } });
  const told = shop.events.filter(({ kind, key }) => kind === 'session.revoked' && key === viewer.sessionId);
  expect(told[0]?.payload).toEqual({ sessionId: viewer.sessionId, until: expect.any(String) });
  // Until then every access token of the session has expired.
  expect(Date.parse(String(told[0]?.payload['until']))).toBeGreaterThanOrEqual(
    Date.parse(session.accessTokenExpiresAt),
  );
  expect(await revokedIds(before)).toEqual([viewer.sessionId]);
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['TOKEN_INVALID']);
  expect((await shop.request(viewer, mutation)).data).toEqual({ logout: { session: null, userErrors: [] } });
});

test('an ended session is denied until its access tokens have expired, not longer', async () => {
  const { viewer } = await signUp(shop, 'denied@example.com');
  const before = shop.now();
  await shop.request(viewer, 'mutation { logout { userErrors { code } } }');
  expect(await revokedIds(before)).toContain(viewer.sessionId);
  expect(await revokedIds(shop.now())).not.toContain(viewer.sessionId);
  shop.advance(17 * 60_000);
  expect(await revokedIds(before)).not.toContain(viewer.sessionId);
});

test('lists live sessions, newest first, with device and last use, and marks the one that asks', async () => {
  const first = await signUp(shop, 'devices@example.com', { 'user-agent': 'Phone/1.0' });
  shop.advance(5_000);
  const second = (await login(shop, 'devices@example.com', undefined, { 'user-agent': 'Laptop/2.0' })).session;
  shop.advance(5_000);
  await refresh(shop, first.session.refreshToken);
  const { data } = await shop.request<{ me: { sessions: Record<string, unknown>[] } }>(
    first.viewer,
    '{ me { sessions { id createdAt lastSeenAt userAgent isCurrent } } }',
  );
  const [newest, oldest] = data?.me.sessions ?? [];
  expect(newest).toMatchObject({ id: second && viewerOf(second).sessionId, userAgent: 'Laptop/2.0', isCurrent: false });
  expect(oldest).toMatchObject({ id: first.viewer.sessionId, isCurrent: true });
  expect(Date.parse(String(oldest?.['lastSeenAt']))).toBeGreaterThan(Date.parse(String(oldest?.['createdAt'])));
});

test('one session can be ended from another, and nobody else can end it', async () => {
  const first = await signUp(shop, 'remote@example.com');
  const stranger = await signUp(shop, 'stranger@example.com');
  const second = (await login(shop, 'remote@example.com')).session;
  if (second === null) throw new Error('no session');
  const mutation =
    'mutation ($id: ID!) { endSession(sessionId: $id) { user { sessions { id } } userErrors { code field } } }';
  const end = (viewer: typeof first.viewer, id: string) =>
    shop.request<{ endSession: { user: unknown; userErrors: { code: string }[] } }>(viewer, mutation, { id });
  const { sessionId } = viewerOf(second);
  const notFound = { user: null, userErrors: [{ code: 'NOT_FOUND', field: ['sessionId'] }] };
  expect((await end(stranger.viewer, sessionId)).data?.endSession).toEqual(notFound);
  expect((await end(stranger.viewer, 'ses_unknown')).data?.endSession).toEqual(notFound);
  expect((await end(first.viewer, sessionId)).data?.endSession).toEqual({
    user: { sessions: [{ id: first.viewer.sessionId }] },
    userErrors: [],
  });
  expect(codesOf(await refresh(shop, second.refreshToken))).toEqual(['TOKEN_INVALID']);
  expect((await end(first.viewer, sessionId)).data?.endSession).toEqual(notFound);
});

test('logging out everywhere ends every session and spares other accounts', async () => {
  const first = await signUp(shop, 'everywhere@example.com');
  const other = await signUp(shop, 'spared@example.com');
  const second = (await login(shop, 'everywhere@example.com')).session;
  const before = shop.now();
  const { data } = await shop.request(
    first.viewer,
    'mutation { logoutEverywhere { session { accessToken } userErrors { code } } }',
  );
  expect(data).toEqual({ logoutEverywhere: { session: null, userErrors: [] } });
  expect(codesOf(await refresh(shop, first.session.refreshToken))).toEqual(['TOKEN_INVALID']);
  expect(codesOf(await refresh(shop, second?.refreshToken ?? ''))).toEqual(['TOKEN_INVALID']);
  expect((await revokedIds(before)).sort()).toEqual(
    [first.viewer.sessionId, second && viewerOf(second).sessionId].sort(),
  );
  expect((await refresh(shop, other.session.refreshToken)).userErrors).toEqual([]);
  expect((await login(shop, 'everywhere@example.com')).userErrors).toEqual([]);
});
