import { cancelled } from './cancellation.ts';
import type { Actor, Order, OrderChange } from './order.ts';
import { systemActor } from './order.ts';
import type { SagaEffect } from './saga-effects.ts';

/** What delivery told about one order; `to` is the parcel's state after the event. */
export interface DeliveryNews {
  readonly sequence: number;
  readonly to: string;
  readonly riderUserId: string | null;
  readonly note: string | null;
  readonly actor: Actor;
}

/** Takes delivery's news over. Null when it is old, or says nothing that the order does not know. */
export function decideDeliveryNews(order: Order, news: DeliveryNews, now: Date): OrderChange | null {
  if (news.sequence <= order.deliverySequence) return null;
  const seen = { deliverySequence: news.sequence, riderUserId: news.riderUserId };
  const change = changeFor(order, news, now);
  return { ...change, set: { ...change?.set, ...seen } };
}

function changeFor(order: Order, news: DeliveryNews, now: Date): OrderChange | null {
  const isOpen = order.status === 'CONFIRMED' || order.status === 'CANCELLATION_REQUESTED';
  if (!isOpen) return null;
  if (news.to === 'DELIVERED') return completed(order);
  if (news.to !== 'CANCELLED') return null;
  // A request that waits for the judgement has just been granted; without one the store floor gave up on the parcel.
  return cancelled(
    order,
    order.cancellation ?? {
      reason: 'UNDELIVERABLE',
      note: news.note,
      cancelledBy: news.actor.kind,
      actorId: news.actor.id,
      at: now,
    },
  );
}

/** Delivered: what was only promised is collected, and the stock entries may be forgotten. */
export function completed(order: Order): OrderChange {
  const todo = order.saga.todo.filter((effect) => effect !== 'judgeCancellation');
  const more: SagaEffect[] = order.payment.capturedAmount > 0 ? ['settleStock'] : ['collectPayment', 'settleStock'];
  return {
    set: { status: 'COMPLETED', cancellation: null },
    history: [{ kind: 'COMPLETED', actor: systemActor }],
    announce: [{ kind: 'order.completed' }],
    todo: [...todo, ...more],
  };
}

/** Cash was handed over, or an authorised amount was captured. */
export function paymentCollected(order: Order): OrderChange {
  const todo = order.saga.todo.filter((effect) => effect !== 'collectPayment');
  if (order.payment.capturedAmount > 0) return { todo };
  return {
    set: { payment: { ...order.payment, status: 'CAPTURED', capturedAmount: order.payment.amount } },
    history: [{ kind: 'PAYMENT_CAPTURED', actor: systemActor }],
    announce: [{ kind: 'payment.statusChanged' }],
    todo,
  };
}
