/** Phone codes: 6 random digits, valid 5 minutes, 5 tries, another one after 30 s at the earliest. */
export const oneTimeCode = { digits: 6, ttlMs: 5 * 60_000, maxAttempts: 5, resendAfterMs: 30_000 };

/** E-mailed single-use tokens, and how soon another may be asked for. */
export const emailToken = {
  'verify-email': { ttlMs: 24 * 60 * 60_000, resendAfterMs: 60_000 },
  'reset-password': { ttlMs: 30 * 60_000, resendAfterMs: 60_000 },
} as const;

export type EmailTokenPurpose = keyof typeof emailToken;

/** A challenge after this try was counted: the try that brings `attempts` to the maximum may still succeed. */
export interface CountedTry {
  attempts: number;
  isUsed: boolean;
  expiresAt: Date;
  isMatch: boolean;
}

export type CodeDecision = 'accept' | 'OTP_INVALID' | 'OTP_EXPIRED';

/** Counting comes before comparing, so that a burst of guesses gets no try for free. */
export function decideCode(attempt: CountedTry | null, now: Date): CodeDecision {
  if (attempt === null) return 'OTP_INVALID';
  if (now >= attempt.expiresAt) return 'OTP_EXPIRED';
  if (attempt.isUsed || attempt.attempts > oneTimeCode.maxAttempts) return 'OTP_INVALID';
  return attempt.isMatch ? 'accept' : 'OTP_INVALID';
}
