import { type Decision, refused } from './change.ts';
import type { Actor, DeliveryRecord } from './delivery-record.ts';
import { type DeliveryState, isFinal } from './delivery-state.ts';
import { refusal } from './refusal.ts';

/** Until where each kind of actor may still cancel (rules.md): customers until PACKED, operators and the system until DELIVERED. */
const cancellableStates: Readonly<Record<Actor['kind'], readonly DeliveryState[]>> = {
  CUSTOMER: ['PLACED'],
  OPERATOR: ['PLACED', 'PACKED', 'OUT_FOR_DELIVERY'],
  SYSTEM: ['PLACED', 'PACKED', 'OUT_FOR_DELIVERY'],
  RIDER: [],
};

export function mayCancelIn(state: DeliveryState, kind: Actor['kind']): boolean {
  return cancellableStates[kind].includes(state);
}

/** Judges a cancellation asked for by the orders service. Already cancelled is a success, because calls are repeated. */
export function decideCancel(record: DeliveryRecord, { actor, reason }: { actor: Actor; reason: string }): Decision {
  if (record.state === 'CANCELLED') return { kind: 'unchanged', event: null };
  if (!mayCancelIn(record.state, actor.kind)) {
    const code = isFinal(record.state) ? 'ALREADY_FINAL' : 'ILLEGAL_TRANSITION';
    return refused(
      refusal(code, `A delivery that is ${record.state} cannot be cancelled any more.`, {
        currentStatus: record.state,
        currentSequence: record.sequence,
      }),
    );
  }
  return {
    kind: 'changed',
    set: { state: 'CANCELLED', handover: null, isEstimateLate: false },
    events: [{ kind: 'STATE_CHANGED', note: reason, actor }],
  };
}

/** What `Order.canCancel` needs to know; `state` is null before a delivery record exists. */
export interface CancelQuestion {
  readonly orderStatus: string;
  readonly state: DeliveryState | null;
  readonly isOwner: boolean;
  readonly isOperator: boolean;
}

/** Whether cancelOrder would be accepted now. An unpaid order is cancelled by the orders service alone. */
export function canCancelOrder({ orderStatus, state, isOwner, isOperator }: CancelQuestion): boolean {
  if (!isOwner && !isOperator) return false;
  if (orderStatus === 'PENDING_PAYMENT' || orderStatus === 'PAYMENT_FAILED') return true;
  if (orderStatus !== 'CONFIRMED') return false;
  return state === null || mayCancelIn(state, isOperator ? 'OPERATOR' : 'CUSTOMER');
}
