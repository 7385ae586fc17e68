/** How long the immediate predecessor of a refresh token still answers its successor (rules.md, "Accounts"). */
export const predecessorGraceMs = 10_000;

/** What is known about a presented refresh token. */
export interface PresentedToken {
  /** Rotations between it and the session's current token: 0 it is the current one, 1 the predecessor; null: never issued. */
  stepsBehind: number | null;
  rotatedAt: Date;
  expiresAt: Date;
  hasEnded: boolean;
  isBlocked: boolean;
}

/**
 * - rotate: the current token; a successor takes its place.
 * - replay: the predecessor, again within the grace (a lost answer, two tabs): the same successor once more.
 * - reuse: an older one, so somebody holds a copy: the session ends.
 */
export type RefreshDecision = 'rotate' | 'replay' | 'reuse' | 'invalid' | 'expired' | 'blocked';

/** A token that was never issued learns nothing, not even whether the session or the account exists. */
export function decideRefresh(token: PresentedToken, now: Date): RefreshDecision {
  if (token.stepsBehind === null) return 'invalid';
  if (token.isBlocked) return 'blocked';
  if (token.hasEnded) return 'invalid';
  if (now >= token.expiresAt) return 'expired';
  if (token.stepsBehind === 0) return 'rotate';
  const isWithinGrace = now.getTime() - token.rotatedAt.getTime() <= predecessorGraceMs;
  return token.stepsBehind === 1 && isWithinGrace ? 'replay' : 'reuse';
}
