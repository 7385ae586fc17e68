import { newEvent } from '@swiftcart/events';
import type { ProcessContext } from '../context.ts';
import type { SessionEnd } from '../store/sessions.ts';

/** Between the clocks of this process and the gateway's. */
const clockSkewMs = 60_000;
/** How long an ended session is kept for questions, after nobody can use it. */
const keptMs = 24 * 60 * 60_000;

/**
 * Ends one session: its refresh token dies with the write, its access tokens with the event. False when the user has no
 * such live session. The event is also published at once, so that the answer of a logout is true when it is read; the
 * relay's later copy changes nothing.
 */
export async function endSession(
  process: ProcessContext,
  { sessionId, userId, reason, correlationId }: SessionToEnd,
): Promise<boolean> {
  const now = process.now();
  const until = new Date(now.getTime() + process.config.accessTokenTtlSeconds * 1_000 + clockSkewMs);
  const event = newEvent({
    topic: 'users',
    kind: 'session.revoked',
    key: sessionId,
    correlationId,
    payload: { sessionId, until: until.toISOString() },
    now,
  });
  const purgeAt = new Date(until.getTime() + keptMs);
  const ending = { endedAt: now, endReason: reason, deniedUntil: until, purgeAt, event };
  if (!(await process.store.sessions.end(sessionId, userId, ending))) return false;
  process.relay.wake();
  await process.bus.publish(event).catch((error: unknown) => {
    process.logger.warn({ err: error, sessionId }, 'a session end is left to the outbox');
  });
  return true;
}

export interface SessionToEnd {
  sessionId: string;
  userId: string;
  reason: SessionEnd;
  correlationId: string;
}

/**
 * Ends every session that was opened below the account's epoch. The epoch was raised before, in the write that decided
 * it, so a session that slips in meanwhile sees that it came too late.
 */
export async function endSessionsBelow(
  process: ProcessContext,
  { userId, epoch, reason, correlationId }: SessionsToEnd,
): Promise<void> {
  const ids = await process.store.sessions.findIdsBelowEpoch(userId, epoch);
  await Promise.all(ids.map((sessionId) => endSession(process, { sessionId, userId, reason, correlationId })));
}

export interface SessionsToEnd {
  userId: string;
  epoch: number;
  reason: SessionEnd;
  correlationId: string;
}
