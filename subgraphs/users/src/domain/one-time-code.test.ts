import { expect, test } from 'vitest';
import { decideCode } from './one-time-code.ts';

const now = new Date('2026-01-31T09:30:00Z');
const later = new Date(now.getTime() + 1);
const attempt = { attempts: 1, isUsed: false, expiresAt: later, isMatch: true };

test.each([
  ['a right code is accepted', attempt, 'accept'],
  ['a wrong one is not', { ...attempt, isMatch: false }, 'OTP_INVALID'],
  ['the fifth try may still be right', { ...attempt, attempts: 5 }, 'accept'],
  ['the sixth may not, even when it is', { ...attempt, attempts: 6 }, 'OTP_INVALID'],
  ['a used code does not work twice', { ...attempt, isUsed: true }, 'OTP_INVALID'],
  ['a code ends with its five minutes', { ...attempt, expiresAt: now }, 'OTP_EXPIRED'],
  ['an unknown challenge looks like a wrong code', null, 'OTP_INVALID'],
] as const)('%s', (_, given, decision) => {
  expect(decideCode(given, now)).toBe(decision);
});
