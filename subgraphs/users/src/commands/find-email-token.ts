import type { RequestContext } from '../context.ts';
import type { EmailTokenPurpose } from '../domain/one-time-code.ts';
import { accept, type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import type { EmailTokenRecord } from '../store/email-tokens.ts';
import type { UserRecord } from '../store/users.ts';

/** An unused, unexpired token with its account. Looking does not use it up. Failures count against the caller's address. */
export async function findEmailToken(
  context: RequestContext,
  purpose: EmailTokenPurpose,
  token: string,
): Promise<Outcome<{ record: EmailTokenRecord; user: UserRecord }>> {
  const waitMs = await context.limits.take(['tokenPerAddress', context.clientAddress]);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  const record = await context.store.emailTokens.find(context.oneTimeSecrets.hashToken(token), purpose);
  if (record === null || record.isUsed || record.userId === null) return refuse(tokenInvalid());
  if (context.now() >= record.expiresAt) return refuse(refusal('TOKEN_EXPIRED', 'The token is too old.', ['token']));
  const user = await context.store.users.findById(record.userId);
  if (user === null) return refuse(tokenInvalid());
  await context.limits.giveBack('tokenPerAddress', context.clientAddress);
  return accept({ record, user });
}

export function tokenInvalid() {
  return refusal('TOKEN_INVALID', 'The token is wrong or was used.', ['token']);
}
