import { type Refusal, refusal } from './refusal.ts';

/** NIST SP 800-63B, 5.1.1.2: length and a list of the known bad; no rules about kinds of characters. */
export const passwordLength = { min: 8, max: 128 };

const common: ReadonlySet<string> = new Set(
  (
    'password passw0rd password1 password12 password123 password1234 12345678 123456789 1234567890 0123456789 87654321 ' +
    'qwertyui qwerty12 qwerty123 qwertyuiop 1q2w3e4r 1qaz2wsx asdfghjk asdfghjkl zxcvbnm1 iloveyou sunshine princess ' +
    'football baseball superman welcome1 welcome123 letmein1 letmein123 admin123 administrator trustno1 abcd1234 ' +
    'abcdefgh changeme changeme1 swiftcart swiftcart1 swiftcart123 india123 krishna1 abc12345 11112222 computer'
  ).split(' '),
);

/** What a password is compared and hashed as: the same keys typed on two systems must give the same bytes (NFKC). */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/** Whether text may be hashed at all: hashing work grows with its length, and a lone surrogate has no bytes of its own. */
export function isPasswordText(password: string): boolean {
  return password.length > 0 && password.length <= passwordLength.max * 4 && !/[\0\p{Surrogate}]/u.test(password);
}

/** Why a new password is refused, or undefined. `about` holds what an attacker would try first: the account's e-mail and name. */
export function weakness(password: string, about: readonly string[], field: readonly string[]): Refusal | undefined {
  if (password !== '' && !isPasswordText(password)) {
    return refusal('INVALID', `A password is text of at most ${passwordLength.max} characters.`, field);
  }
  const length = [...normalisePassword(password)].length;
  if (length > passwordLength.max) {
    return refusal('INVALID', `A password has at most ${passwordLength.max} characters.`, field);
  }
  const tooWeak = (why: string): Refusal => refusal('PASSWORD_TOO_WEAK', why, field);
  if (length < passwordLength.min) return tooWeak(`A password needs at least ${passwordLength.min} characters.`);
  const folded = normalisePassword(password).toLowerCase();
  if (common.has(folded)) return tooWeak('This password is one of the first that an attacker tries.');
  if (new Set(folded).size < 4) return tooWeak('This password repeats the same few characters.');
  const known = about.flatMap((text) => [text, text.split('@')[0] ?? '']).map((text) => text.toLowerCase());
  if (known.includes(folded)) return tooWeak('A password must not be your name or e-mail address.');
  return undefined;
}
