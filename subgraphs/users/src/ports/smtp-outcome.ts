import type { MailOutcome } from './mail.ts';

/** What nodemailer's errors carry: the server's reply, if there was one. */
export interface SmtpError extends Error {
  responseCode?: number | undefined;
}

/**
 * Reads a failure. A reply of the server is a definite no, and 5xx says that asking again is pointless (RFC 5321, 4.2.1),
 * except for a failed sign-in, which is ours to mend. Without a reply, only what happened before the message was sent is
 * definite.
 */
export function smtpOutcome(error: SmtpError, phase: 'before-message' | 'message'): MailOutcome {
  const { responseCode, message: reason } = error;
  const isReply = responseCode !== undefined && responseCode >= 400;
  if (phase === 'before-message') return { kind: 'refused', isPermanent: false, reason };
  if (!isReply) return { kind: 'unknown', reason };
  return { kind: 'refused', isPermanent: responseCode >= 500 && responseCode !== 503, reason };
}
