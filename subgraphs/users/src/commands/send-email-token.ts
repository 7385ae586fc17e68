import { createId } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { tokenMail } from '../domain/account-mail.ts';
import { type EmailTokenPurpose, emailToken } from '../domain/one-time-code.ts';
import type { UserRecord } from '../store/users.ts';
import { sendAccountMail } from './send-account-mail.ts';

/** How long a spent or expired token still gets an honest answer. */
const keptMs = 24 * 60 * 60_000;

/**
 * Stores a single-use token and mails it in the background; answers when it expires. Without a user the same is stored
 * and nothing is sent, so that asking for somebody's token takes the same time whether he has an account or not.
 */
export async function sendEmailToken(
  context: RequestContext,
  { purpose, email, user }: EmailTokenRequest,
): Promise<Date> {
  const token = context.oneTimeSecrets.createToken();
  const now = context.now();
  const expiresAt = new Date(now.getTime() + emailToken[purpose].ttlMs);
  await context.store.emailTokens.insert({
    _id: context.oneTimeSecrets.hashToken(token),
    purpose,
    userId: user?._id ?? null,
    email,
    epoch: user?.sessionEpoch ?? 0,
    isUsed: false,
    expiresAt,
    purgeAt: new Date(expiresAt.getTime() + keptMs),
  });
  if (user !== null) {
    const content = tokenMail({ purpose, name: user.name, token, shopUrl: context.config.shopUrl });
    sendAccountMail(context, { id: createId('mail', now), to: email, content });
  }
  return expiresAt;
}

export interface EmailTokenRequest {
  purpose: EmailTokenPurpose;
  email: string;
  user: UserRecord | null;
}
