import { describe, expect, it } from 'vitest';
import { canMoveProgress, type RiderProgress, riderProgressTable, riderProgressValues } from './rider-progress.ts';

describe('rider progress', () => {
  it('reaches every value from an assignment, so that none is dead letters', () => {
    const seen = new Set<RiderProgress>(['UNASSIGNED', 'ASSIGNED']);
    for (const value of seen) for (const next of riderProgressTable[value]) seen.add(next);
    expect([...seen].sort()).toEqual([...riderProgressValues].sort());
  });

  it.each([
    ['ASSIGNED', 'AT_STORE', 'PLACED', true],
    ['ASSIGNED', 'EN_ROUTE', 'PACKED', false],
    ['ASSIGNED', 'EN_ROUTE', 'OUT_FOR_DELIVERY', true],
    ['EN_ROUTE', 'ARRIVED', 'OUT_FOR_DELIVERY', true],
    ['ARRIVED', 'NEARBY', 'OUT_FOR_DELIVERY', false],
    ['ARRIVED', 'RETURNING', 'OUT_FOR_DELIVERY', true],
    ['RETURNED', 'EN_ROUTE', 'OUT_FOR_DELIVERY', true],
    ['UNASSIGNED', 'AT_STORE', 'PLACED', false],
  ] as const)('%s to %s while %s: %s', (from, to, state, expected) => {
    expect(canMoveProgress(from, to, state)).toBe(expected);
  });
});
