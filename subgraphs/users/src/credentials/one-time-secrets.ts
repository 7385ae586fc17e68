import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { oneTimeCode } from '../domain/one-time-code.ts';

/** Codes for phones and tokens for e-mails. Only hashes of them are stored. */
export interface OneTimeSecrets {
  /** Six digits from the system's randomness, leading zeros included. */
  createCode(): string;
  /** Keyed: a million codes are tried in a second by who has a plain hash. */
  hashCode(challengeId: string, code: string): string;
  isCode(challengeId: string, code: string, codeHash: string): boolean;
  /** 256 random bits; a plain hash is enough for those. */
  createToken(): string;
  hashToken(token: string): string;
}

export function createOneTimeSecrets(key: Uint8Array): OneTimeSecrets {
  const hashCode = (challengeId: string, code: string): string =>
    createHmac('sha256', key).update(`${challengeId}:${code}`).digest('base64url');
  return {
    createCode: () => String(randomInt(10 ** oneTimeCode.digits)).padStart(oneTimeCode.digits, '0'),
    hashCode,
    isCode(challengeId, code, codeHash) {
      const isDigits = code.length <= 16 && /^\d{6}$/.test(code.trim());
      const given = hashCode(challengeId, isDigits ? code.trim() : '');
      return timingSafeEqual(Buffer.from(given), Buffer.from(codeHash)) && isDigits;
    },
    createToken: () => randomBytes(32).toString('base64url'),
    hashToken: (token) => createHash('sha256').update(token.slice(0, 128)).digest('base64url'),
  };
}
