import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';

const headerShape = z.object({
  alg: z.literal('ES256'),
  typ: z.string(),
  kid: z.string().min(1),
  crit: z.undefined().optional(),
});

/** The key id a token names, provided its header is one that we issue; else undefined. Nothing of it is trusted yet. */
export function keyIdOf(token: string, typ: string): string | undefined {
  // A compact JWT of ours is a few hundred bytes; the cap keeps a client from making us parse megabytes.
  if (token.length > 4_096) return undefined;
  const header = headerShape.safeParse(decodeHeader(token));
  return header.success && header.data.typ.toLowerCase() === typ ? header.data.kid : undefined;
}

/** What a token has to be besides well signed. */
export interface TokenExpectation {
  issuer?: string;
  audience: string;
  now: Date;
  clockToleranceSeconds: number;
}

/** The claims of a token whose signature, algorithm, issuer, audience and lifetime hold. Throws jsonwebtoken's errors. */
export function verifiedClaims(token: string, key: KeyObject, expected: TokenExpectation): jwt.JwtPayload {
  const claims = jwt.verify(token, key, {
    // Pinned: with the algorithm taken from the token, `none` or an HMAC over the public key would pass (RFC 8725, 3.1).
    algorithms: ['ES256'],
    audience: expected.audience,
    ...(expected.issuer === undefined ? {} : { issuer: expected.issuer }),
    clockTimestamp: Math.floor(expected.now.getTime() / 1_000),
    clockTolerance: expected.clockToleranceSeconds,
  });
  if (typeof claims === 'string') throw new jwt.JsonWebTokenError('no claims');
  // jsonwebtoken accepts a token without expiry as eternal.
  if (claims.exp === undefined || claims.iat === undefined) throw new jwt.JsonWebTokenError('no expiry');
  return claims;
}

function decodeHeader(token: string): unknown {
  try {
    return jwt.decode(token, { complete: true })?.header;
  } catch {
    return undefined;
  }
}
