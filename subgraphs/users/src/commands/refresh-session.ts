import type { RequestContext } from '../context.ts';
import type { RefreshToken } from '../credentials/refresh-tokens.ts';
import { decideRefresh } from '../domain/refresh-decision.ts';
import { accept, type Outcome, rateLimited, refusal, refuse } from '../domain/refusal.ts';
import type { SessionRecord } from '../store/sessions.ts';
import type { UserRecord } from '../store/users.ts';
import { endSession } from './end-sessions.ts';
import { type AuthSession, accountBlocked, authSession, lifetime } from './open-session.ts';

/** Continues a session with its newest refresh token. Only failures count against the caller's address. */
export async function refreshSession(context: RequestContext, refreshToken: string): Promise<Outcome<AuthSession>> {
  const waitMs = await context.limits.take(['tokenPerAddress', context.clientAddress]);
  if (waitMs > 0) return refuse(rateLimited(waitMs));
  const token = context.refreshTokens.read(refreshToken);
  const outcome = token === undefined ? invalid() : await refreshWith(context, token);
  if (outcome.ok) await context.limits.giveBack('tokenPerAddress', context.clientAddress);
  return outcome;
}

async function refreshWith(context: RequestContext, token: RefreshToken): Promise<Outcome<AuthSession>> {
  // Losing the race for the rotation means that the token has become the predecessor: the second look finds the winner's
  // write, and nothing can undo it, so there is no third.
  return (await tryRefresh(context, token)) ?? (await tryRefresh(context, token)) ?? invalid();
}

async function tryRefresh(context: RequestContext, token: RefreshToken): Promise<Outcome<AuthSession> | undefined> {
  const now = context.now();
  const session = await context.store.sessions.findById(token.sessionId);
  const user = session === null ? null : await context.store.users.findById(session.userId);
  if (session === null || user === null) return invalid();
  const decision = decideRefresh(
    {
      stepsBehind: context.refreshTokens.stepsBehind(token, session),
      rotatedAt: session.rotatedAt,
      expiresAt: session.expiresAt,
      hasEnded: session.endedAt !== null || session.epoch !== user.sessionEpoch,
      isBlocked: user.blocked !== null,
    },
    now,
  );
  switch (decision) {
    case 'rotate':
      return rotate(context, user, session, token, now);
    case 'replay':
      return accept(authSession(context, user, session, context.refreshTokens.successorOf(token), now));
    case 'reuse':
      return revokeReused(context, session);
    case 'invalid':
      return invalid();
    case 'expired':
      return refuse(refusal('TOKEN_EXPIRED', 'The session has expired; sign in again.', ['refreshToken']));
    case 'blocked':
      return refuse(accountBlocked());
    default:
      return decision satisfies never;
  }
}

/** Undefined when somebody was faster. */
async function rotate(
  context: RequestContext,
  user: UserRecord,
  session: SessionRecord,
  token: RefreshToken,
  now: Date,
) {
  const successor = context.refreshTokens.successorOf(token);
  const rotated = await context.store.sessions.rotate(session._id, session, {
    refreshHash: context.refreshTokens.hashOf(successor),
    rotatedAt: now,
    ...lifetime(context, now),
    ...(context.userAgent === null ? {} : { userAgent: context.userAgent }),
  });
  return rotated === null ? undefined : accept(authSession(context, user, rotated, successor, now));
}

/** Two parties hold tokens of one session and one of them stole his: nobody can tell which, so it ends for both (RFC 9700, 4.14.2). */
async function revokeReused(context: RequestContext, session: SessionRecord): Promise<Outcome<AuthSession>> {
  const { correlationId } = context;
  await endSession(context, { sessionId: session._id, userId: session.userId, reason: 'token-reuse', correlationId });
  context.logger.warn({ sessionId: session._id, userId: session.userId }, 'a replaced refresh token came back');
  return refuse(refusal('TOKEN_REUSED', 'This token had been replaced; the session was ended.', ['refreshToken']));
}

function invalid(): Outcome<AuthSession> {
  return refuse(refusal('TOKEN_INVALID', 'This token is not valid; sign in again.', ['refreshToken']));
}
