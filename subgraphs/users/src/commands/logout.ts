import { requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { endSession } from './end-sessions.ts';

/** Ends the caller's session. Once more changes nothing. */
export async function logout(context: RequestContext): Promise<void> {
  const { sessionId, userId } = requireUser(context.viewer);
  await endSession(context, { sessionId, userId, reason: 'logout', correlationId: context.correlationId });
}
