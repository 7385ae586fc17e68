import type { Coordinates, RiderPosition } from './delivery-record.ts';
import { distanceMetres } from './distance.ts';

/** What the rule needs to know of a rider. */
export interface RiderCandidate {
  readonly id: string;
  readonly isAvailable: boolean;
  /** Parcels claimed for him now. */
  readonly load: number;
  /** Last reported anywhere; null before his first ride. */
  readonly position: RiderPosition | null;
  readonly lastAssignedAt: Date | null;
}

/** A position older than this says nothing about where the rider is now. */
const positionFreshMs = 15 * 60_000;
/** Distances are compared in steps, or the rider beside the door would never get a pause. */
const distanceStepMetres = 250;

/**
 * The rule of automatic assignment: riders on shift with room, nearest to the store first (in steps of 250 m; without a
 * fresh position a rider counts as waiting at the store), then the smaller load, then who has waited longest, then by id.
 */
export function rankRiders<Candidate extends RiderCandidate>(
  candidates: readonly Candidate[],
  { store, maxLoad, now }: { store: Coordinates; maxLoad: number; now: Date },
): Candidate[] {
  return candidates
    .filter((rider) => rider.isAvailable && rider.load < maxLoad)
    .map((rider) => ({ rider, step: Math.floor(distanceToStore(rider, store, now) / distanceStepMetres) }))
    .sort(
      (a, b) =>
        a.step - b.step ||
        a.rider.load - b.rider.load ||
        timeOf(a.rider.lastAssignedAt) - timeOf(b.rider.lastAssignedAt) ||
        (a.rider.id < b.rider.id ? -1 : 1),
    )
    .map(({ rider }) => rider);
}

function distanceToStore({ position }: RiderCandidate, store: Coordinates, now: Date): number {
  if (position === null || now.getTime() - position.recordedAt.getTime() > positionFreshMs) return 0;
  return distanceMetres(position, store);
}

function timeOf(instant: Date | null): number {
  return instant === null ? 0 : instant.getTime();
}
