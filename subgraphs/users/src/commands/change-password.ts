import { requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { weakness } from '../domain/password-policy.ts';
import { type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import { finishEndingSessions, sessionsEnded } from './end-all-sessions.ts';
import { type AuthSession, openSession } from './open-session.ts';

/** Sets a new password, ends all sessions, this one included, and opens one in its place. */
export async function changePassword(
  context: RequestContext,
  { currentPassword, newPassword }: PasswordChange,
): Promise<Outcome<AuthSession>> {
  const { userId } = requireUser(context.viewer);
  const user = await context.store.users.findById(userId);
  if (user === null) return refuse(refusal('NOT_FOUND', 'This account is gone.'));
  const waitMs = await context.limits.take(['loginPerAccount', user.email]);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  if (!(await context.passwords.verify(user.passwordHash, currentPassword))) return refuse(wrongPassword());
  await context.limits.forget('loginPerAccount', user.email);
  const weak = weakness(newPassword, [user.email, user.name], ['newPassword']);
  if (weak !== undefined) return refuse(weak);
  const set = { passwordHash: await context.passwords.hash(newPassword) };
  const event = sessionsEnded(context, userId, 'password-changed');
  // Two changes at once: the second was decided on a password that is no longer the account's.
  const { passwordHash } = user;
  const changed = await context.store.users.change(userId, { passwordHash }, { set, endsSessions: true, event });
  if (changed === null) return refuse(wrongPassword());
  await finishEndingSessions(context, changed, 'password-changed');
  return openSession(context, changed);
}

export interface PasswordChange {
  currentPassword: string;
  newPassword: string;
}

function wrongPassword() {
  return refusal('INVALID_CREDENTIALS', 'The current password is wrong.', ['currentPassword']);
}
