import { hkdfSync } from 'node:crypto';

/**
 * A 256-bit key for one use out of a server secret (RFC 5869), so that one secret serves several uses without one's
 * output ever being another's key.
 */
export function deriveKey(secret: string, use: 'refresh tokens' | 'one-time codes'): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'swiftcart users', use, 32));
}
