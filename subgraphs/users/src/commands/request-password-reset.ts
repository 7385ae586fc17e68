import type { RequestContext } from '../context.ts';
import { normaliseEmail } from '../domain/email-address.ts';
import { emailToken } from '../domain/one-time-code.ts';
import { accept, type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import type { SentChallenge } from './request-otp.ts';
import { sendEmailToken } from './send-email-token.ts';
import { takeSendWindow } from './take-send-window.ts';

/** Mails a reset token to a verified address. Every address gets the same answer after the same work. */
export async function requestPasswordReset(context: RequestContext, text: string): Promise<Outcome<SentChallenge>> {
  const email = normaliseEmail(text);
  if (email === undefined) return refuse(refusal('INVALID', 'This is not an e-mail address.', ['email']));
  const { resendAfterMs } = emailToken['reset-password'];
  const waitMs =
    (await context.limits.take(['resetPerAddress', context.clientAddress])) ||
    (await takeSendWindow(context, `reset-password:${email}`, resendAfterMs));
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  const found = await context.store.users.findByEmail(email);
  // An unverified address may be anybody's: who receives its mail has not shown to be the account's owner.
  const user = found?.isEmailVerified === true ? found : null;
  const expiresAt = await sendEmailToken(context, { purpose: 'reset-password', email, user });
  return accept({ challengeId: null, expiresAt, retryAfterSeconds: resendAfterMs / 1_000 });
}
