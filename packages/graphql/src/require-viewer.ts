import { hasRole, type Role, type Viewer } from '@swiftcart/identity';
import { forbidden, unauthenticated } from './coded-error.ts';

/** A person who is signed in. */
export type UserViewer = Extract<Viewer, { kind: 'user' }>;
/** Another service of the shop, calling with its own identity. */
export type ServiceViewer = Extract<Viewer, { kind: 'service' }>;

/** The signed-in caller. Throws UNAUTHENTICATED for anonymous callers and FORBIDDEN for services, which own nothing. */
export function requireUser(viewer: Viewer): UserViewer {
  if (viewer.kind === 'anonymous') throw unauthenticated();
  if (viewer.kind === 'service') throw forbidden();
  return viewer;
}

/** The signed-in caller, provided he has the role or, given several, any of them (ADMIN counts as OPERATOR). Throws UNAUTHENTICATED or FORBIDDEN. */
export function requireRole(viewer: Viewer, role: Role | readonly Role[]): UserViewer {
  const user = requireUser(viewer);
  const roles = typeof role === 'string' ? [role] : role;
  if (!roles.some((wanted) => hasRole(user, wanted))) throw forbidden();
  return user;
}

/** The calling service; for fields that clients never see. Throws UNAUTHENTICATED for anonymous callers, else FORBIDDEN. */
export function requireService(viewer: Viewer, service?: string): ServiceViewer {
  if (viewer.kind === 'anonymous') throw unauthenticated();
  if (viewer.kind !== 'service' || (service !== undefined && viewer.service !== service)) throw forbidden();
  return viewer;
}
