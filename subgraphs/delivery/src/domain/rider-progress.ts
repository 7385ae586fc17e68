import type { DeliveryState } from './delivery-state.ts';

/** The finer axis of a delivery; it never changes the state by itself. */
export const riderProgressValues = [
  'UNASSIGNED',
  'ASSIGNED',
  'AT_STORE',
  'EN_ROUTE',
  'NEARBY',
  'ARRIVED',
  'RETURNING',
  'RETURNED',
] as const;
export type RiderProgress = (typeof riderProgressValues)[number];

/**
 * Where each value may go. Steps may be skipped forwards, because a rider does not press every button; a parcel that could
 * not be handed over goes back (RETURNING), and out again after RETURNED. UNASSIGNED is left by assignment alone.
 */
export const riderProgressTable: Readonly<Record<RiderProgress, readonly RiderProgress[]>> = {
  UNASSIGNED: [],
  ASSIGNED: ['AT_STORE', 'EN_ROUTE'],
  AT_STORE: ['EN_ROUTE'],
  EN_ROUTE: ['NEARBY', 'ARRIVED', 'RETURNING'],
  NEARBY: ['ARRIVED', 'RETURNING'],
  ARRIVED: ['RETURNING'],
  RETURNING: ['RETURNED', 'EN_ROUTE'],
  RETURNED: ['EN_ROUTE'],
};

/** Values that say the parcel is on the road; they need the state OUT_FOR_DELIVERY. */
const onTheRoad: readonly RiderProgress[] = ['EN_ROUTE', 'NEARBY', 'ARRIVED', 'RETURNING', 'RETURNED'];

/** Whether the finer axis may move so while the delivery is in this state. */
export function canMoveProgress(from: RiderProgress, to: RiderProgress, state: DeliveryState): boolean {
  if (onTheRoad.includes(to) && state !== 'OUT_FOR_DELIVERY') return false;
  return riderProgressTable[from].includes(to);
}
