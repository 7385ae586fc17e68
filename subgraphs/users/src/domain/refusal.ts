/** Every business refusal of the accounts part; the schema's `AuthErrorCode` lists the same. */
export type AuthErrorCode =
  | 'INVALID'
  | 'EMAIL_TAKEN'
  | 'PHONE_TAKEN'
  | 'PASSWORD_TOO_WEAK'
  | 'INVALID_CREDENTIALS'
  | 'OTP_INVALID'
  | 'OTP_EXPIRED'
  | 'TOKEN_INVALID'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_REUSED'
  | 'ACCOUNT_BLOCKED'
  | 'RATE_LIMITED'
  | 'NOT_FOUND';

/** One refusal as `AuthError` shows it. `field` is the path from the argument root; null when no single field is to blame. */
export interface Refusal {
  code: AuthErrorCode;
  message: string;
  field: readonly string[] | null;
  retryAfterSeconds: number | null;
}

/** What a rule answers: a value, or every reason against it. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; refusals: readonly Refusal[] };

export function refusal(code: AuthErrorCode, message: string, field: readonly string[] | null = null): Refusal {
  return { code, message, field, retryAfterSeconds: null };
}

/** RATE_LIMITED with the number that helps. Never less than a second, so that nobody retries at once. */
export function rateLimited(retryAfterMs: number): Refusal {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return {
    code: 'RATE_LIMITED',
    message: `Too many attempts; try again in ${retryAfterSeconds} s.`,
    field: null,
    retryAfterSeconds,
  };
}

export function accept<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function refuse(...refusals: readonly Refusal[]): { ok: false; refusals: readonly Refusal[] } {
  return { ok: false, refusals };
}
