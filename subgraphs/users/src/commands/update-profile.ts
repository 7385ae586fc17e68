import { requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { cleanLine } from '../domain/clean-line.ts';
import { normaliseEmail } from '../domain/email-address.ts';
import { accept, type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import { nameLength } from '../domain/registration.ts';
import type { UserRecord } from '../store/users.ts';
import { sendEmailToken } from './send-email-token.ts';

export interface UpdateProfileInput {
  name?: string | null;
  email?: string | null;
  currentPassword?: string | null;
}

/** Changes the caller's name at once, and his e-mail address once the new one is verified. All or nothing. */
export async function updateProfile(context: RequestContext, input: UpdateProfileInput): Promise<Outcome<UserRecord>> {
  const { userId } = requireUser(context.viewer);
  const user = await context.store.users.findById(userId);
  if (user === null) return refuse(refusal('NOT_FOUND', 'This account is gone.'));
  const name = cleanLine(input.name ?? user.name, nameLength);
  if (name === undefined) return refuse(refusal('INVALID', 'A name has 1 to 100 characters.', ['input', 'name']));
  const email = await checkEmail(context, user, input);
  if (!email.ok) return email;
  const isNew = email.value !== user.email;
  const set = { name, ...(isEmailGiven(input) ? { pendingEmail: isNew ? email.value : null } : {}) };
  const changed = await context.store.users.change(userId, {}, { set });
  if (changed !== null && isNew) {
    await sendEmailToken(context, { purpose: 'verify-email', email: email.value, user: changed });
  }
  return changed === null ? refuse(refusal('NOT_FOUND', 'This account is gone.')) : accept(changed);
}

function isEmailGiven(input: UpdateProfileInput): input is UpdateProfileInput & { email: string } {
  return input.email !== null && input.email !== undefined;
}

/** The address the account shall have. A new one needs the password: with it goes the power to reset that very password. */
async function checkEmail(
  context: RequestContext,
  user: UserRecord,
  input: UpdateProfileInput,
): Promise<Outcome<string>> {
  if (!isEmailGiven(input)) return accept(user.email);
  const email = normaliseEmail(input.email);
  if (email === undefined) return refuse(refusal('INVALID', 'This is not an e-mail address.', ['input', 'email']));
  if (email === user.email) return accept(email);
  const waitMs = await context.limits.take(['loginPerAccount', user.email]);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  if (!(await context.passwords.verify(user.passwordHash, input.currentPassword ?? ''))) {
    const message = 'Changing the e-mail address needs the password of the account.';
    return refuse(refusal('INVALID_CREDENTIALS', message, ['input', 'currentPassword']));
  }
  await context.limits.forget('loginPerAccount', user.email);
  if ((await context.store.users.findByEmail(email)) !== null) {
    return refuse(refusal('EMAIL_TAKEN', 'There is an account with this e-mail address.', ['input', 'email']));
  }
  return accept(email);
}
