import { requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import type { UserRecord } from '../store/users.ts';

const maxIds = 100;

/** Marks the caller's notifications as read; ids that are not his, or read already, change nothing. */
export async function markNotificationsRead(
  context: RequestContext,
  ids: readonly string[],
): Promise<Outcome<UserRecord>> {
  const { userId } = requireUser(context.viewer);
  if (ids.length > maxIds) return refuse(refusal('INVALID', `At most ${maxIds} at once.`, ['ids']));
  const user = await context.loaders.users.load(userId);
  if (user === null) return refuse(refusal('NOT_FOUND', 'This account is gone.'));
  if (ids.length > 0) await context.store.notifications.markRead(userId, ids, context.now());
  return accept(user);
}
