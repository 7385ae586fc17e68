import { describe, expect, it } from 'vitest';
import { type RiderCandidate, rankRiders } from './rank-riders.ts';

const now = new Date('2026-01-01T10:00:00Z');
const store = { latitude: 12.97, longitude: 77.59 };
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const rider = (id: string, rest: Partial<RiderCandidate> = {}): RiderCandidate => ({
  id,
  isAvailable: true,
  load: 0,
  position: null,
  lastAssignedAt: null,
  ...rest,
});
const rank = (...riders: RiderCandidate[]) => rankRiders(riders, { store, maxLoad: 2, now }).map(({ id }) => id);

describe('automatic assignment', () => {
  it('leaves out riders off shift and riders at their limit', () => {
    expect(rank(rider('off', { isAvailable: false }), rider('full', { load: 2 }), rider('free'))).toEqual(['free']);
  });

  it('takes the nearest to the store first, and ignores positions too old to trust', () => {
    const far = rider('far', { position: { latitude: 13.0, longitude: 77.6, recordedAt: minutesAgo(1) } });
    const near = rider('near', { load: 1, position: { ...store, recordedAt: minutesAgo(1) } });
    const stale = rider('stale', { position: { latitude: 13.5, longitude: 77.6, recordedAt: minutesAgo(16) } });
    expect(rank(far, near, stale)).toEqual(['stale', 'near', 'far']);
  });

  it('at one distance takes the smaller load, then who has waited longest', () => {
    const loaded = rider('loaded', { load: 1 });
    const recent = rider('recent', { lastAssignedAt: minutesAgo(1) });
    const waited = rider('waited', { lastAssignedAt: minutesAgo(9) });
    expect(rank(loaded, recent, waited)).toEqual(['waited', 'recent', 'loaded']);
  });
});
