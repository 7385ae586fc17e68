import { expect, test } from 'vitest';
import { decideRefresh } from './refresh-decision.ts';

const now = new Date('2026-01-31T09:30:00Z');
const secondsAgo = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);
const session = { rotatedAt: secondsAgo(60), expiresAt: secondsAgo(-3_600), hasEnded: false, isBlocked: false };

test.each([
  ['the current token is rotated', { stepsBehind: 0 }, 'rotate'],
  ['the predecessor answers again just after', { stepsBehind: 1, rotatedAt: secondsAgo(1) }, 'replay'],
  ['and until the end of the grace', { stepsBehind: 1, rotatedAt: secondsAgo(10) }, 'replay'],
  ['but not after it', { stepsBehind: 1, rotatedAt: secondsAgo(10.001) }, 'reuse'],
  ['an older one never does, however fresh', { stepsBehind: 2, rotatedAt: secondsAgo(0) }, 'reuse'],
  ['a token that was never issued ends nothing', { stepsBehind: null }, 'invalid'],
  ['an ended session stays ended', { stepsBehind: 0, hasEnded: true }, 'invalid'],
  ['an expired session is told so', { stepsBehind: 0, expiresAt: now }, 'expired'],
  ['a blocked account is told so by its own token', { stepsBehind: 0, isBlocked: true, hasEnded: true }, 'blocked'],
  ['but not by a guess', { stepsBehind: null, isBlocked: true }, 'invalid'],
] as const)('%s', (_, change, decision) => {
  expect(decideRefresh({ ...session, ...change }, now)).toBe(decision);
});
