import type { DeliveryState } from './delivery-state.ts';
import type { RiderProgress } from './rider-progress.ts';

export type DeliveryEventKind =
  | 'STATE_CHANGED'
  | 'RIDER_ASSIGNED'
  | 'RIDER_PROGRESS'
  | 'ETA_CHANGED'
  | 'ATTEMPT_FAILED';
export type DeliveryActorKind = 'CUSTOMER' | 'OPERATOR' | 'RIDER' | 'SYSTEM';
export type AttemptReason = 'CUSTOMER_UNREACHABLE' | 'WRONG_ADDRESS' | 'REFUSED' | 'CODE_MISMATCH' | 'OTHER';
export type ProofMethod = 'CODE' | 'PHOTO' | 'LEFT_AT_DOOR' | 'OPERATOR_OVERRIDE';

/** Who did something; `id` is null for the system. */
export interface Actor {
  readonly kind: DeliveryActorKind;
  readonly id: string | null;
}

export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

export interface DeliveryDestination {
  readonly recipientName: string;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly pincode: string;
  readonly landmark: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** One entry of the timeline. `sequence` counts from 1 without gaps; `to` is the state after the event, whatever its kind. */
export interface DeliveryEvent {
  readonly id: string;
  readonly sequence: number;
  readonly kind: DeliveryEventKind;
  readonly from: DeliveryState | null;
  readonly to: DeliveryState;
  readonly note: string | null;
  readonly occurredAt: Date;
  readonly actorKind: DeliveryActorKind;
  readonly actorId: string | null;
  /** The request that caused it, when it carried an idempotency key; never shown. */
  readonly requestKey: string | null;
  readonly requestFingerprint: string | null;
}

export interface DeliveryAttempt {
  readonly reason: AttemptReason;
  readonly note: string | null;
  readonly occurredAt: Date;
}

export interface ProofOfDelivery {
  readonly method: ProofMethod;
  readonly photoUrl: string | null;
  readonly receivedBy: string | null;
  readonly verifiedAt: Date;
}

export interface RiderPosition extends Coordinates {
  readonly recordedAt: Date;
}

/** The code of the moment and how often it was guessed wrong since it was issued. */
export interface Handover {
  readonly code: string;
  readonly wrongTries: number;
}

/** What a decision may change. */
export interface DeliveryValues {
  readonly state: DeliveryState;
  readonly riderId: string | null;
  readonly riderUserId: string | null;
  readonly progress: RiderProgress;
  readonly promisedAt: Date;
  readonly estimatedAt: Date;
  /** Estimate after promise, stored so that the queue can filter by index; `isLate` adds the clock. */
  readonly isEstimateLate: boolean;
  readonly packedAt: Date | null;
  readonly dispatchedAt: Date | null;
  readonly deliveredAt: Date | null;
  readonly packSeconds: number | null;
  readonly deliverySeconds: number | null;
  readonly attempts: readonly DeliveryAttempt[];
  readonly handover: Handover | null;
  readonly proof: ProofOfDelivery | null;
}

/** One order's delivery as stored; `orderId` is its key. */
export interface DeliveryRecord extends DeliveryValues {
  readonly orderId: string;
  readonly id: string;
  /** Null only on a record that a cancellation left before the confirmation arrived. */
  readonly orderNumber: string | null;
  readonly customerId: string | null;
  readonly destination: DeliveryDestination | null;
  readonly itemCount: number;
  readonly placedAt: Date;
  readonly updatedAt: Date;
  /** Grows with every guarded write; what a write expects to find. */
  readonly revision: number;
  /** That of the last event. */
  readonly sequence: number;
  readonly timeline: readonly DeliveryEvent[];
  readonly position: RiderPosition | null;
}
