import type { AuthSession } from './commands/open-session.ts';
import type { SentChallenge } from './commands/request-otp.ts';
import type { RequestContext } from './context.ts';
import type { Outcome } from './domain/refusal.ts';
import { maySeeUser } from './may-see-user.ts';
import type { UserRecord } from './store/users.ts';

/** Outcomes of commands as the schema's payload types show them. */
export const payloads = {
  auth: (outcome: Outcome<AuthSession>) =>
    outcome.ok ? { session: outcome.value, userErrors: [] } : { session: null, userErrors: outcome.refusals },

  signedOut: () => ({ session: null, userErrors: [] }),

  otp: (outcome: Outcome<SentChallenge>) =>
    outcome.ok
      ? { ...outcome.value, userErrors: [] }
      : { challengeId: null, expiresAt: null, retryAfterSeconds: null, userErrors: outcome.refusals },

  user: ({ viewer }: RequestContext, outcome: Outcome<UserRecord>) =>
    outcome.ok
      ? { user: maySeeUser(viewer, outcome.value._id) ? outcome.value : null, userErrors: [] }
      : { user: null, userErrors: outcome.refusals },
};
