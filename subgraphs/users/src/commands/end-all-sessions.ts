import { newEvent } from '@swiftcart/events';
import type { RequestContext } from '../context.ts';
import type { SessionEnd } from '../store/sessions.ts';
import type { UserRecord } from '../store/users.ts';
import { endSessionsBelow } from './end-sessions.ts';

/** Goes into the write that raises the epoch, so that the sessions end even if this process dies right after it. */
export function sessionsEnded({ correlationId, now }: RequestContext, userId: string, reason: SessionEnd) {
  const payload = { userId, reason };
  return newEvent({ topic: 'users', kind: 'user.sessionsEnded', key: userId, correlationId, payload, now: now() });
}

/** Ends them now; the event would do the same a moment later. */
export async function finishEndingSessions(
  context: RequestContext,
  user: UserRecord,
  reason: SessionEnd,
): Promise<void> {
  context.relay.wake();
  const { correlationId } = context;
  await endSessionsBelow(context, { userId: user._id, epoch: user.sessionEpoch, reason, correlationId });
}
