import {
  type AccessTokenVerifier,
  createAccessTokenSigner,
  createAccessTokenVerifier,
  generateKeyPair,
  localKeys,
} from '@swiftcart/identity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAuthenticate } from './authenticate.ts';
import { createRevokedSessions, type Revocation } from './revoked-sessions.ts';

const keyPair = generateKeyPair();
const tokens = { issuer: 'tests', audience: 'tests-api' };
const signer = createAccessTokenSigner({ keyPair, ...tokens, ttlSeconds: 90 });

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** The real verifier, counted. */
async function start() {
  const real = createAccessTokenVerifier({ ...tokens, keys: localKeys(signer.jwks()) });
  let verifications = 0;
  const verifier: AccessTokenVerifier = {
    verify(token, now) {
      verifications += 1;
      return real.verify(token, now);
    },
  };
  let revoke: (revocation: Revocation) => void = () => undefined;
  const revoked = await createRevokedSessions({
    loadInitial: async () => [],
    async listen(onRevoked) {
      revoke = onRevoked;
      return { [Symbol.asyncDispose]: async () => undefined };
    },
  });
  const { token } = signer.sign({ userId: 'usr_1', sessionId: 'ses_1', roles: ['CUSTOMER'] }, new Date());
  return {
    authenticate: createAuthenticate(verifier, revoked),
    bearer: `Bearer ${token}`,
    revoke: (sessionId: string) => revoke({ sessionId, until: new Date(Date.now() + 90_000) }),
    verifications: () => verifications,
    [Symbol.asyncDispose]: () => revoked[Symbol.asyncDispose](),
  };
}

test('a token is verified once a minute, however often it is sent', async () => {
  await using gateway = await start();
  const first = await gateway.authenticate(gateway.bearer);
  for (let sent = 0; sent < 20; sent += 1) expect(await gateway.authenticate(gateway.bearer)).toBe(first);
  expect(gateway.verifications()).toBe(1);
  vi.setSystemTime(Date.now() + 61_000);
  await gateway.authenticate(gateway.bearer);
  expect(gateway.verifications()).toBe(2);
});

test('a remembered token is refused from the second in which it expires', async () => {
  await using gateway = await start();
  vi.setSystemTime(Date.now() + 50_000);
  await gateway.authenticate(gateway.bearer);
  vi.setSystemTime(Date.now() + 40_000);
  await expect(gateway.authenticate(gateway.bearer)).rejects.toMatchObject({ extensions: { code: 'TOKEN_EXPIRED' } });
});

test('a remembered token is refused at once when its session ends', async () => {
  await using gateway = await start();
  await gateway.authenticate(gateway.bearer);
  gateway.revoke('ses_1');
  await expect(gateway.authenticate(gateway.bearer)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
});

test('a token that does not hold is never remembered as one that does', async () => {
  await using gateway = await start();
  const forged = `${gateway.bearer.slice(0, -4)}AAAA`;
  for (let sent = 0; sent < 2; sent += 1) {
    await expect(gateway.authenticate(forged)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  }
  await gateway.authenticate(gateway.bearer);
  await expect(gateway.authenticate(forged)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
});
