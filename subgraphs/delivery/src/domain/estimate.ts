import type { Coordinates, DeliveryRecord, DeliveryValues } from './delivery-record.ts';
import { activeStates } from './delivery-state.ts';
import { distanceMetres } from './distance.ts';

/** What the arrival model reckons with; all of it configurable. */
export interface EstimateModel {
  readonly store: Coordinates;
  readonly promiseSeconds: number;
  readonly packBaseSeconds: number;
  readonly packSecondsPerItem: number;
  /** From packed to leaving the store. */
  readonly dispatchSeconds: number;
  /** Average over a ride, traffic lights included. */
  readonly rideMetresPerSecond: number;
  /** How much longer streets are than the straight line. */
  readonly detourFactor: number;
  /** Parking, stairs and the code. */
  readonly handoverSeconds: number;
  /** For addresses without coordinates, and the longest ride believed. */
  readonly defaultRideSeconds: number;
  readonly maxRideSeconds: number;
}

/** An estimate that moved by less than this is no news. */
export const etaChangeThresholdMs = 60_000;

/**
 * When the parcel should arrive: pack time (base plus a part per item), then dispatch, then the ride from the rider's position
 * or the store, then the handover. Steps already taken count from when they ended; a step that overran is taken to end now.
 */
export function estimateArrival(
  record: Pick<
    DeliveryRecord,
    'state' | 'placedAt' | 'packedAt' | 'dispatchedAt' | 'deliveredAt' | 'itemCount' | 'destination' | 'position'
  >,
  model: EstimateModel,
  now: Date,
): Date {
  const nowMs = now.getTime();
  const packMs = (model.packBaseSeconds + model.packSecondsPerItem * record.itemCount) * 1_000;
  const dispatchMs = model.dispatchSeconds * 1_000;
  const rideMs = rideSeconds(record, model) * 1_000;
  switch (record.state) {
    case 'PLACED':
      return new Date(Math.max(record.placedAt.getTime() + packMs, nowMs) + dispatchMs + rideMs);
    case 'PACKED':
      return new Date(Math.max((record.packedAt ?? now).getTime() + dispatchMs, nowMs) + rideMs);
    case 'OUT_FOR_DELIVERY': {
      const start = roadPosition(record)?.recordedAt ?? record.dispatchedAt ?? now;
      return new Date(Math.max(start.getTime() + rideMs, nowMs));
    }
    case 'DELIVERED':
      return record.deliveredAt ?? now;
    case 'CANCELLED':
      return now;
    default:
      return record.state satisfies never;
  }
}

/** The estimate and its flag, as a decision sets them. */
export function estimateValues(
  record: Parameters<typeof estimateArrival>[0] & Pick<DeliveryRecord, 'promisedAt'>,
  model: EstimateModel,
  now: Date,
): Pick<DeliveryValues, 'estimatedAt' | 'isEstimateLate'> {
  const estimatedAt = estimateArrival(record, model, now);
  return { estimatedAt, isEstimateLate: record.state !== 'CANCELLED' && estimatedAt > record.promisedAt };
}

/** Late: expected or arrived after the promise, or the promise has passed and the parcel is still on its way. */
export function isLate(record: Pick<DeliveryRecord, 'state' | 'isEstimateLate' | 'promisedAt'>, now: Date): boolean {
  return record.isEstimateLate || (activeStates.includes(record.state) && record.promisedAt < now);
}

function rideSeconds(record: Parameters<typeof estimateArrival>[0], model: EstimateModel): number {
  const { destination } = record;
  if (destination === null || destination.latitude === null || destination.longitude === null) {
    return model.defaultRideSeconds;
  }
  const start = roadPosition(record) ?? model.store;
  const metres = distanceMetres(start, { latitude: destination.latitude, longitude: destination.longitude });
  const seconds = (metres * model.detourFactor) / model.rideMetresPerSecond + model.handoverSeconds;
  return Math.min(Math.round(seconds), model.maxRideSeconds);
}

/** A position reported before the parcel left says nothing about its ride. */
function roadPosition(record: Parameters<typeof estimateArrival>[0]): DeliveryRecord['position'] {
  if (record.state !== 'OUT_FOR_DELIVERY' || record.position === null || record.dispatchedAt === null) return null;
  return record.position.recordedAt >= record.dispatchedAt ? record.position : null;
}
