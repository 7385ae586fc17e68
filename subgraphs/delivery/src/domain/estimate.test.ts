import { describe, expect, it } from 'vitest';
import { distanceMetres } from './distance.ts';
import { type EstimateModel, estimateArrival, isLate } from './estimate.ts';

const model: EstimateModel = {
  store: { latitude: 12.9716, longitude: 77.5946 },
  promiseSeconds: 600,
  packBaseSeconds: 60,
  packSecondsPerItem: 10,
  dispatchSeconds: 30,
  rideMetresPerSecond: 5,
  detourFactor: 1.5,
  handoverSeconds: 60,
  defaultRideSeconds: 300,
  maxRideSeconds: 3_600,
};
const placedAt = new Date('2026-01-01T10:00:00Z');
const at = (seconds: number) => new Date(placedAt.getTime() + seconds * 1_000);
const base = {
  state: 'PLACED' as const,
  placedAt,
  packedAt: null,
  dispatchedAt: null,
  deliveredAt: null,
  itemCount: 4,
  destination: null,
  position: null,
};

describe('arrival estimate', () => {
  it('adds pack, dispatch and ride to the moment of placing', () => {
    expect(estimateArrival(base, model, placedAt)).toEqual(at(100 + 30 + 300));
  });

  it('takes an overrun step to end now, so that an estimate is never in the past', () => {
    expect(estimateArrival(base, model, at(400))).toEqual(at(400 + 30 + 300));
  });

  it('counts from the end of each step taken', () => {
    expect(estimateArrival({ ...base, state: 'PACKED', packedAt: at(50) }, model, at(50))).toEqual(at(50 + 30 + 300));
    const out = { ...base, state: 'OUT_FOR_DELIVERY' as const, dispatchedAt: at(90) };
    expect(estimateArrival(out, model, at(90))).toEqual(at(90 + 300));
  });

  it('rides from the last position once on the road, and believes no ride over the maximum', () => {
    const destination = {
      recipientName: 'Asha',
      line1: '1',
      line2: null,
      city: 'Bengaluru',
      pincode: '560001',
      landmark: null,
      latitude: 12.9716,
      longitude: 77.6046,
    };
    const metres = distanceMetres(model.store, { latitude: 12.9716, longitude: 77.6046 });
    expect(metres).toBeGreaterThan(1_050);
    expect(metres).toBeLessThan(1_120);
    const out = { ...base, destination, state: 'OUT_FOR_DELIVERY' as const, dispatchedAt: at(0) };
    const position = { latitude: 12.9716, longitude: 77.6046, recordedAt: at(120) };
    expect(estimateArrival({ ...out, position }, model, at(121))).toEqual(at(180));
    const faraway = { ...destination, latitude: -40 };
    expect(estimateArrival({ ...out, destination: faraway }, model, at(0))).toEqual(at(3_600));
  });

  it('is late when expected or arrived after the promise, or once the promise has passed on the way', () => {
    const promisedAt = at(600);
    expect(isLate({ state: 'PLACED', isEstimateLate: false, promisedAt }, at(10))).toBe(false);
    expect(isLate({ state: 'PLACED', isEstimateLate: true, promisedAt }, at(10))).toBe(true);
    expect(isLate({ state: 'PACKED', isEstimateLate: false, promisedAt }, at(601))).toBe(true);
    expect(isLate({ state: 'DELIVERED', isEstimateLate: false, promisedAt }, at(9_999))).toBe(false);
  });
});
