import type { RequestContext } from '../context.ts';
import { weakness } from '../domain/password-policy.ts';
import { type Outcome, refuse } from '../domain/refusal.ts';
import { finishEndingSessions, sessionsEnded } from './end-all-sessions.ts';
import { findEmailToken, tokenInvalid } from './find-email-token.ts';
import { type AuthSession, accountBlocked, openSession } from './open-session.ts';

/** Sets a new password with an e-mailed token, ends all sessions and opens one. A weak password does not use the token up. */
export async function resetPassword(
  context: RequestContext,
  { token, newPassword }: PasswordReset,
): Promise<Outcome<AuthSession>> {
  const found = await findEmailToken(context, 'reset-password', token);
  if (!found.ok) return found;
  const { record, user } = found.value;
  const isStale = record.epoch !== user.sessionEpoch || record.email !== user.email || !user.isEmailVerified;
  if (isStale) return refuse(tokenInvalid());
  if (user.blocked !== null) return refuse(accountBlocked());
  const weak = weakness(newPassword, [user.email, user.name], ['newPassword']);
  if (weak !== undefined) return refuse(weak);
  if (!(await context.store.emailTokens.use(record._id))) return refuse(tokenInvalid());
  const passwordHash = await context.passwords.hash(newPassword);
  const event = sessionsEnded(context, user._id, 'password-changed');
  const expected = { sessionEpoch: user.sessionEpoch, email: record.email };
  const changed = await context.store.users.change(user._id, expected, {
    set: { passwordHash },
    endsSessions: true,
    event,
  });
  if (changed === null) return refuse(tokenInvalid());
  await context.limits.forget('loginPerAccount', user.email);
  await finishEndingSessions(context, changed, 'password-changed');
  return openSession(context, changed);
}

export interface PasswordReset {
  token: string;
  newPassword: string;
}
