import type { Bill } from './bill.ts';
import type { Actor, Order, OrderAddress, OrderChange, OrderItem } from './order.ts';
import { systemActor } from './order.ts';
import { currentAttempt, type PaymentAttempt } from './payment.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { SagaEffect } from './saga-effects.ts';

/** The customer behind an order, as the actor of its history. */
export const customerOf = (order: Order): Actor => ({ kind: 'CUSTOMER', id: order.customerId });

/**
 * Ends a placement before the order was ever shown. The refusal is replayed for its key, unless the cause was not
 * the customer's: then the key is set free, so that the same request may simply be sent again.
 */
export function refusePlacement(order: Order, reason: Refusal, how: { isKeyFreed?: boolean } = {}): OrderChange {
  const todo: SagaEffect[] = [];
  if (order.request.couponCode) todo.push('releaseCoupon');
  // Also when nothing is known to be held: a reserve call that was cut off and arrives later is refused by this.
  todo.push('releaseStock');
  return {
    set: {
      refusal: reason,
      isLive: false,
      ...(how.isKeyFreed ? { idempotencyKey: `${order.idempotencyKey}#${order._id}` } : {}),
    },
    todo,
  };
}

/** Stock is held and priced: the coupon comes next, or the order opens at once. */
export function stockHeld(
  order: Order,
  held: { items: readonly OrderItem[]; address: OrderAddress; bill: Bill },
  open: { now: Date; expiresAt: Date },
): OrderChange {
  const set = { items: held.items, address: held.address, bill: held.bill };
  if (order.request.couponCode) return { set, todo: ['claimCoupon'] };
  const opened = openOrder({ ...order, ...set }, open);
  return { ...opened, set: { ...set, ...opened.set } };
}

/** Makes the order visible with its payment intent saved; only now may anything be charged. */
export function openOrder(order: Order, open: { now: Date; expiresAt: Date }): OrderChange {
  return {
    set: {
      isVisible: true,
      status: 'PENDING_PAYMENT',
      payment: { ...order.payment, amount: order.bill?.grandTotal ?? 0 },
      placedAt: open.now,
      expiresAt: open.expiresAt,
    },
    history: [
      { kind: 'PLACED', actor: customerOf(order) },
      { kind: 'STOCK_RESERVED', actor: systemActor },
    ],
    announce: [{ kind: 'order.placed' }],
    todo: ['chargePayment'],
  };
}

export function couponClaimed(order: Order, open: { now: Date; expiresAt: Date }): OrderChange {
  const set = { couponHold: 'CLAIMED' as const };
  // A retried payment claims the coupon again on an order that is open already.
  if (order.isVisible) return { set, todo: ['chargePayment'] };
  const opened = openOrder(order, open);
  return { ...opened, set: { ...set, ...opened.set } };
}

/** What the provider says about one attempt; amounts in minor units. */
export type ChargeResult =
  | { readonly state: 'captured' | 'authorized'; readonly reference: string | null }
  | { readonly state: 'cashOnDelivery' }
  | { readonly state: 'needsCustomer'; readonly reference: string; readonly clientSecret: string | null }
  | { readonly state: 'declined'; readonly reference: string | null; readonly reason: string };

const withReference = (
  attempts: readonly PaymentAttempt[],
  number: number,
  reference: string | null,
): readonly PaymentAttempt[] =>
  attempts.map((attempt) => (attempt.number === number ? { ...attempt, reference } : attempt));

/** The order after the provider's answer. `attempt` is the one that was charged (an older one may have won). */
export function chargeAnswered(
  order: Order,
  result: ChargeResult,
  attempt: PaymentAttempt = currentAttempt(order.payment),
): OrderChange {
  const { payment } = order;
  if (result.state === 'cashOnDelivery') {
    return confirmed(order, { ...payment, method: 'COD', status: 'PENDING', failureReason: null }, []);
  }
  const attempts = withReference(payment.attempts, attempt.number, result.reference);
  const base = { ...payment, attempts, method: attempt.method, providerReference: result.reference };
  switch (result.state) {
    case 'captured':
      return confirmed(
        order,
        { ...base, status: 'CAPTURED', capturedAmount: payment.amount, clientSecret: null, failureReason: null },
        ['PAYMENT_CAPTURED'],
      );
    case 'authorized':
      return confirmed(order, { ...base, status: 'AUTHORIZED', clientSecret: null, failureReason: null }, [
        'PAYMENT_AUTHORIZED',
      ]);
    case 'needsCustomer':
      return {
        set: { refusal: null, payment: { ...base, status: 'PENDING', clientSecret: result.clientSecret } },
        todo: [],
      };
    case 'declined':
      return {
        set: {
          status: 'PAYMENT_FAILED',
          refusal: refusal('PAYMENT_DECLINED', result.reason),
          payment: { ...base, status: 'FAILED', clientSecret: null, failureReason: result.reason },
        },
        history: [{ kind: 'PAYMENT_FAILED', actor: systemActor, note: result.reason }],
        announce: [{ kind: 'payment.statusChanged' }],
        todo: order.couponHold === 'CLAIMED' ? ['releaseCoupon'] : [],
      };
    default:
      return result satisfies never;
  }
}

function confirmed(
  order: Order,
  payment: Order['payment'],
  paid: readonly ('PAYMENT_CAPTURED' | 'PAYMENT_AUTHORIZED')[],
): OrderChange {
  return {
    set: { status: 'CONFIRMED', payment, expiresAt: null, refusal: null },
    history: [...paid, 'CONFIRMED' as const].map((kind) => ({ kind, actor: systemActor })),
    announce: [
      ...(order.payment.status === payment.status ? [] : [{ kind: 'payment.statusChanged' as const }]),
      { kind: 'order.confirmed' },
    ],
    todo: ['commitStock', 'clearCart'],
  };
}

/** The coupon went to somebody else before the retried payment could claim it: the order waits on, unpaid. */
export function couponLost(reason: Refusal): OrderChange {
  return { set: { status: 'PAYMENT_FAILED', refusal: reason }, todo: [] };
}

/** Begins another attempt to pay, possibly with another method. */
export function retryOpened(order: Order, attempt: PaymentAttempt, expiresAt: Date): OrderChange {
  const claims = order.request.couponCode !== null && order.couponHold !== 'CLAIMED';
  return {
    set: {
      status: 'PENDING_PAYMENT',
      expiresAt,
      refusal: null,
      payment: {
        ...order.payment,
        status: 'PENDING',
        method: attempt.method,
        clientSecret: null,
        failureReason: null,
        attempts: [...order.payment.attempts, attempt],
      },
    },
    todo: claims ? ['claimCoupon', 'chargePayment'] : ['chargePayment'],
  };
}
