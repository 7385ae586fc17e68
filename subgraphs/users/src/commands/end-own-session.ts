import { requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import type { UserRecord } from '../store/users.ts';
import { endSession } from './end-sessions.ts';

/** Ends one session of the caller by its id. */
export async function endOwnSession(context: RequestContext, sessionId: string): Promise<Outcome<UserRecord>> {
  const { userId } = requireUser(context.viewer);
  const { correlationId } = context;
  const hasEnded = await endSession(context, { sessionId, userId, reason: 'ended-by-user', correlationId });
  const user = hasEnded ? await context.loaders.users.load(userId) : null;
  return user === null ? refuse(refusal('NOT_FOUND', 'There is no such session.', ['sessionId'])) : accept(user);
}
