import type { Viewer } from '@swiftcart/identity';
import { describe, expect, it } from 'vitest';
import {
  badUserInput,
  codePointLength,
  createId,
  isCleanText,
  isErrorCode,
  money,
  requireRole,
  requireService,
  requireUser,
  userError,
} from '../src/index.ts';

const coded = (code: string) => expect.objectContaining({ extensions: expect.objectContaining({ code }) });

describe('ids', () => {
  it('sort by creation time as text and never repeat', () => {
    const early = createId('ord', new Date('2026-01-01T00:00:00Z'));
    const late = createId('ord', new Date('2026-01-01T00:00:00.001Z'));
    expect(early).toMatch(/^ord_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(early < late).toBe(true);
    expect(new Set(Array.from({ length: 10_000 }, () => createId('ord', new Date(0)))).size).toBe(10_000);
  });
});

describe('money', () => {
  it.each([
    [0, '₹0.00'],
    [5, '₹0.05'],
    [123_450, '₹1,234.50'],
    [12_345_678_901, '₹12,34,56,789.01'],
    [-2_500, '-₹25.00'],
  ])('shows %i paise as %s', (amount, formatted) => {
    expect(money(amount)).toEqual({ amount, currency: 'INR', formatted });
  });

  it('refuses fractions of a paisa, which only a wrong calculation makes', () => {
    expect(() => money(0.5)).toThrow(RangeError);
    expect(() => money(Number.NaN)).toThrow(RangeError);
  });
});

describe('text rules', () => {
  it('counts an emoji as one, as people do', () => {
    expect(codePointLength('a😀b')).toBe(3);
    expect(isCleanText('😀'.repeat(10), { maxLength: 10 })).toBe(true);
  });

  it.each([
    ['one past the cap', 'x'.repeat(11), false],
    ['at the cap', 'x'.repeat(10), true],
    ['emoji past the cap', '😀'.repeat(11), false],
    ['NUL, which ends strings elsewhere', 'a\0b', false],
    ['a lone high surrogate', 'a\ud83d', false],
    ['a lone low surrogate', '\ude00a', false],
    ['a megabyte', 'x'.repeat(1_000_000), false],
    ['too short', '', false],
  ])('judges %s', (_what, text, isClean) => {
    expect(isCleanText(text, { maxLength: 10, minLength: 1 })).toBe(isClean);
  });
});

describe('errors', () => {
  it('builds refusals with their field and helping numbers', () => {
    expect(userError('OUT_OF_STOCK', 'Gone.')).toEqual({ code: 'OUT_OF_STOCK', message: 'Gone.', field: null });
    expect(userError('INSUFFICIENT_STOCK', 'Two left.', { field: ['quantity'], availableQuantity: 2 })).toEqual({
      code: 'INSUFFICIENT_STOCK',
      message: 'Two left.',
      field: ['quantity'],
      availableQuantity: 2,
    });
  });

  it('knows the codes of the contract and no others', () => {
    expect(isErrorCode('TOKEN_EXPIRED')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(badUserInput('No.', 'input.email').extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'input.email' });
  });
});

describe('who may', () => {
  const anonymous: Viewer = { kind: 'anonymous' };
  const service: Viewer = { kind: 'service', service: 'orders' };
  const user = (...roles: ('CUSTOMER' | 'RIDER' | 'OPERATOR' | 'ADMIN')[]): Viewer => ({
    kind: 'user',
    userId: 'usr_1',
    sessionId: 'ses_1',
    roles,
  });

  it('sends anonymous callers to sign in, and refuses services, which own nothing', () => {
    expect(() => requireUser(anonymous)).toThrow(coded('UNAUTHENTICATED'));
    expect(() => requireUser(service)).toThrow(coded('FORBIDDEN'));
    expect(requireUser(user()).userId).toBe('usr_1');
  });

  it('lets an admin do all that an operator may, and not the other way round', () => {
    expect(requireRole(user('ADMIN'), 'OPERATOR').userId).toBe('usr_1');
    expect(() => requireRole(user('OPERATOR'), 'ADMIN')).toThrow(coded('FORBIDDEN'));
    expect(() => requireRole(user('CUSTOMER'), ['RIDER', 'OPERATOR'])).toThrow(coded('FORBIDDEN'));
    expect(requireRole(user('RIDER'), ['RIDER', 'OPERATOR']).userId).toBe('usr_1');
    expect(() => requireRole(anonymous, 'ADMIN')).toThrow(coded('UNAUTHENTICATED'));
  });

  it('keeps service fields from every user, admins included, and from other services', () => {
    expect(requireService(service, 'orders').service).toBe('orders');
    expect(() => requireService(service, 'users')).toThrow(coded('FORBIDDEN'));
    expect(() => requireService(user('ADMIN'))).toThrow(coded('FORBIDDEN'));
    expect(() => requireService(anonymous)).toThrow(coded('UNAUTHENTICATED'));
  });
});
