import type { Actor, Cancellation, CancelReason, HistoryEntry, Order, OrderChange } from './order.ts';
import { systemActor } from './order.ts';
import { type Refund, refundableAmount, statusAfterRefunds } from './payment.ts';
import { accept, type Decision, refusal, refuse } from './refusal.ts';
import type { SagaEffect } from './saga-effects.ts';

export interface CancelRequest {
  readonly reason: CancelReason;
  readonly note: string | null;
  readonly actor: Actor;
}

/**
 * Unpaid orders are cancelled here and now; a confirmed one is only marked, because delivery's document is the judge.
 * Accepts null when a request of somebody else is being judged already.
 */
export function decideCancel(order: Order, request: CancelRequest, now: Date): Decision<OrderChange | null> {
  switch (order.status) {
    case 'PENDING_PAYMENT':
    case 'PAYMENT_FAILED':
      return accept(cancelled(order, cancellationOf(request, now)));
    case 'CONFIRMED':
      return accept({
        set: { status: 'CANCELLATION_REQUESTED', cancellation: cancellationOf(request, now) },
        history: [{ kind: 'CANCEL_REQUESTED', actor: request.actor, note: request.reason }],
        todo: ['judgeCancellation', ...order.saga.todo],
      });
    case 'CANCELLATION_REQUESTED':
      return accept(null);
    case 'CANCELLED':
    case 'EXPIRED':
      return refuse(refusal('ALREADY_CANCELLED', 'This order has been cancelled already.'));
    case 'COMPLETED':
      return refuse(refusal('NOT_CANCELLABLE', 'This order has been delivered and cannot be cancelled.'));
    default:
      return order.status satisfies never;
  }
}

export const cancellationOf = (request: CancelRequest, at: Date): Cancellation => ({
  reason: request.reason,
  note: request.note,
  cancelledBy: request.actor.kind,
  actorId: request.actor.id,
  at,
});

/** The order is off: its money and stock go back. */
export function cancelled(order: Order, cancellation: Cancellation): OrderChange {
  return {
    set: { status: 'CANCELLED', cancellation, isLive: false, expiresAt: null, ...moneyBack(order, cancellation.at) },
    history: [
      {
        kind: 'CANCELLED',
        actor: { kind: cancellation.cancelledBy, id: cancellation.actorId },
        note: cancellation.reason,
      },
    ],
    announce: [{ kind: 'order.cancelled' }],
    todo: compensation(order),
  };
}

/** Delivery let the parcel go on: the request is taken back. */
export function cancellationRefused(order: Order): OrderChange {
  const entry: HistoryEntry = { kind: 'CONFIRMED', actor: systemActor, note: 'Too late to cancel.' };
  return {
    set: { status: 'CONFIRMED', cancellation: null },
    history: [entry],
    todo: order.saga.todo.filter((effect) => effect !== 'judgeCancellation'),
  };
}

/** An unpaid order's time is up. */
export function expired(order: Order): OrderChange {
  return {
    set: { status: 'EXPIRED', isLive: false, expiresAt: null },
    history: [{ kind: 'EXPIRED', actor: systemActor }],
    announce: [{ kind: 'order.cancelled' }],
    todo: compensation(order),
  };
}

function compensation(order: Order): readonly SagaEffect[] {
  const todo: SagaEffect[] = [];
  // A placed order clears its cart even when it is cancelled before that happened.
  if (order.saga.todo.includes('clearCart')) todo.push('clearCart');
  todo.push(order.payment.capturedAmount > 0 ? 'settleRefunds' : 'voidPayment');
  if (order.couponHold === 'CLAIMED' || order.saga.todo.includes('claimCoupon')) todo.push('releaseCoupon');
  todo.push('releaseStock');
  return todo;
}

function moneyBack(order: Order, now: Date): Pick<Order, 'payment'> | Record<string, never> {
  return refundableAmount(order.payment) > 0 ? { payment: withFullRefund(order, now) } : {};
}

/** The payment with whatever is left of it promised back. The refund's id comes from the order: it exists once. */
export function withFullRefund(order: Order, now: Date): Order['payment'] {
  const { payment } = order;
  const refund: Refund = {
    _id: `rfd_${order._id.slice(4)}`,
    idempotencyKey: `cancel:${order._id}`,
    fingerprint: '',
    amount: refundableAmount(payment),
    status: 'PENDING',
    reason: 'Order cancelled',
    items: [],
    createdAt: now,
    requestedBy: null,
  };
  return { ...payment, refunds: [...payment.refunds, refund] };
}

/** What the provider said when asked to let go of an unpaid order's money. */
export function paymentVoided(order: Order, found: 'cancelled' | 'captured', now: Date): OrderChange {
  const todo = order.saga.todo.filter((effect) => effect !== 'voidPayment');
  if (order.payment.capturedAmount > 0) return { todo };
  if (found === 'cancelled') {
    const payment = { ...order.payment, status: 'CANCELLED' as const, clientSecret: null };
    return { set: { payment }, announce: [{ kind: 'payment.statusChanged' }], todo };
  }
  // The charge won the race against the cancellation: it is taken into the books, then given back in full.
  const captured = { ...order.payment, status: 'CAPTURED' as const, capturedAmount: order.payment.amount };
  return {
    set: { payment: withFullRefund({ ...order, payment: { ...captured, clientSecret: null } }, now) },
    history: [{ kind: 'PAYMENT_CAPTURED', actor: systemActor, note: 'Captured after the order had ended.' }],
    todo: ['settleRefunds', ...todo],
  };
}

/** The answers of the provider, taken over one by one; a failed refund gives its items back to the refundable. */
export function refundsSettled(order: Order, answers: ReadonlyMap<string, 'SETTLED' | 'FAILED'>): OrderChange {
  const refunds = order.payment.refunds.map((refund) =>
    refund.status === 'PENDING' ? { ...refund, status: answers.get(refund._id) ?? refund.status } : refund,
  );
  const settled = refunds.filter((refund, index) => refund.status !== order.payment.refunds[index]?.status);
  const done = settled.filter((refund) => refund.status === 'SETTLED');
  const failedItems = settled.filter((refund) => refund.status === 'FAILED').flatMap((refund) => refund.items);
  const payment = { ...order.payment, refunds };
  const items = order.items.map((item) => {
    const undone = failedItems.filter((row) => row.orderItemId === item._id);
    const back = undone.reduce((sum, row) => sum + row.quantity, 0);
    return back ? { ...item, refundedQuantity: item.refundedQuantity - back } : item;
  });
  const open = refunds.some((refund) => refund.status === 'PENDING');
  return {
    set: { payment: { ...payment, status: statusAfterRefunds(payment) }, items },
    history: done.map((refund) => ({ kind: 'REFUND_ISSUED', actor: actorOf(refund), note: refund.reason })),
    announce: [
      ...done.map((refund) => ({ kind: 'refund.issued' as const, refundId: refund._id, amount: refund.amount })),
      ...(done.length ? [{ kind: 'payment.statusChanged' as const }] : []),
    ],
    todo: open ? order.saga.todo : order.saga.todo.filter((effect) => effect !== 'settleRefunds'),
  };
}

const actorOf = (refund: Refund): Actor =>
  refund.requestedBy ? { kind: 'OPERATOR', id: refund.requestedBy } : systemActor;
