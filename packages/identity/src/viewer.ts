import { z } from 'zod';

/** What a user may be, as the schema's `Role` enum spells it. */
export const roles = ['CUSTOMER', 'RIDER', 'OPERATOR', 'ADMIN'] as const;
export type Role = (typeof roles)[number];

/** Who is behind one operation, as far as it could be proven. */
export type Viewer =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly userId: string; readonly sessionId: string; readonly roles: readonly Role[] }
  | { readonly kind: 'service'; readonly service: string };

/** Whether a user has the role; an admin may all that an operator may (rules.md). False for anonymous callers and services. */
export function hasRole(viewer: Viewer, role: Role): boolean {
  if (viewer.kind !== 'user') return false;
  return viewer.roles.includes(role) || (role === 'OPERATOR' && viewer.roles.includes('ADMIN'));
}

/** The scopes that `@requiresScopes` asks for, from roles: lower-case names, ADMIN bringing `operator` along. */
export function scopesOf(userRoles: readonly Role[]): string[] {
  const scopes = new Set(userRoles.map((role) => role.toLowerCase()));
  if (scopes.has('admin')) scopes.add('operator');
  return [...scopes];
}

/** A viewer as a signed assertion carries it. */
export const viewerSchema: z.ZodType<Viewer> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('anonymous') }),
  z.object({
    kind: z.literal('user'),
    userId: z.string().min(1),
    sessionId: z.string().min(1),
    roles: z.array(z.enum(roles)),
  }),
  z.object({ kind: z.literal('service'), service: z.string().min(1) }),
]);
