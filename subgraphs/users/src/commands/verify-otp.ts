import type { RequestContext } from '../context.ts';
import { decideCode } from '../domain/one-time-code.ts';
import { accept, type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import type { OtpChallengeRecord } from '../store/otp-challenges.ts';
import { duplicateField } from '../store/store.ts';
import type { UserRecord } from '../store/users.ts';
import { type AuthSession, accountBlocked, openSession } from './open-session.ts';

/** Signs in with a code; a code that the signed-in account asked for makes the phone its own as well. */
export async function verifyOtp(
  context: RequestContext,
  { challengeId, code }: OtpAnswer,
): Promise<Outcome<AuthSession>> {
  const waitMs = await context.limits.take(['codePerAddress', context.clientAddress]);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  const isId = /^otp_[0-9a-z]{26}$/.test(challengeId);
  const challenge = isId ? await context.store.otpChallenges.countTry(challengeId) : null;
  const attempt = challenge === null ? null : { ...challenge, isMatch: isMatch(context, challenge, code) };
  const decision = decideCode(attempt, context.now());
  if (decision === 'OTP_EXPIRED') return refuse(refusal(decision, 'The code is too old; ask for another.', ['code']));
  if (decision === 'OTP_INVALID' || challenge === null) return refuse(wrongCode());
  if (!(await context.store.otpChallenges.use(challengeId))) return refuse(wrongCode());
  await context.limits.giveBack('codePerAddress', context.clientAddress);
  const proved = await provedAccount(context, challenge);
  if (!proved.ok) return proved;
  return proved.value.blocked === null ? openSession(context, proved.value) : refuse(accountBlocked());
}

export interface OtpAnswer {
  challengeId: string;
  code: string;
}

function wrongCode() {
  return refusal('OTP_INVALID', 'The code is wrong, used, or was tried too often.', ['code']);
}

/** A code for making a phone one's own works for the account that asked alone: it says nothing about who else holds it. */
function isMatch({ viewer, oneTimeSecrets }: RequestContext, challenge: OtpChallengeRecord, code: string): boolean {
  const isRight = oneTimeSecrets.isCode(challenge._id, code, challenge.codeHash);
  const isForCaller = challenge.purpose === 'sign-in' || (viewer.kind === 'user' && viewer.userId === challenge.userId);
  return isRight && isForCaller && challenge.userId !== null;
}

async function provedAccount({ store }: RequestContext, challenge: OtpChallengeRecord): Promise<Outcome<UserRecord>> {
  const { phone, purpose, userId } = challenge;
  if (userId === null) return refuse(wrongCode());
  if (purpose === 'sign-in') {
    const user = await store.users.findByVerifiedPhone(phone);
    // The number may have changed hands since the code was sent.
    return user?._id === userId ? accept(user) : refuse(wrongCode());
  }
  try {
    const user = await store.users.change(userId, {}, { set: { phone, isPhoneVerified: true } });
    return user === null ? refuse(wrongCode()) : accept(user);
  } catch (error) {
    if (duplicateField(error) !== 'phone') throw error;
    return refuse(refusal('PHONE_TAKEN', 'This phone number belongs to another account.'));
  }
}
