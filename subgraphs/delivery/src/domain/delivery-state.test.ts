import { describe, expect, it } from 'vitest';
import { deliveryLifecycle, deliveryStates, initialStates, isFinal, nextStatesFor } from './delivery-state.ts';

function reachableFrom(start: readonly string[]): Set<string> {
  const seen = new Set(start);
  for (const state of seen) {
    for (const step of deliveryLifecycle[state as keyof typeof deliveryLifecycle]) seen.add(step.to);
  }
  return seen;
}

describe('the delivery lifecycle', () => {
  it('reaches every state, so that none is dead letters', () => {
    expect([...reachableFrom(initialStates)].sort()).toEqual([...deliveryStates].sort());
  });

  it('ends somewhere from every state, so that no parcel is stuck', () => {
    for (const state of deliveryStates) {
      expect([...reachableFrom([state])].some((reached) => isFinal(reached as 'DELIVERED'))).toBe(true);
    }
  });

  it('never goes back, so that a status once seen stays true', () => {
    for (const state of deliveryStates) {
      for (const { to } of deliveryLifecycle[state]) {
        expect(deliveryStates.indexOf(to)).toBeGreaterThan(deliveryStates.indexOf(state));
      }
    }
  });

  it.each([
    ['PLACED', 'OPERATOR', ['PACKED', 'CANCELLED']],
    ['PACKED', 'OPERATOR', ['OUT_FOR_DELIVERY', 'CANCELLED']],
    ['OUT_FOR_DELIVERY', 'OPERATOR', ['DELIVERED', 'CANCELLED']],
    ['PLACED', 'RIDER', []],
    ['PACKED', 'RIDER', []],
    ['OUT_FOR_DELIVERY', 'RIDER', ['DELIVERED']],
    ['OUT_FOR_DELIVERY', undefined, []],
    ['DELIVERED', 'OPERATOR', []],
    ['CANCELLED', 'OPERATOR', []],
  ] as const)('offers from %s to %s only what rules.md allows', (state, actor, expected) => {
    expect(nextStatesFor(state, actor)).toEqual(expected);
  });
});
