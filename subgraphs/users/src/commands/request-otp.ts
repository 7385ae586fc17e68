import { createId } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { oneTimeCode } from '../domain/one-time-code.ts';
import { normalisePhone } from '../domain/phone-number.ts';
import { accept, type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import { takeSendWindow } from './take-send-window.ts';

/** What a request for a code or token answers, whoever asks for whatever. `challengeId` null for e-mailed tokens. */
export interface SentChallenge {
  challengeId: string | null;
  expiresAt: Date;
  retryAfterSeconds: number;
}

/** How long an expired challenge is still told from a wrong one. */
const keptMs = 60 * 60_000;

/** Sends a code. Unknown numbers get a challenge that no code solves, after the same work. */
export async function requestOtp(context: RequestContext, text: string): Promise<Outcome<SentChallenge>> {
  const phone = normalisePhone(text);
  if (phone === undefined) return refuse(refusal('INVALID', 'This is not a phone number.', ['phone']));
  const waitMs =
    (await context.limits.take(['otpPerAddress', context.clientAddress], ['otpPerPhone', phone])) ||
    (await takeSendWindow(context, `otp:${phone}`, oneTimeCode.resendAfterMs));
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  const { viewer } = context;
  const isOwn = viewer.kind === 'user';
  const userId = isOwn ? viewer.userId : ((await context.store.users.findByVerifiedPhone(phone))?._id ?? null);
  const now = context.now();
  const challengeId = createId('otp', now);
  const code = context.oneTimeSecrets.createCode();
  const expiresAt = new Date(now.getTime() + oneTimeCode.ttlMs);
  await context.store.otpChallenges.insert({
    _id: challengeId,
    phone,
    userId,
    purpose: isOwn ? 'verify-phone' : 'sign-in',
    codeHash: context.oneTimeSecrets.hashCode(challengeId, code),
    attempts: 0,
    isUsed: false,
    expiresAt,
    purgeAt: new Date(expiresAt.getTime() + keptMs),
  });
  if (userId !== null) {
    const message = `${code} is your Swiftcart code. It is valid for 5 minutes. Never tell it to anybody.`;
    context.background.start('one-time code', () => context.sms.send({ to: phone, text: message }));
  }
  return accept({ challengeId, expiresAt, retryAfterSeconds: oneTimeCode.resendAfterMs / 1_000 });
}
