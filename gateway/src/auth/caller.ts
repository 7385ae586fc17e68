import type { Viewer } from '@swiftcart/identity';

/** Who sent a request, as proven by its bearer token (or by its absence). */
export interface Caller {
  readonly viewer: Viewer;
  readonly scopes: ReadonlySet<string>;
  /** The token's session and end; undefined for anonymous callers. */
  readonly session: { readonly id: string; readonly expiresAt: Date } | undefined;
}

export const anonymousCaller: Caller = { viewer: { kind: 'anonymous' }, scopes: new Set(), session: undefined };
