import { createId } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import type { RefreshToken } from '../credentials/refresh-tokens.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import type { SessionRecord } from '../store/sessions.ts';
import type { UserRecord } from '../store/users.ts';
import { endSession } from './end-sessions.ts';

/** The tokens of a session, as `AuthSession` shows them. */
export interface AuthSession {
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
  user: UserRecord;
}

/** How long the record of an expired session is kept. */
const keptMs = 24 * 60 * 60_000;

/** Signs an account in. `user` is as it was when its credentials were checked. */
export async function openSession(context: RequestContext, user: UserRecord): Promise<Outcome<AuthSession>> {
  const now = context.now();
  const token = context.refreshTokens.first(createId('ses', now));
  const session: SessionRecord = {
    _id: token.sessionId,
    userId: user._id,
    epoch: user.sessionEpoch,
    refreshHash: context.refreshTokens.hashOf(token),
    generation: token.generation,
    createdAt: now,
    rotatedAt: now,
    ...lifetime(context, now),
    userAgent: context.userAgent,
    endedAt: null,
    endReason: null,
    deniedUntil: null,
    outbox: [],
  };
  await context.store.sessions.insert(session);
  // Whoever blocks the account or changes its password first raises the epoch and then ends the sessions he finds: either
  // he finds this one, or it is here that the new epoch is seen.
  const current = await context.store.users.findById(user._id);
  if (current === null || current.blocked !== null || current.sessionEpoch !== user.sessionEpoch) {
    const { correlationId } = context;
    await endSession(context, { sessionId: session._id, userId: user._id, reason: 'superseded', correlationId });
    return refuse(current?.blocked ? accountBlocked() : refusal('INVALID_CREDENTIALS', 'Sign in again.'));
  }
  return accept(authSession(context, current, session, token, now));
}

export function accountBlocked() {
  return refusal('ACCOUNT_BLOCKED', 'This account is blocked. Please contact the shop.');
}

/** Sliding: each refresh gives the session its whole life again. */
export function lifetime(context: RequestContext, now: Date): Pick<SessionRecord, 'expiresAt' | 'purgeAt'> {
  const expiresAt = new Date(now.getTime() + context.config.refreshTokenTtlSeconds * 1_000);
  return { expiresAt, purgeAt: new Date(expiresAt.getTime() + keptMs) };
}

/** `now` is from before the session was last seen alive, so that no access token outlives the denial of an ended session. */
export function authSession(
  context: RequestContext,
  user: UserRecord,
  session: SessionRecord,
  token: RefreshToken,
  now: Date,
): AuthSession {
  const access = context.accessTokens.sign({ userId: user._id, sessionId: session._id, roles: user.roles }, now);
  context.currentSessionId = session._id;
  return {
    accessToken: access.token,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken: context.refreshTokens.write(token),
    refreshTokenExpiresAt: session.expiresAt,
    user,
  };
}
