import { type Decision, refused } from './change.ts';
import { decideHandover } from './decide-handover.ts';
import type { Actor, DeliveryRecord, DeliveryValues, ProofMethod } from './delivery-record.ts';
import { type DeliveryState, isFinal, nextStatesFor, type StatusActor } from './delivery-state.ts';
import { type EstimateModel, estimateValues } from './estimate.ts';
import { refusal } from './refusal.ts';

/** What a caller asked for; texts have been checked and are null when absent. */
export interface TransitionRequest {
  readonly status: DeliveryState;
  readonly expectedSequence: number | null;
  readonly reason: string | null;
  readonly note: string | null;
  readonly handoverCode: string | null;
  readonly photoUrl: string | null;
  readonly receivedBy: string | null;
  readonly proofMethod: ProofMethod | null;
  readonly idempotencyKey: string | null;
  /** Of the request without its key: the same key may not carry another request. */
  readonly fingerprint: string;
}

/** Everything a decision needs from outside. `newCode` is a fresh handover code, used only where one is issued. */
export interface TransitionSituation {
  readonly as: StatusActor;
  readonly actor: Actor;
  readonly now: Date;
  readonly model: EstimateModel;
  readonly newCode: string;
}

/**
 * Judges one `updateStatus`. The checks run in this order, so that the first answer is the most useful one: a repeat of an
 * acknowledged request, the state it already has, final, stale, illegal, then what the new state asks for.
 */
export function decideTransition(
  record: DeliveryRecord,
  request: TransitionRequest,
  situation: TransitionSituation,
): Decision {
  const current = { currentStatus: record.state, currentSequence: record.sequence };
  const replayed = request.idempotencyKey === null ? undefined : findReplay(record, request.idempotencyKey);
  if (replayed !== undefined) {
    if (replayed.requestFingerprint === request.fingerprint)
      return { kind: 'unchanged', event: replayed, isReplay: true };
    const message = 'This idempotency key was used with another request; make a new key for a changed one.';
    return refused(refusal('INVALID', message, { ...current, field: ['input', 'idempotencyKey'] }));
  }
  if (request.status === record.state) {
    return { kind: 'unchanged', event: record.timeline.findLast((event) => event.kind === 'STATE_CHANGED') ?? null };
  }
  const allowed = nextStatesFor(record.state, situation.as);
  if (isFinal(record.state)) {
    const message = `The delivery is already ${record.state} and cannot change any more.`;
    return refused(refusal('ALREADY_FINAL', message, { ...current, allowed, field: ['input', 'status'] }));
  }
  if (request.expectedSequence !== null && request.expectedSequence !== record.sequence) {
    const message = `The delivery has moved on: its sequence is ${record.sequence}, not ${request.expectedSequence}.`;
    return refused(refusal('STALE_SEQUENCE', message, { ...current, allowed, field: ['input', 'expectedSequence'] }));
  }
  if (!allowed.includes(request.status)) {
    const message = `A delivery that is ${record.state} cannot become ${request.status} at your hands.`;
    return refused(refusal('ILLEGAL_TRANSITION', message, { ...current, allowed, field: ['input', 'status'] }));
  }
  return decideEntry(record, request, situation);
}

/** The transition is legal; whether the state it leads to can be entered now. */
function decideEntry(record: DeliveryRecord, request: TransitionRequest, situation: TransitionSituation): Decision {
  const { now } = situation;
  const current = { currentStatus: record.state, currentSequence: record.sequence };
  switch (request.status) {
    case 'PACKED': {
      const packSeconds = secondsBetween(record.placedAt, now);
      return moved(record, request, situation, { packedAt: now, packSeconds });
    }
    case 'OUT_FOR_DELIVERY': {
      if (record.riderId === null) {
        return refused(refusal('RIDER_REQUIRED', 'Assign a rider before sending the parcel out.', current));
      }
      const handover = { code: situation.newCode, wrongTries: 0 };
      return moved(record, request, situation, { dispatchedAt: now, handover, progress: 'EN_ROUTE' });
    }
    case 'CANCELLED': {
      if (request.reason === null) {
        const field = ['input', 'reason'];
        return refused(refusal('REASON_REQUIRED', 'Say why the delivery is cancelled.', { ...current, field }));
      }
      return moved(record, request, situation, { handover: null });
    }
    case 'DELIVERED': {
      const handedOver = decideHandover(record, request, situation);
      if (handedOver.kind !== 'proven') return handedOver;
      const deliverySeconds = secondsBetween(record.placedAt, now);
      const set = { deliveredAt: now, deliverySeconds, proof: handedOver.proof, handover: null };
      return moved(record, request, situation, { ...set, progress: 'ARRIVED' });
    }
    case 'PLACED':
      // No step of the lifecycle leads here; the table has already refused it.
      return refused(refusal('ILLEGAL_TRANSITION', 'A delivery cannot be placed again.', current));
    default:
      return request.status satisfies never;
  }
}

function moved(
  record: DeliveryRecord,
  request: TransitionRequest,
  { actor, model, now }: TransitionSituation,
  values: Partial<DeliveryValues>,
): Decision {
  const set = { ...values, state: request.status };
  const note = [request.reason, request.note].filter((text) => text !== null).join(' – ') || null;
  return {
    kind: 'changed',
    set: { ...set, ...estimateValues({ ...record, ...set }, model, now) },
    events: [
      {
        kind: 'STATE_CHANGED',
        note,
        actor,
        requestKey: request.idempotencyKey,
        requestFingerprint: request.idempotencyKey === null ? null : request.fingerprint,
      },
    ],
  };
}

function findReplay(record: DeliveryRecord, key: string) {
  return record.timeline.find((event) => event.requestKey === key);
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000));
}
