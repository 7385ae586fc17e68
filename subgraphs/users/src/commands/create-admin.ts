import { createId } from '@swiftcart/graphql';
import type { ProcessContext } from '../context.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import { checkRegistration } from '../domain/registration.ts';
import { duplicateField } from '../store/store.ts';
import type { UserRecord } from '../store/users.ts';
import { newAccount } from './register.ts';

/** Opens an account with ADMIN from the command line, where the first one has to come from. The address counts as verified. */
export async function createAdmin(process: ProcessContext, input: NewAdmin): Promise<Outcome<UserRecord>> {
  const checked = checkRegistration(input);
  if (!checked.ok) return checked;
  const { name, email, password } = checked.value;
  const now = process.now();
  const passwordHash = await process.passwords.hash(password);
  try {
    return accept(
      await process.store.users.insert({
        _id: createId('usr', now),
        ...newAccount({ name, email, phone: null, passwordHash, now }),
        roles: ['CUSTOMER', 'ADMIN'],
        isEmailVerified: true,
        outbox: [],
      }),
    );
  } catch (error) {
    if (duplicateField(error) !== 'email') throw error;
    return refuse(refusal('EMAIL_TAKEN', 'There is an account with this e-mail address.', ['input', 'email']));
  }
}

export interface NewAdmin {
  name: string;
  email: string;
  password: string;
}
