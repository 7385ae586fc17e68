import { requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { emailToken } from '../domain/one-time-code.ts';
import { accept, type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import type { SentChallenge } from './request-otp.ts';
import { sendEmailToken } from './send-email-token.ts';
import { takeSendWindow } from './take-send-window.ts';

/** Mails a verification token to the address that waits for one. */
export async function requestEmailVerification(context: RequestContext): Promise<Outcome<SentChallenge>> {
  const { userId } = requireUser(context.viewer);
  const user = await context.loaders.users.load(userId);
  const email = user?.pendingEmail ?? (user?.isEmailVerified === false ? user.email : null);
  if (user === null || email === null) return refuse(refusal('INVALID', 'The e-mail address is verified already.'));
  const { resendAfterMs } = emailToken['verify-email'];
  const waitMs = await takeSendWindow(context, `verify-email:${userId}`, resendAfterMs);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  const expiresAt = await sendEmailToken(context, { purpose: 'verify-email', email, user });
  return accept({ challengeId: null, expiresAt, retryAfterSeconds: resendAfterMs / 1_000 });
}
