import type { RequestContext } from '../context.ts';
import { normaliseEmail } from '../domain/email-address.ts';
import { type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import { type AuthSession, accountBlocked, openSession } from './open-session.ts';

/** Signs in by password. Unknown accounts cost the same work and get the same answer as wrong passwords. */
export async function login(
  context: RequestContext,
  input: { email: string; password: string },
): Promise<Outcome<AuthSession>> {
  const email = normaliseEmail(input.email);
  const account = email ?? input.email.slice(0, 320);
  const waitMs = await context.limits.take(['loginPerAddress', context.clientAddress], ['loginPerAccount', account]);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  // An address that cannot exist is looked up like any other.
  const user = await context.store.users.findByEmail(email ?? '');
  const isRight = await context.passwords.verify(user?.passwordHash, input.password);
  if (user === null || !isRight) {
    return refuse(refusal('INVALID_CREDENTIALS', 'E-mail address or password is wrong.'));
  }
  await context.limits.giveBack('loginPerAddress', context.clientAddress);
  await context.limits.forget('loginPerAccount', account);
  if (user.blocked !== null) return refuse(accountBlocked());
  return openSession(context, user);
}
