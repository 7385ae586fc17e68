import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * An opaque id such as `ord_01jd3v...`: the prefix, then 10 characters of time (ms) and 16 of randomness (80 bits) in
 * Crockford's base 32. Sorts by creation time as text; within one millisecond the order is random.
 */
export function createId(prefix: string, now: Date = new Date()): string {
  let time = '';
  for (let rest = now.getTime(), place = 0; place < 10; place += 1) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of randomBytes(16)) random += alphabet.charAt(byte % 32);
  return `${prefix}_${time}${random}`;
}
