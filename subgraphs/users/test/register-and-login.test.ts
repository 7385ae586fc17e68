import { createAccessTokenVerifier, localKeys, parseJwks } from '@swiftcart/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  codesOf,
  login,
  password,
  register,
  signUp,
  startUsers,
  type UsersFixture,
  viewerOf,
} from './users-fixture.ts';

let shop: UsersFixture;
beforeAll(async () => {
  shop = await startUsers();
});
afterAll(() => shop[Symbol.asyncDispose]());

test('a registration signs in at once, with an access token that the published keys verify', async () => {
  const { session, userErrors } = await register(shop, { email: 'Asha@Example.com', phone: '98765 00001' });
  expect(userErrors).toEqual([]);
  expect(session?.user).toMatchObject({ name: 'Asha Rao', email: 'asha@example.com', roles: ['CUSTOMER'] });
  const published = await fetch(`${shop.http.url}/.well-known/jwks.json`);
  const verifier = createAccessTokenVerifier({
    issuer: 'swiftcart',
    audience: 'swiftcart-api',
    keys: localKeys(parseJwks(await published.json())),
  });
  const verified = await verifier.verify(session?.accessToken ?? '');
  expect(verified).toMatchObject({ userId: session?.user.id, roles: ['CUSTOMER'], scopes: ['customer'] });
  expect(verified.expiresAt.toISOString()).toBe(session?.accessTokenExpiresAt);
});

test('tells the other parts of the shop, with the guest cart to adopt', async () => {
  await register(shop, { email: 'guest@example.com', guestCartToken: 'cart-token-1' });
  await expect
    .poll(() => shop.events.filter(({ kind }) => kind === 'user.registered').map(({ payload }) => payload))
    .toContainEqual({ userId: expect.stringMatching(/^usr_/), name: 'Asha Rao', guestCartToken: 'cart-token-1' });
});

test('gives an e-mail address to exactly one of twenty registrations at once, in whatever spelling', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      register(shop, { email: index % 2 === 0 ? 'race@example.com' : 'RACE@Example.COM' }),
    ),
  );
  expect(answers.filter(({ session }) => session !== null)).toHaveLength(1);
  const refused = answers.filter(({ session }) => session === null).map(codesOf);
  expect(refused).toEqual(Array.from({ length: 19 }, () => ['EMAIL_TAKEN']));
});

test('signs in by password, however the address is typed', async () => {
  await signUp(shop, 'login@example.com');
  const { session } = await login(shop, ' LOGIN@example.com ');
  expect(session?.user.email).toBe('login@example.com');
});

test('answers a wrong password and an unknown address alike', async () => {
  await signUp(shop, 'known@example.com');
  const [wrong, unknown, malformed] = await Promise.all([
    login(shop, 'known@example.com', 'not-the-password'),
    login(shop, 'unknown@example.com', 'not-the-password'),
    login(shop, 'no address at all', 'not-the-password'),
  ]);
  expect(codesOf(wrong)).toEqual(['INVALID_CREDENTIALS']);
  expect(unknown).toEqual(wrong);
  expect(malformed).toEqual(wrong);
});

test('takes as long for an unknown address as for a wrong password, so that time tells nothing', async () => {
  await signUp(shop, 'timing@example.com');
  const measure = async (email: string): Promise<number> => {
    const start = performance.now();
    await login(shop, email, 'not-the-password');
    return performance.now() - start;
  };
  // The least of several in turns: a busy machine only adds.
  let known = Number.POSITIVE_INFINITY;
  let unknown = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 9; round += 1) {
    known = Math.min(known, await measure('timing@example.com'));
    unknown = Math.min(unknown, await measure(`nobody-${round}@example.com`));
  }
  // The hash takes some 30 ms; without it the answer is there in two or three.
  expect(unknown).toBeGreaterThan(known * 0.6);
  expect(unknown).toBeLessThan(known * 1.7);
});

test('me is the caller, and nobody for the anonymous', async () => {
  const { viewer } = await signUp(shop, 'me@example.com');
  const query =
    '{ me { id email isEmailVerified isPhoneVerified phone createdAt addresses { id } defaultAddress { id } } }';
  const own = await shop.request<{ me: unknown }>(viewer, query);
  expect(own.data?.me).toMatchObject({
    id: viewer.userId,
    email: 'me@example.com',
    isEmailVerified: false,
    isPhoneVerified: false,
    phone: null,
    addresses: [],
    defaultAddress: null,
  });
  const nobody = await shop.request<{ me: unknown }>({ kind: 'anonymous' }, query);
  expect(nobody).toMatchObject({ data: { me: null } });
  expect(nobody.errors).toBeUndefined();
});

test('names every mistake of a registration with its field', async () => {
  const answer = await register(shop, { name: ' ', email: 'x', phone: '1', password: 'short' });
  expect(answer.session).toBeNull();
  expect(answer.userErrors.map(({ code, field }) => [code, field])).toEqual([
    ['INVALID', ['input', 'name']],
    ['INVALID', ['input', 'email']],
    ['PASSWORD_TOO_WEAK', ['input', 'password']],
    ['INVALID', ['input', 'phone']],
  ]);
});

test('stores no password and no refresh token that could be read back', async () => {
  const { session } = await signUp(shop, 'stored@example.com');
  const { createConnection } = await import('mongoose');
  const connection = await createConnection(shop.mongodbUri).asPromise();
  try {
    const [user] = await connection.collection('users').find({ email: 'stored@example.com' }).toArray();
    const [stored] = await connection
      .collection('sessions')
      .find({ userId: viewerOf(session).userId })
      .toArray();
    expect(user?.['passwordHash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify([user, stored])).not.toContain(password);
    expect(JSON.stringify(stored)).not.toContain(session.refreshToken.split('.')[2]);
  } finally {
    await connection.close();
  }
});
