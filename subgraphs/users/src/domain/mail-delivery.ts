/**
 * How far the e-mail of a notification has come.
 * pending -> sending -> sent | pending (a definite refusal, later again) | failed (refused for good, or too often) |
 * unknown (it may have been taken, so it is never sent again); none: there is nobody to send it to.
 */
export type MailState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'none';

/** Tries before a message that is always refused is given up: with the pauses below about a day. */
export const maxMailAttempts = 12;
/** When a message that is being sent counts as interrupted: its process died, and nobody knows whether it went out. */
export const sendingTimeoutMs = 10 * 60_000;

/** How an attempt to send ended, as the mail port tells it. */
export type AttemptResult = { kind: 'accepted' } | { kind: 'refused'; isPermanent: boolean } | { kind: 'unknown' };

/** The state after an attempt, and how long to wait before the next. `attempts` counts this one. */
export function afterAttempt(result: AttemptResult, attempts: number): { state: MailState; waitMs: number } {
  switch (result.kind) {
    case 'accepted':
      return { state: 'sent', waitMs: 0 };
    case 'unknown':
      return { state: 'unknown', waitMs: 0 };
    case 'refused': {
      if (result.isPermanent || attempts >= maxMailAttempts) return { state: 'failed', waitMs: 0 };
      return { state: 'pending', waitMs: Math.min(4 * 60 * 60_000, 30_000 * 2 ** (attempts - 1)) };
    }
    default:
      return result satisfies never;
  }
}
