import type { Coupon } from './coupon.ts';

/** A coupon of 10 percent without limits, for tests; `terms` replace what matters. */
export function couponOf(terms: Partial<Coupon> = {}): Coupon {
  return {
    _id: 'TEST',
    kind: 'PERCENT',
    value: 10,
    minSubtotal: null,
    maxDiscount: null,
    categoryIds: null,
    startsAt: null,
    endsAt: null,
    maxUses: null,
    maxUsesPerUser: null,
    usedCount: 0,
    isActive: true,
    claims: [],
    revision: 0,
    createdAt: new Date(0),
    ...terms,
  };
}
