import { describe, expect, it } from 'vitest';
import { couponOf } from './coupon.test-data.ts';
import { checkCouponInput, couponDiscount, couponRefusal } from './coupon.ts';

const lines = [
  { categoryId: 'cat_dairy', unitPrice: 3_333, quantity: 3 },
  { categoryId: 'cat_fruit', unitPrice: 1_000, quantity: 1 },
];

describe('what a coupon takes off', () => {
  it.each([
    { name: 'a percentage, rounded down to the paisa', terms: { value: 7 }, off: 769 },
    { name: 'a percentage up to its maximum', terms: { value: 50, maxDiscount: 1_000 }, off: 1_000 },
    { name: 'a fixed amount', terms: { kind: 'FLAT' as const, value: 2_500 }, off: 2_500 },
    {
      name: 'a fixed amount, never more than the items cost',
      terms: { kind: 'FLAT' as const, value: 99_999 },
      off: 10_999,
    },
    { name: 'a percentage of some categories only', terms: { value: 10, categoryIds: ['cat_fruit'] }, off: 100 },
    { name: 'everything at 100 percent', terms: { value: 100 }, off: 10_999 },
  ])('$name', ({ terms, off }) => {
    expect(couponDiscount(couponOf(terms), lines)).toBe(off);
  });
});

describe('whether a coupon may be used', () => {
  const now = new Date('2026-05-01T00:00:00Z');
  const claims = [{ orderId: 'ord_1', customerId: 'usr_1' }];
  it.each([
    { name: 'an unknown one', coupon: null, code: 'COUPON_INVALID' },
    { name: 'one switched off', coupon: couponOf({ isActive: false }), code: 'COUPON_INVALID' },
    { name: 'one at its start', coupon: couponOf({ startsAt: now }), code: undefined },
    {
      name: 'one before its start',
      coupon: couponOf({ startsAt: new Date(now.getTime() + 1) }),
      code: 'COUPON_INVALID',
    },
    { name: 'one at its end', coupon: couponOf({ endsAt: now }), code: 'COUPON_EXPIRED' },
    { name: 'one a moment before its end', coupon: couponOf({ endsAt: new Date(now.getTime() + 1) }), code: undefined },
    { name: 'one used up', coupon: couponOf({ maxUses: 1, usedCount: 1 }), code: 'COUPON_LIMIT_REACHED' },
    { name: 'one with a use left', coupon: couponOf({ maxUses: 2, usedCount: 1 }), code: undefined },
    {
      name: 'one used by this customer',
      coupon: couponOf({ maxUsesPerUser: 1, claims, usedCount: 1 }),
      code: 'COUPON_LIMIT_REACHED',
    },
    { name: 'one below its minimum', coupon: couponOf({ minSubtotal: 11_000 }), code: 'COUPON_INVALID' },
    { name: 'one at its minimum', coupon: couponOf({ minSubtotal: 10_999 }), code: undefined },
    { name: 'one for other categories', coupon: couponOf({ categoryIds: ['cat_fish'] }), code: 'COUPON_INVALID' },
  ])('$name', ({ coupon, code }) => {
    expect(couponRefusal(coupon, { customerId: 'usr_1', lines, now })?.code).toBe(code);
  });

  it("lets an order keep the claim it has: its own use is not somebody else's", () => {
    const coupon = couponOf({ maxUses: 1, maxUsesPerUser: 1, usedCount: 1, claims });
    expect(couponRefusal(coupon, { customerId: 'usr_1', lines, now, orderId: 'ord_1' })).toBeNull();
  });
});

describe('what an operator may write', () => {
  it.each([
    ['code', { code: 'ab' }],
    ['code', { code: 'has space' }],
    ['value', { value: 0 }],
    ['value', { value: 101 }],
    ['minSubtotal', { minSubtotal: -1 }],
    ['maxUses', { maxUses: 0 }],
    ['endsAt', { startsAt: new Date(2), endsAt: new Date(1) }],
  ])('is refused at %s', (field, wrong) => {
    const checked = checkCouponInput({ code: 'GOOD', kind: 'PERCENT', value: 10, ...wrong });
    expect(checked).toMatchObject({ ok: false, refusal: { code: 'INVALID', field: ['input', field] } });
  });
});
