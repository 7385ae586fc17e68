import { createAccessTokenSigner, generateKeyPair } from '@swiftcart/identity';
import type { BenchKeys } from './bench-case.ts';

/** Keys of one run, and tokens that outlive it. */
export function createBenchKeys(): BenchKeys {
  const tokens = generateKeyPair();
  const service = generateKeyPair();
  const signer = createAccessTokenSigner({
    keyPair: tokens,
    issuer: 'swiftcart',
    audience: 'swiftcart-api',
    ttlSeconds: 86_400,
  });
  return {
    servicePrivateKey: service.privateKeyPem,
    jwtPrivateKey: tokens.privateKeyPem,
    jwks: signer.jwks(),
    bearer(userId) {
      const { token } = signer.sign({ userId, sessionId: `ses_${userId}`, roles: ['CUSTOMER'] }, new Date());
      return `Bearer ${token}`;
    },
  };
}
