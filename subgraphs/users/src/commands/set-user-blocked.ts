import { requireRole } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { cleanLine } from '../domain/clean-line.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import type { UserRecord } from '../store/users.ts';
import { finishEndingSessions, sessionsEnded } from './end-all-sessions.ts';

/** Blocks an account, which ends its access at once, or lets it in again. Twice changes nothing more. */
export async function setUserBlocked(context: RequestContext, input: BlockForUser): Promise<Outcome<UserRecord>> {
  const { userId: actorId } = requireRole(context.viewer, 'ADMIN');
  const { userId, blocked } = input;
  const reason = cleanLine(input.reason ?? '', { minLength: 0, maxLength: 500 });
  if (reason === undefined) return refuse(refusal('INVALID', 'A reason has at most 500 characters.', ['reason']));
  if (userId === actorId) return refuse(refusal('INVALID', 'You cannot block your own account.', ['userId']));
  const user = await context.store.users.findById(userId);
  if (user === null) return refuse(refusal('NOT_FOUND', 'There is no such account.', ['userId']));
  const at = context.now();
  const audit = { at, actorId, action: blocked ? ('blocked' as const) : ('unblocked' as const), reason };
  const isChange = (user.blocked !== null) !== blocked;
  if (!isChange) return accept(user);
  // The state it was decided on is in the filter; who loses the race finds the account as the winner left it.
  const changed = blocked
    ? await context.store.users.change(
        userId,
        { blocked: null },
        {
          set: { blocked: { at, actorId, reason } },
          audit,
          endsSessions: true,
          event: sessionsEnded(context, userId, 'by-admin'),
        },
      )
    : await context.store.users.change(userId, {}, { set: { blocked: null }, audit });
  if (changed === null) return accept((await context.store.users.findById(userId)) ?? user);
  if (blocked) await finishEndingSessions(context, changed, 'by-admin');
  return accept(changed);
}

export interface BlockForUser {
  userId: string;
  blocked: boolean;
  reason?: string | null;
}
