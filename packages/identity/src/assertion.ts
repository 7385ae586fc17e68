import { createPrivateKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { keyIdOf, verifiedClaims } from './decode-token.ts';
import type { Jwks, KeyPair } from './key-pair.ts';
import { createKeyFinder } from './key-source.ts';
import { type Viewer, viewerSchema } from './viewer.ts';

/** Apart from access tokens: a client's bearer token must never pass as an identity, nor the other way round. */
const assertionType = 'swiftcart-identity+jwt';
const lifetimeSeconds = 60;
/** Between machines of one cluster; small beside the lifetime. */
const clockToleranceSeconds = 5;
const maxCached = 10_000;

/** Vouches for a caller towards one subgraph, in the `x-swiftcart-identity` header. */
export interface AssertionSigner {
  /** For the gateway: the client behind the operation, anonymous ones included. */
  forViewer(audience: string, viewer: Viewer): string;
  /** For a service calling by itself. */
  forService(audience: string): string;
}

/** `issuer` is who signs: 'gateway', or the calling service's name. Assertions live 60 s and are re-used for half of that. */
export function createAssertionSigner({
  keyPair,
  issuer,
  now = () => new Date(),
}: AssertionSignerOptions): AssertionSigner {
  const privateKey = createPrivateKey(keyPair.privateKeyPem);
  const header = { alg: 'ES256', typ: assertionType, kid: keyPair.kid };
  const signed = new LRUCache<string, { token: string; freshUntilMs: number }>({ max: maxCached });

  function sign(audience: string, viewer: Viewer): string {
    const nowMs = now().getTime();
    const cacheKey = JSON.stringify([audience, viewer]);
    const cached = signed.get(cacheKey);
    // The upper bound too: a clock set back must not keep an assertion that the receiver takes for expired.
    if (cached !== undefined && nowMs < cached.freshUntilMs && nowMs > cached.freshUntilMs - lifetimeSeconds * 1_000) {
      return cached.token;
    }
    const issuedAt = Math.floor(nowMs / 1_000);
    const claims = { iss: issuer, aud: audience, iat: issuedAt, exp: issuedAt + lifetimeSeconds, viewer };
    const token = jwt.sign(claims, privateKey, { algorithm: 'ES256', header });
    signed.set(cacheKey, { token, freshUntilMs: nowMs + (lifetimeSeconds / 2) * 1_000 });
    return token;
  }

  return { forViewer: sign, forService: (audience) => sign(audience, { kind: 'service', service: issuer }) };
}

export interface AssertionSignerOptions {
  keyPair: KeyPair;
  issuer: string;
  now?: () => Date;
}

export interface AssertionVerifier {
  /** Undefined when there is no assertion or it does not hold: the caller is then not even anonymous, but unidentified. */
  verify(headerValue: string | undefined): Viewer | undefined;
}

const claimsShape = z.object({ iss: z.string(), iat: z.number(), exp: z.number(), viewer: viewerSchema });

/** Verified assertions are remembered until they expire, because verifying costs some 0.1 ms and each is sent many times. */
export function createAssertionVerifier({
  audience,
  trustedKeys,
  now = () => new Date(),
}: AssertionVerifierOptions): AssertionVerifier {
  const findKey = createKeyFinder(trustedKeys);
  const verified = new LRUCache<string, { viewer: Viewer; untilMs: number }>({ max: maxCached });

  function check(token: string): { viewer: Viewer; untilMs: number } | undefined {
    const kid = keyIdOf(token, assertionType);
    const key = kid === undefined ? undefined : findKey(kid);
    if (key === undefined) return undefined;
    try {
      const claims = claimsShape.parse(verifiedClaims(token, key, { audience, now: now(), clockToleranceSeconds }));
      const { viewer } = claims;
      const isTooLong = claims.exp - claims.iat > lifetimeSeconds;
      const isForeignService = viewer.kind === 'service' && viewer.service !== claims.iss;
      if (isTooLong || isForeignService) return undefined;
      return { viewer, untilMs: (claims.exp + clockToleranceSeconds) * 1_000 };
    } catch {
      return undefined;
    }
  }

  return {
    verify(headerValue) {
      if (headerValue === undefined || headerValue === '') return undefined;
      const known = verified.get(headerValue);
      if (known !== undefined) {
        if (now().getTime() < known.untilMs) return known.viewer;
        verified.delete(headerValue);
        return undefined;
      }
      const fresh = check(headerValue);
      if (fresh !== undefined) verified.set(headerValue, fresh);
      return fresh?.viewer;
    },
  };
}

export interface AssertionVerifierOptions {
  /** This subgraph's name. */
  audience: string;
  trustedKeys: Jwks | (() => Jwks);
  now?: () => Date;
}
