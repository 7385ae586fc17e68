import { createId } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { emailChangedMail } from '../domain/account-mail.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import { duplicateField } from '../store/store.ts';
import type { UserRecord } from '../store/users.ts';
import { findEmailToken, tokenInvalid } from './find-email-token.ts';
import { sendAccountMail } from './send-account-mail.ts';

/** Verifies the account's address, or puts a changed one in its place. The token works once. */
export async function verifyEmail(context: RequestContext, token: string): Promise<Outcome<UserRecord>> {
  const found = await findEmailToken(context, 'verify-email', token);
  if (!found.ok) return found;
  const { record, user } = found.value;
  const isCurrent = record.email === user.email;
  if (!isCurrent && record.email !== user.pendingEmail) return refuse(tokenInvalid());
  if (!(await context.store.emailTokens.use(record._id))) return refuse(tokenInvalid());
  try {
    // The address is in the filter: it may have been changed again since the account was read.
    const changed = isCurrent
      ? await context.store.users.change(user._id, { email: record.email }, { set: { isEmailVerified: true } })
      : await context.store.users.change(
          user._id,
          { pendingEmail: record.email },
          { set: { email: record.email, isEmailVerified: true, pendingEmail: null } },
        );
    if (changed === null) return refuse(tokenInvalid());
    if (!isCurrent) {
      const id = createId('mail', context.now());
      sendAccountMail(context, { id, to: user.email, content: emailChangedMail(user.name) });
    }
    return accept(changed);
  } catch (error) {
    if (duplicateField(error) !== 'email') throw error;
    return refuse(refusal('EMAIL_TAKEN', 'Another account has taken this e-mail address meanwhile.'));
  }
}
