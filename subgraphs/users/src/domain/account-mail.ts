import type { MailContent } from './mail-layout.ts';
import type { EmailTokenPurpose } from './one-time-code.ts';

/** The e-mail that carries a single-use token. With a shop URL it links there, else it only names the token. */
export function tokenMail({ purpose, name, token, shopUrl }: TokenMail): MailContent {
  const isReset = purpose === 'reset-password';
  const action =
    shopUrl === undefined
      ? {}
      : { action: { label: isReset ? 'Set a new password' : 'Verify', url: link(shopUrl, purpose, token) } };
  return isReset
    ? {
        subject: 'Set a new password',
        greeting: name,
        paragraphs: [
          'Somebody, hopefully you, asked to set a new password for your account. If it was not you, nothing has to be done.',
          `Your token, valid for 30 minutes and once: ${token}`,
        ],
        ...action,
      }
    : {
        subject: 'Please verify your e-mail address',
        greeting: name,
        paragraphs: [
          'This address was given for an account of our shop. If that was not you, nothing has to be done.',
          `Your token, valid for 24 hours and once: ${token}`,
        ],
        ...action,
      };
}

export interface TokenMail {
  purpose: EmailTokenPurpose;
  name: string;
  token: string;
  shopUrl: string | undefined;
}

/** Goes to the old address, whose owner may know nothing of the change. */
export function emailChangedMail(name: string): MailContent {
  return {
    subject: 'Your e-mail address was changed',
    greeting: name,
    paragraphs: [
      'Your account is no longer reached at this address. If that was not you, please contact the shop at once.',
    ],
  };
}

function link(shopUrl: string, purpose: EmailTokenPurpose, token: string): string {
  return `${shopUrl.replace(/\/+$/, '')}/${purpose}?token=${encodeURIComponent(token)}`;
}
