import { cleanLine } from './clean-line.ts';
import { normaliseEmail } from './email-address.ts';
import { weakness } from './password-policy.ts';
import { normalisePhone } from './phone-number.ts';
import { accept, type Outcome, type Refusal, refusal } from './refusal.ts';

/** What the `register` mutation receives. */
export interface RegistrationInput {
  name: string;
  email: string;
  password: string;
  phone?: string | null;
  guestCartToken?: string | null;
}

/** A registration whose every value can be stored. `phone` is not verified yet and identifies nobody. */
export interface Registration {
  name: string;
  email: string;
  password: string;
  phone: string | null;
  guestCartToken: string | null;
}

/** Length of a person's name in code points. */
export const nameLength = { minLength: 1, maxLength: 100 };

// Opaque to this part: the orders part knows its own tokens and ignores the others.
const guestCartTokenPattern = /^[\w.~-]{1,256}$/;

/** Checks everything at once, so that a form can show all its mistakes. */
export function checkRegistration(input: RegistrationInput): Outcome<Registration> {
  const name = cleanLine(input.name, nameLength);
  const email = normaliseEmail(input.email);
  const phone = isBlank(input.phone) ? null : normalisePhone(input.phone);
  const guestCartToken = isBlank(input.guestCartToken) ? null : input.guestCartToken;
  const refusals: Refusal[] = [];
  if (name === undefined) refusals.push(refusal('INVALID', 'A name has 1 to 100 characters.', ['input', 'name']));
  if (email === undefined) refusals.push(refusal('INVALID', 'This is not an e-mail address.', ['input', 'email']));
  const weak = weakness(input.password, [email ?? '', name ?? ''], ['input', 'password']);
  if (weak !== undefined) refusals.push(weak);
  if (phone === undefined) refusals.push(refusal('INVALID', 'This is not a phone number.', ['input', 'phone']));
  if (guestCartToken !== null && !guestCartTokenPattern.test(guestCartToken)) {
    refusals.push(refusal('INVALID', 'This is not a cart token.', ['input', 'guestCartToken']));
  }
  if (name === undefined || email === undefined || phone === undefined || refusals.length > 0) {
    return { ok: false, refusals };
  }
  return accept({ name, email, password: input.password, phone, guestCartToken });
}

function isBlank(text: string | null | undefined): text is '' | null | undefined {
  return text === null || text === undefined || text === '';
}
