import { hasRole, type Viewer } from '@swiftcart/identity';

/** A user is seen by himself and operators (rules.md, "Who may do what"); for everybody else the place where he stands is null. */
export function maySeeUser(viewer: Viewer, userId: string): boolean {
  return (viewer.kind === 'user' && viewer.userId === userId) || hasRole(viewer, 'OPERATOR');
}
