import { createPrivateKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { keyIdOf, verifiedClaims } from './decode-token.ts';
import type { Jwks, KeyPair } from './key-pair.ts';
import type { KeySource } from './key-source.ts';
import { type Role, roles, scopesOf } from './viewer.ts';

/** RFC 9068's media type; it keeps every other JWT of ours (assertions, links in e-mails) from passing as an access token. */
const accessTokenType = 'at+jwt';

/** What an access token says once it has been verified. */
export interface VerifiedToken {
  userId: string;
  sessionId: string;
  roles: readonly Role[];
  /** From the `scope` claim; see `scopesOf`. */
  scopes: readonly string[];
  expiresAt: Date;
}

/** Why a token was refused. TOKEN_EXPIRED: it was good once, refresh it. UNAUTHENTICATED: it never was. */
export class TokenError extends Error {
  readonly code: 'TOKEN_EXPIRED' | 'UNAUTHENTICATED';
  constructor(code: TokenError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenError';
    this.code = code;
  }
}

export interface AccessTokenSigner {
  sign(
    subject: { userId: string; sessionId: string; roles: readonly Role[] },
    now: Date,
  ): { token: string; expiresAt: Date };
  /** What `/.well-known/jwks.json` serves. */
  jwks(): Jwks;
}

/** Signs ES256 access tokens with `kid`, `typ`, `iss`, `aud`, `sub` (user), `sid` (session), `roles` and `scope`. */
export function createAccessTokenSigner({
  keyPair,
  issuer,
  audience,
  ttlSeconds,
}: AccessTokenSignerOptions): AccessTokenSigner {
  const privateKey = createPrivateKey(keyPair.privateKeyPem);
  const jwks: Jwks = { keys: [keyPair.publicJwk] };
  return {
    sign({ userId, sessionId, roles: userRoles }, now) {
      const issuedAt = Math.floor(now.getTime() / 1_000);
      const expiresAt = issuedAt + ttlSeconds;
      const claims = {
        iss: issuer,
        aud: audience,
        sub: userId,
        sid: sessionId,
        roles: userRoles,
        scope: scopesOf(userRoles).join(' '),
        iat: issuedAt,
        exp: expiresAt,
      };
      const header = { alg: 'ES256', typ: accessTokenType, kid: keyPair.kid };
      return {
        token: jwt.sign(claims, privateKey, { algorithm: 'ES256', header }),
        expiresAt: new Date(expiresAt * 1_000),
      };
    },
    jwks: () => jwks,
  };
}

export interface AccessTokenSignerOptions {
  keyPair: KeyPair;
  issuer: string;
  audience: string;
  ttlSeconds: number;
}

export interface AccessTokenVerifier {
  /** Throws TokenError; lets KeysUnavailableError through, which is not the client's fault. `now` defaults to the clock. */
  verify(token: string, now?: Date): Promise<VerifiedToken>;
}

const claimsShape = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  roles: z.array(z.enum(roles)),
  scope: z.string(),
  exp: z.number(),
});

/** Algorithm, type, issuer and audience are pinned; no clock tolerance, so `expiresAt` is the exact end. */
export function createAccessTokenVerifier({ issuer, audience, keys }: AccessTokenVerifierOptions): AccessTokenVerifier {
  return {
    async verify(token, now = new Date()) {
      const kid = keyIdOf(token, accessTokenType);
      const key = kid === undefined ? undefined : await keys.find(kid);
      if (key === undefined) throw new TokenError('UNAUTHENTICATED', 'The access token is not one of ours.');
      try {
        const claims = claimsShape.parse(
          verifiedClaims(token, key, { issuer, audience, now, clockToleranceSeconds: 0 }),
        );
        return {
          userId: claims.sub,
          sessionId: claims.sid,
          roles: claims.roles,
          scopes: claims.scope.split(' ').filter((scope) => scope !== ''),
          expiresAt: new Date(claims.exp * 1_000),
        };
      } catch (error) {
        if (error instanceof jwt.TokenExpiredError) {
          throw new TokenError('TOKEN_EXPIRED', 'The access token has expired.', { cause: error });
        }
        throw new TokenError('UNAUTHENTICATED', 'The access token is not valid here.', { cause: error });
      }
    },
  };
}

export interface AccessTokenVerifierOptions {
  issuer: string;
  audience: string;
  keys: KeySource;
}
