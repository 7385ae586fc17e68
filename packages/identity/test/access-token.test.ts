import { createHmac, createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import {
  createAccessTokenSigner,
  createAccessTokenVerifier,
  createAssertionSigner,
  generateKeyPair,
  type Jwks,
  localKeys,
  parseJwks,
  remoteJwks,
} from '../src/index.ts';

const keyPair = generateKeyPair();
const settings = { issuer: 'http://users.test', audience: 'swiftcart' };
const signer = createAccessTokenSigner({ keyPair, ...settings, ttlSeconds: 900 });
const verifier = createAccessTokenVerifier({ ...settings, keys: localKeys(signer.jwks()) });
const now = new Date('2026-01-01T00:00:00.500Z');
const subject = { userId: 'usr_1', sessionId: 'ses_1', roles: ['CUSTOMER', 'ADMIN'] as const };
const good = {
  sub: 'usr_1',
  sid: 'ses_1',
  roles: ['ADMIN'],
  scope: 'admin',
  iss: settings.issuer,
  aud: settings.audience,
};
const seconds = Math.floor(now.getTime() / 1_000);

const unauthenticated = { code: 'UNAUTHENTICATED' };
function forge(
  claims: object,
  header: object = {},
  key: jwt.Secret = keyPair.privateKeyPem,
  algorithm: jwt.Algorithm = 'ES256',
): string {
  return jwt.sign({ iat: seconds, exp: seconds + 900, ...claims }, key, {
    algorithm,
    header: { alg: algorithm, typ: 'at+jwt', kid: keyPair.kid, ...header },
  });
}

describe('access tokens', () => {
  it('say who signed in, with scopes that give an admin the operator fields', async () => {
    const { token, expiresAt } = signer.sign(subject, now);
    expect(await verifier.verify(token, now)).toEqual({
      ...subject,
      scopes: ['customer', 'admin', 'operator'],
      expiresAt: new Date('2026-01-01T00:15:00Z'),
    });
    expect(expiresAt).toEqual(new Date('2026-01-01T00:15:00Z'));
  });

  it('hold up to the last millisecond and then expire with their own code, so that clients refresh', async () => {
    const { token, expiresAt } = signer.sign(subject, now);
    await verifier.verify(token, new Date(expiresAt.getTime() - 1));
    await expect(verifier.verify(token, expiresAt)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('are refused without a signature, as "none" or with the signature cut off', async () => {
    const { token } = signer.sign(subject, now);
    const [, payload] = token.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: keyPair.kid })).toString('base64url');
    for (const forged of [
      `${none}.${payload}.`,
      `${none}.${payload}.x`,
      `${token.split('.').slice(0, 2).join('.')}.`,
    ]) {
      await expect(verifier.verify(forged, now)).rejects.toMatchObject(unauthenticated);
    }
  });

  it('are refused when signed with the public key as an HMAC secret', async () => {
    const publicPem = createPublicKey(keyPair.privateKeyPem).export({ format: 'pem', type: 'spki' }).toString();
    for (const secret of [publicPem, JSON.stringify(keyPair.publicJwk), keyPair.publicJwk.x]) {
      await expect(verifier.verify(forge(good, {}, secret, 'HS256'), now)).rejects.toMatchObject(unauthenticated);
      // And with the header claiming ES256 over the same HMAC.
      const [, payload] = forge(good, {}, secret, 'HS256').split('.');
      const signed = `${Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: keyPair.kid })).toString('base64url')}.${payload}`;
      const confused = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
      await expect(verifier.verify(confused, now)).rejects.toMatchObject(unauthenticated);
    }
  });

  it.each([
    ['another issuer', { ...good, iss: 'http://evil.test' }, {}],
    ['another audience', { ...good, aud: 'other' }, {}],
    ['no audience', { ...good, aud: undefined }, {}],
    ['no subject', { ...good, sub: undefined }, {}],
    ['an unknown role', { ...good, roles: ['ROOT'] }, {}],
    ['a plain JWT type', good, { typ: 'JWT' }],
    ['no type', good, { typ: undefined }],
    ['an assertion between services by type', good, { typ: 'swiftcart-identity+jwt' }],
    ['an unknown key id', good, { kid: 'other' }],
    ['no key id', good, { kid: undefined }],
    ['a critical extension we do not know', good, { crit: ['b64'], b64: false }],
    ['a key of its own in the header', good, { kid: 'mine', jwk: generateKeyPair().publicJwk }],
  ])('are refused with %s', async (_what, claims, header) => {
    const clean = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    await expect(verifier.verify(forge(clean, header), now)).rejects.toMatchObject(unauthenticated);
  });

  it('are refused when they never expire', async () => {
    const eternal = jwt.sign({ ...good, iat: seconds }, keyPair.privateKeyPem, {
      algorithm: 'ES256',
      header: { alg: 'ES256', typ: 'at+jwt', kid: keyPair.kid },
    });
    await expect(verifier.verify(eternal, now)).rejects.toMatchObject(unauthenticated);
  });

  it('are refused when a stranger signed them or a byte changed', async () => {
    const stranger = generateKeyPair();
    await expect(verifier.verify(forge(good, {}, stranger.privateKeyPem), now)).rejects.toMatchObject(unauthenticated);
    const { token } = signer.sign(subject, now);
    const [header, payload, signature] = token.split('.');
    const promoted = Buffer.from(JSON.stringify({ ...good, sub: 'usr_2', iat: seconds, exp: seconds + 900 })).toString(
      'base64url',
    );
    await expect(verifier.verify(`${header}.${promoted}.${signature}`, now)).rejects.toMatchObject(unauthenticated);
    expect(payload).not.toBe(promoted);
  });

  it('are refused when they are another kind of text, however long', async () => {
    for (const text of ['', 'x', 'a.b.c', '..', 'null', `${'x'.repeat(1_000_000)}.y.z`]) {
      await expect(verifier.verify(text, now)).rejects.toMatchObject(unauthenticated);
    }
    const assertion = createAssertionSigner({ keyPair, issuer: settings.issuer, now: () => now }).forService(
      settings.audience,
    );
    await expect(verifier.verify(assertion, now)).rejects.toMatchObject(unauthenticated);
  });
});

describe('keys from a URL', () => {
  async function serve(document: () => unknown) {
    let requests = 0;
    const server = createServer((_req, res) => {
      requests += 1;
      const body = document();
      if (body === undefined) res.writeHead(500).end();
      else res.end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/jwks.json`,
      requests: () => requests,
      [Symbol.dispose]: () => void server.close(),
    };
  }

  it('are read once for many tokens at a time, and unknown key ids do not make a request each', async () => {
    using server = await serve(() => signer.jwks());
    const remote = createAccessTokenVerifier({
      ...settings,
      keys: remoteJwks({ url: server.url, refreshSeconds: 300 }),
    });
    const { token } = signer.sign(subject, now);
    await Promise.all(Array.from({ length: 20 }, () => remote.verify(token, now)));
    for (let n = 0; n < 5; n += 1)
      await expect(remote.verify(forge(good, { kid: `guess${n}` }), now)).rejects.toMatchObject(unauthenticated);
    expect(server.requests()).toBe(1);
  });

  it('blame nobody while they have never been readable', async () => {
    using server = await serve(() => undefined);
    const remote = createAccessTokenVerifier({
      ...settings,
      keys: remoteJwks({ url: server.url, refreshSeconds: 300 }),
    });
    await expect(remote.verify(signer.sign(subject, now).token, now)).rejects.toMatchObject({
      code: 'KEYS_UNAVAILABLE',
    });
  });

  it('leave out what is not an ES256 signing key', () => {
    const jwks: Jwks = parseJwks({
      keys: [{ kty: 'RSA', n: 'x', e: 'AQAB', kid: 'r' }, { ...keyPair.publicJwk, use: 'enc' }, keyPair.publicJwk],
    });
    expect(jwks.keys).toEqual([keyPair.publicJwk]);
    expect(() => parseJwks('nothing')).toThrow();
  });
});
