import { requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { finishEndingSessions, sessionsEnded } from './end-all-sessions.ts';

/** Ends every session of the caller. */
export async function logoutEverywhere(context: RequestContext): Promise<void> {
  const { userId } = requireUser(context.viewer);
  const event = sessionsEnded(context, userId, 'logout-everywhere');
  const user = await context.store.users.change(userId, {}, { endsSessions: true, event });
  if (user !== null) await finishEndingSessions(context, user, 'logout-everywhere');
}
