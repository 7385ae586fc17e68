import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A P-256 public key in JWK form (RFC 7517). */
export interface PublicJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  kid: string;
  alg: 'ES256';
  use: 'sig';
}

/** The public keys of one signer, or of everyone who is trusted. */
export interface Jwks {
  keys: readonly PublicJwk[];
}

/** An ES256 signing key. `kid` is the key's RFC 7638 thumbprint, so the same key has the same id everywhere. */
export interface KeyPair {
  kid: string;
  privateKeyPem: string;
  publicJwk: PublicJwk;
}

/** A new key, from the system's randomness. */
export function generateKeyPair(): KeyPair {
  return keyPairOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}

/** Reads a PKCS#8 or SEC 1 PEM. Throws when it is not a private key on P-256. */
export function keyPairFromPem(pem: string): KeyPair {
  return keyPairOf(createPrivateKey(pem));
}

const ecPoint = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() });

function keyPairOf(privateKey: KeyObject): KeyPair {
  const parsed = ecPoint.safeParse(createPublicKey(privateKey).export({ format: 'jwk' }));
  if (!parsed.success) throw new Error('The private key must be an elliptic curve key on P-256 (ES256).');
  const publicJwk = completeJwk(parsed.data);
  return {
    kid: publicJwk.kid,
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicJwk,
  };
}

const jwksShape = z.object({ keys: z.array(z.object({ kid: z.string().optional() }).loose()) });

/** Reads a JWKS document, leaving out keys that are not ES256 signing keys. Throws when it is not a JWKS at all. */
export function parseJwks(document: unknown): Jwks {
  const keys = jwksShape.parse(document).keys.flatMap((key) => {
    const point = ecPoint.safeParse(key);
    const isForSigning = (key['alg'] ?? 'ES256') === 'ES256' && (key['use'] ?? 'sig') === 'sig';
    return point.success && isForSigning ? [completeJwk(point.data, key.kid)] : [];
  });
  return { keys };
}

function completeJwk({ kty, crv, x, y }: z.infer<typeof ecPoint>, kid?: string): PublicJwk {
  return { kty, crv, x, y, kid: kid ?? thumbprint({ crv, kty, x, y }), alg: 'ES256', use: 'sig' };
}

/** RFC 7638: the required members in alphabetical order, hashed. */
function thumbprint({ crv, kty, x, y }: { crv: string; kty: string; x: string; y: string }): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
