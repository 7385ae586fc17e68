import { accept, type Outcome, refusal, refuse } from './refusal.ts';

export type AccountRole = 'CUSTOMER' | 'RIDER' | 'OPERATOR' | 'ADMIN';

const order: readonly AccountRole[] = ['CUSTOMER', 'RIDER', 'OPERATOR', 'ADMIN'];

/** What `setUserRoles` decides on. */
export interface RoleChange {
  current: readonly AccountRole[];
  wanted: readonly AccountRole[];
  isOwnAccount: boolean;
}

/**
 * The roles an account gets, without repeats and in one order. `takesAway`: a role is lost, so access tokens that still
 * carry it must end. An admin cannot drop his own ADMIN role: the last one would lock everybody out.
 */
export function changeRoles({ current, wanted, isOwnAccount }: RoleChange): Outcome<RoleChanged> {
  const roles = order.filter((role) => wanted.includes(role));
  if (roles.length === 0) return refuse(refusal('INVALID', 'An account has at least one role.', ['roles']));
  if (isOwnAccount && current.includes('ADMIN') && !roles.includes('ADMIN')) {
    return refuse(refusal('INVALID', 'Another admin has to take your ADMIN role away.', ['roles']));
  }
  return accept({
    roles,
    takesAway: current.some((role) => !roles.includes(role)),
    isChange: current.length !== roles.length || current.some((role) => !roles.includes(role)),
  });
}

export interface RoleChanged {
  roles: readonly AccountRole[];
  takesAway: boolean;
  isChange: boolean;
}
