import { describe, expect, it } from 'vitest';
import { initialOrderStatus, isLegalMove, type OrderStatus, orderLifecycle, orderStatuses } from './order-lifecycle.ts';

const reachableFrom = (start: OrderStatus): Set<OrderStatus> => {
  const seen = new Set<OrderStatus>([start]);
  for (const status of seen) for (const next of orderLifecycle[status]) seen.add(next);
  return seen;
};

describe('the order lifecycle', () => {
  it('reaches every status from the first', () => {
    expect([...reachableFrom(initialOrderStatus)].sort()).toEqual([...orderStatuses].sort());
  });

  it('can end from every status, so no order is stuck by design', () => {
    const final = orderStatuses.filter((status) => orderLifecycle[status].length === 0);
    expect(final).toEqual(['COMPLETED', 'CANCELLED', 'EXPIRED']);
    for (const status of orderStatuses) {
      expect([...reachableFrom(status)].some((reached) => final.includes(reached))).toBe(true);
    }
  });

  it('never brings an ended order back', () => {
    for (const to of orderStatuses) expect(isLegalMove('CANCELLED', to)).toBe(to === 'CANCELLED');
  });
});
