import { type Decision, refused } from './change.ts';
import type { Actor, AttemptReason, DeliveryRecord } from './delivery-record.ts';
import { isFinal } from './delivery-state.ts';
import { type EstimateModel, estimateValues, etaChangeThresholdMs } from './estimate.ts';
import { type Refusal, refusal } from './refusal.ts';
import { canMoveProgress, type RiderProgress, riderProgressTable } from './rider-progress.ts';

/** Gives the parcel to a rider whose load has already been claimed; a parcel on the road may change hands. */
export function decideAssignment(
  record: DeliveryRecord,
  rider: { readonly id: string; readonly userId: string; readonly name: string },
  actor: Actor,
): Decision {
  if (record.riderId === rider.id) {
    return { kind: 'unchanged', event: record.timeline.findLast((event) => event.kind === 'RIDER_ASSIGNED') ?? null };
  }
  const ended = finalRefusal(record);
  if (ended !== undefined) return refused(ended);
  const progress = record.state === 'OUT_FOR_DELIVERY' ? 'EN_ROUTE' : 'ASSIGNED';
  return {
    kind: 'changed',
    set: { riderId: rider.id, riderUserId: rider.userId, progress },
    events: [{ kind: 'RIDER_ASSIGNED', note: `${rider.name} delivers this order.`, actor }],
  };
}

/** Moves the finer axis; the same value again succeeds and changes nothing. */
export function decideProgress(record: DeliveryRecord, progress: RiderProgress, actor: Actor): Decision {
  if (record.progress === progress) {
    return { kind: 'unchanged', event: record.timeline.findLast((event) => event.kind === 'RIDER_PROGRESS') ?? null };
  }
  const ended = finalRefusal(record);
  if (ended !== undefined) return refused(ended);
  if (record.riderId === null) return refused(riderRequired(record));
  if (!canMoveProgress(record.progress, progress, record.state)) {
    const next = riderProgressTable[record.progress].join(', ') || 'nothing';
    const message = `From ${record.progress} the rider may go on to ${next}; those on the road only while OUT_FOR_DELIVERY.`;
    return refused(refusal('ILLEGAL_TRANSITION', message, { ...current(record), field: ['progress'] }));
  }
  return { kind: 'changed', set: { progress }, events: [{ kind: 'RIDER_PROGRESS', note: progress, actor }] };
}

/** Records that the parcel could not be handed over; the state stays, an operator decides what follows. */
export function decideFailedAttempt(
  record: DeliveryRecord,
  { reason, note }: { reason: AttemptReason; note: string | null },
  { actor, now }: { actor: Actor; now: Date },
): Decision {
  const ended = finalRefusal(record);
  if (ended !== undefined) return refused(ended);
  if (record.state !== 'OUT_FOR_DELIVERY') {
    const message = `A parcel that is ${record.state} has not been tried to hand over.`;
    return refused(refusal('ILLEGAL_TRANSITION', message, { ...current(record), field: ['orderId'] }));
  }
  return {
    kind: 'changed',
    set: { attempts: [...record.attempts, { reason, note, occurredAt: now }] },
    events: [{ kind: 'ATTEMPT_FAILED', note: note === null ? reason : `${reason}: ${note}`, actor }],
  };
}

/** Whether a position may be reported for this delivery; undefined when it may. */
export function refusePosition(record: DeliveryRecord): Refusal | undefined {
  return finalRefusal(record) ?? (record.riderId === null ? riderRequired(record) : undefined);
}

/** A new estimate is an event only when it moved by a minute or more; a smaller move is kept until it adds up. */
export function decideEstimate(record: DeliveryRecord, model: EstimateModel, now: Date): Decision {
  if (isFinal(record.state)) return { kind: 'unchanged', event: null };
  const values = estimateValues(record, model, now);
  const movedMs = values.estimatedAt.getTime() - record.estimatedAt.getTime();
  if (Math.abs(movedMs) < etaChangeThresholdMs) return { kind: 'unchanged', event: null };
  const minutes = Math.round(Math.abs(movedMs) / 60_000);
  const note = `Expected ${minutes} min ${movedMs > 0 ? 'later' : 'earlier'} than before.`;
  return {
    kind: 'changed',
    set: values,
    events: [{ kind: 'ETA_CHANGED', note, actor: { kind: 'SYSTEM', id: null } }],
  };
}

function finalRefusal(record: DeliveryRecord): Refusal | undefined {
  if (!isFinal(record.state)) return undefined;
  return refusal('ALREADY_FINAL', `The delivery is already ${record.state}.`, { ...current(record), allowed: [] });
}

function riderRequired(record: DeliveryRecord): Refusal {
  return refusal('RIDER_REQUIRED', 'Nobody delivers this order yet; assign a rider first.', current(record));
}

function current(record: DeliveryRecord) {
  return { currentStatus: record.state, currentSequence: record.sequence };
}
