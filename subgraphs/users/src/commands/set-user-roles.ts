import { codedError, requireRole } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import { type AccountRole, changeRoles } from '../domain/role-change.ts';
import type { UserRecord } from '../store/users.ts';
import { finishEndingSessions, sessionsEnded } from './end-all-sessions.ts';

const maxRounds = 20;

/** Gives an account exactly these roles. A role that is lost ends the sessions, because access tokens carry roles. */
export async function setUserRoles(
  context: RequestContext,
  { userId, roles }: RolesForUser,
): Promise<Outcome<UserRecord>> {
  const { userId: actorId } = requireRole(context.viewer, 'ADMIN');
  for (let round = 0; round < maxRounds; round += 1) {
    const user = await context.store.users.findById(userId);
    if (user === null) return refuse(refusal('NOT_FOUND', 'There is no such account.', ['userId']));
    const decided = changeRoles({ current: user.roles, wanted: roles, isOwnAccount: userId === actorId });
    if (!decided.ok) return decided;
    if (!decided.value.isChange) return accept(user);
    const { takesAway } = decided.value;
    const to = [...decided.value.roles];
    const changed = await context.store.users.change(
      userId,
      { roles: user.roles },
      {
        set: { roles: to },
        audit: { at: context.now(), actorId, action: 'roles-set', roles: { from: user.roles, to } },
        ...(takesAway ? { endsSessions: true, event: sessionsEnded(context, userId, 'by-admin') } : {}),
      },
    );
    if (changed === null) continue;
    if (takesAway) await finishEndingSessions(context, changed, 'by-admin');
    return accept(changed);
  }
  throw codedError('OVERLOADED', 'The roles of this account are being changed too often; try again.');
}

export interface RolesForUser {
  userId: string;
  roles: readonly AccountRole[];
}
