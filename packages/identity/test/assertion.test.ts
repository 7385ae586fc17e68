import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import {
  createAccessTokenSigner,
  createAssertionSigner,
  createAssertionVerifier,
  generateKeyPair,
  type Jwks,
  keyPairFromPem,
  loadOrCreateKeyPair,
  type Viewer,
} from '../src/index.ts';

const gateway = generateKeyPair();
const trustedKeys: Jwks = { keys: [gateway.publicJwk] };
const viewer: Viewer = { kind: 'user', userId: 'usr_1', sessionId: 'ses_1', roles: ['CUSTOMER'] };

/** A clock that the test moves. */
function clockAt(text: string) {
  let at = new Date(text).getTime();
  return {
    now: () => new Date(at),
    advance(seconds: number) {
      at += seconds * 1_000;
    },
  };
}

describe('assertions of identity', () => {
  it('carry users, anonymous callers and services to the subgraph they are made out to', () => {
    const signer = createAssertionSigner({ keyPair: gateway, issuer: 'gateway' });
    const verifier = createAssertionVerifier({ audience: 'orders', trustedKeys });
    expect(verifier.verify(signer.forViewer('orders', viewer))).toEqual(viewer);
    expect(verifier.verify(signer.forViewer('orders', { kind: 'anonymous' }))).toEqual({ kind: 'anonymous' });
    expect(verifier.verify(signer.forService('orders'))).toEqual({ kind: 'service', service: 'gateway' });
  });

  it('are refused by every other subgraph, so that one cannot impersonate its callers elsewhere', () => {
    const signer = createAssertionSigner({ keyPair: gateway, issuer: 'gateway' });
    expect(
      createAssertionVerifier({ audience: 'users', trustedKeys }).verify(signer.forViewer('orders', viewer)),
    ).toBeUndefined();
  });

  it('are signed anew after half their life and refused after it, also when the verifier knows them', () => {
    const clock = clockAt('2026-01-01T00:00:00Z');
    const signer = createAssertionSigner({ keyPair: gateway, issuer: 'gateway', now: clock.now });
    const verifier = createAssertionVerifier({ audience: 'orders', trustedKeys, now: clock.now });
    const first = signer.forViewer('orders', viewer);
    clock.advance(29);
    expect(signer.forViewer('orders', viewer)).toBe(first);
    clock.advance(2);
    expect(signer.forViewer('orders', viewer)).not.toBe(first);
    expect(verifier.verify(first)).toEqual(viewer);
    clock.advance(35);
    expect(verifier.verify(first)).toBeUndefined();
    expect(createAssertionVerifier({ audience: 'orders', trustedKeys, now: clock.now }).verify(first)).toBeUndefined();
  });

  it('are refused when missing, empty, cut, forged or signed by a stranger', () => {
    const verifier = createAssertionVerifier({ audience: 'orders', trustedKeys });
    const real = createAssertionSigner({ keyPair: gateway, issuer: 'gateway' }).forViewer('orders', viewer);
    const stranger = createAssertionSigner({ keyPair: generateKeyPair(), issuer: 'gateway' }).forViewer(
      'orders',
      viewer,
    );
    const [header, , signature] = real.split('.');
    const promoted = Buffer.from(
      JSON.stringify({ ...(jwt.decode(real) as object), viewer: { ...viewer, roles: ['ADMIN'] } }),
    ).toString('base64url');
    for (const value of [undefined, '', 'x', real.slice(0, -2), stranger, `${header}.${promoted}.${signature}`]) {
      expect(verifier.verify(value)).toBeUndefined();
    }
  });

  it('are refused when they live longer than a minute or name another service than their signer', () => {
    const verifier = createAssertionVerifier({ audience: 'orders', trustedKeys });
    const iat = Math.floor(Date.now() / 1_000);
    const sign = (claims: object, typ = 'swiftcart-identity+jwt') =>
      jwt.sign({ iss: 'gateway', aud: 'orders', iat, ...claims }, gateway.privateKeyPem, {
        algorithm: 'ES256',
        header: { alg: 'ES256', typ, kid: gateway.kid },
      });
    expect(verifier.verify(sign({ exp: iat + 60, viewer }))).toEqual(viewer);
    expect(verifier.verify(sign({ exp: iat + 61, viewer }))).toBeUndefined();
    expect(verifier.verify(sign({ viewer }))).toBeUndefined();
    expect(verifier.verify(sign({ exp: iat + 60, viewer: { kind: 'service', service: 'orders' } }))).toBeUndefined();
    expect(verifier.verify(sign({ exp: iat + 60, viewer: { kind: 'root' } }))).toBeUndefined();
    expect(verifier.verify(sign({ exp: iat + 60, viewer }, 'at+jwt'))).toBeUndefined();
  });

  it('are not made of access tokens, even with a trusted key', () => {
    const access = createAccessTokenSigner({ keyPair: gateway, issuer: 'gateway', audience: 'orders', ttlSeconds: 60 });
    const { token } = access.sign({ userId: 'usr_1', sessionId: 'ses_1', roles: ['ADMIN'] }, new Date());
    expect(createAssertionVerifier({ audience: 'orders', trustedKeys }).verify(token)).toBeUndefined();
  });

  it('are accepted from a key that is added while running', () => {
    let keys: Jwks = { keys: [] };
    const verifier = createAssertionVerifier({ audience: 'orders', trustedKeys: () => keys });
    const assertion = createAssertionSigner({ keyPair: gateway, issuer: 'gateway' }).forService('orders');
    expect(verifier.verify(assertion)).toBeUndefined();
    keys = trustedKeys;
    expect(verifier.verify(assertion)).toEqual({ kind: 'service', service: 'gateway' });
  });
});

describe('key files', () => {
  it('are made once, readable by their owner alone, even when several processes start at once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'swiftcart-keys-'));
    try {
      const pairs = await Promise.all(
        Array.from({ length: 8 }, () => loadOrCreateKeyPair(join(directory, 'keys'), 'gateway')),
      );
      expect(new Set(pairs.map(({ kid }) => kid)).size).toBe(1);
      expect(await readdir(join(directory, 'keys'))).toEqual(['gateway.pem']);
      expect((await stat(join(directory, 'keys', 'gateway.pem'))).mode & 0o077).toBe(0);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('keep their id through PEM, and only P-256 is accepted', () => {
    expect(keyPairFromPem(gateway.privateKeyPem)).toEqual(gateway);
    expect(() => keyPairFromPem('nonsense')).toThrow();
  });
});
