import { describe, expect, it } from 'vitest';
import { isUndecided, nextEffect, retryDelayMs, type SagaEffect, without } from './saga-effects.ts';

describe('what a saga does next', () => {
  it.each<{ todo: SagaEffect[]; failed: SagaEffect[]; next: SagaEffect | null }>([
    { todo: [], failed: [], next: null },
    { todo: ['commitStock', 'clearCart'], failed: [], next: 'commitStock' },
    { todo: ['commitStock', 'clearCart'], failed: ['commitStock'], next: 'clearCart' },
    { todo: ['judgeCancellation', 'commitStock'], failed: ['judgeCancellation'], next: null },
    { todo: ['settleRefunds', 'releaseCoupon', 'releaseStock'], failed: ['settleRefunds'], next: 'releaseCoupon' },
    { todo: ['claimCoupon', 'chargePayment'], failed: ['claimCoupon'], next: null },
  ])('of $todo after $failed failed is $next', ({ todo, failed, next }) => {
    expect(nextEffect(todo, new Set(failed))).toBe(next);
  });

  it('takes one occurrence off the list', () => {
    expect(without(['releaseStock', 'settleStock', 'releaseStock'], 'releaseStock')).toEqual([
      'settleStock',
      'releaseStock',
    ]);
  });

  it('counts an order as undecided until its payment is settled and its cart cleared', () => {
    expect(isUndecided(['settlePayment'])).toBe(true);
    expect(isUndecided(['commitStock', 'clearCart'])).toBe(true);
    expect(isUndecided(['commitStock'])).toBe(false);
    expect(isUndecided([])).toBe(false);
  });

  it('waits longer with every failure, and never beyond 8 s', () => {
    expect([0, 1, 2, 10, 1_000].map(retryDelayMs)).toEqual([500, 1_000, 2_000, 8_000, 8_000]);
  });
});
