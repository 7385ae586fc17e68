import { newEvent } from '@swiftcart/events';
import { createId } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import { checkRegistration, type Registration, type RegistrationInput } from '../domain/registration.ts';
import { duplicateField } from '../store/store.ts';
import type { UserRecord } from '../store/users.ts';
import { type AuthSession, openSession } from './open-session.ts';
import { sendEmailToken } from './send-email-token.ts';

/** Opens an account and signs it in. Of several registrations with one e-mail exactly one wins: the index decides. */
export async function register(context: RequestContext, input: RegistrationInput): Promise<Outcome<AuthSession>> {
  const waitMs = await context.limits.take(['registerPerAddress', context.clientAddress]);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  const checked = checkRegistration(input);
  if (!checked.ok) return checked;
  const taken = await findTaken(context, checked.value);
  if (taken !== undefined) return refuse(taken);
  const user = await insertUser(context, checked.value);
  if (user === null) return refuse(emailTaken());
  await sendEmailToken(context, { purpose: 'verify-email', email: user.email, user });
  return openSession(context, user);
}

function emailTaken() {
  return refusal('EMAIL_TAKEN', 'There is an account with this e-mail address.', ['input', 'email']);
}

/** Spares the hash, and only a verified number is another's: everybody can type one. */
async function findTaken({ store }: RequestContext, { email, phone }: Registration) {
  if ((await store.users.findByEmail(email)) !== null) return emailTaken();
  if (phone === null || (await store.users.findByVerifiedPhone(phone)) === null) return undefined;
  return refusal('PHONE_TAKEN', 'This phone number belongs to another account.', ['input', 'phone']);
}

async function insertUser(context: RequestContext, registration: Registration): Promise<UserRecord | null> {
  const { name, email, phone, password, guestCartToken } = registration;
  const passwordHash = await context.passwords.hash(password);
  const now = context.now();
  const id = createId('usr', now);
  const payload = { userId: id, name, ...(guestCartToken === null ? {} : { guestCartToken }) };
  const { correlationId } = context;
  const event = newEvent({ topic: 'users', kind: 'user.registered', key: id, correlationId, payload, now });
  try {
    const user = await context.store.users.insert({
      _id: id,
      ...newAccount({ name, email, phone, passwordHash, now }),
      outbox: [event],
    });
    context.relay.wake();
    return user;
  } catch (error) {
    if (duplicateField(error) === 'email') return null;
    throw error;
  }
}

/** What every account starts with. */
export function newAccount({
  name,
  email,
  phone,
  passwordHash,
  now,
}: NewAccount): Omit<UserRecord, '_id' | 'outbox' | 'searchTerms'> {
  return {
    name,
    email,
    isEmailVerified: false,
    pendingEmail: null,
    phone,
    isPhoneVerified: false,
    passwordHash,
    roles: ['CUSTOMER'],
    addresses: [],
    addressRevision: 0,
    blocked: null,
    sessionEpoch: 0,
    audit: [],
    createdAt: now,
  };
}

export interface NewAccount {
  name: string;
  email: string;
  phone: string | null;
  passwordHash: string;
  now: Date;
}
