import { describe, expect, it } from 'vitest';
import {
  cancellationRefused,
  cancelled,
  decideCancel,
  expired,
  paymentVoided,
  refundsSettled,
} from './cancellation.ts';
import { decideDeliveryNews } from './completion.ts';
import { orderOf, paymentOf } from './order.test-data.ts';
import type { OrderStatus } from './order-lifecycle.ts';

const now = new Date('2026-05-01T00:00:00Z');
const request = { reason: 'CHANGED_MIND' as const, note: null, actor: { kind: 'CUSTOMER' as const, id: 'usr_1' } };
const cancellation = {
  reason: 'OTHER' as const,
  note: null,
  cancelledBy: 'CUSTOMER' as const,
  actorId: 'usr_1',
  at: now,
};
const captured = paymentOf({ status: 'CAPTURED', capturedAmount: 10_000 });

describe('cancelling', () => {
  it.each([
    ['PENDING_PAYMENT', 'CANCELLED'],
    ['PAYMENT_FAILED', 'CANCELLED'],
    ['CONFIRMED', 'CANCELLATION_REQUESTED'],
    ['CANCELLATION_REQUESTED', 'joins the judgement'],
    ['CANCELLED', 'ALREADY_CANCELLED'],
    ['EXPIRED', 'ALREADY_CANCELLED'],
    ['COMPLETED', 'NOT_CANCELLABLE'],
  ] satisfies [OrderStatus, string][])('%s leads to %s', (status, expected) => {
    const decision = decideCancel(orderOf({ status }), request, now);
    const outcome = decision.ok ? (decision.value?.set?.status ?? 'joins the judgement') : decision.refusal.code;
    expect(outcome).toBe(expected);
  });

  it('gives back stock always, money where any came in, and the coupon where one is claimed', () => {
    expect(cancelled(orderOf(), cancellation).todo).toEqual(['voidPayment', 'releaseStock']);
    const paid = cancelled(orderOf({ status: 'CONFIRMED', payment: captured, couponHold: 'CLAIMED' }), cancellation);
    expect(paid.todo).toEqual(['settleRefunds', 'releaseCoupon', 'releaseStock']);
    expect(paid.set?.payment?.refunds).toMatchObject([{ amount: 10_000, status: 'PENDING' }]);
  });

  it('still clears the cart of an order that was placed, and never commits stock any more', () => {
    const saga = { todo: ['commitStock', 'clearCart'] as const, dueAt: now, attempts: 0 };
    const change = cancelled(orderOf({ status: 'CONFIRMED', payment: captured, saga }), cancellation);
    expect(change.todo).toEqual(['clearCart', 'settleRefunds', 'releaseStock']);
  });

  it('goes on where it was when delivery refuses', () => {
    const saga = { todo: ['judgeCancellation', 'commitStock'] as const, dueAt: now, attempts: 0 };
    const change = cancellationRefused(orderOf({ status: 'CANCELLATION_REQUESTED', saga, cancellation }));
    expect(change).toMatchObject({ set: { status: 'CONFIRMED', cancellation: null }, todo: ['commitStock'] });
  });

  it('refunds in full a charge that won the race against the end of its order', () => {
    const order = orderOf({
      status: 'EXPIRED',
      saga: { todo: ['voidPayment', 'releaseStock'], dueAt: now, attempts: 0 },
    });
    const change = paymentVoided(order, 'captured', now);
    expect(change.set?.payment).toMatchObject({ status: 'CAPTURED', refunds: [{ amount: 10_000 }] });
    expect(change.todo).toEqual(['settleRefunds', 'releaseStock']);
    const again = paymentVoided({ ...order, ...change.set }, 'captured', now);
    expect(again.set).toBeUndefined();
  });

  it('expires like a cancellation, with its own end', () => {
    expect(expired(orderOf())).toMatchObject({
      set: { status: 'EXPIRED', isLive: false },
      todo: ['voidPayment', 'releaseStock'],
    });
  });

  it('gives items of a failed refund back to what can be refunded', () => {
    const refund = {
      _id: 'rfd_1',
      idempotencyKey: 'r',
      fingerprint: '',
      amount: 500,
      status: 'PENDING' as const,
      reason: null,
      items: [],
      createdAt: now,
      requestedBy: null,
    };
    const order = orderOf({ status: 'COMPLETED', payment: { ...captured, refunds: [refund] } });
    const failed = refundsSettled(order, new Map([['rfd_1', 'FAILED']]));
    expect(failed.set?.payment).toMatchObject({ status: 'CAPTURED', refunds: [{ status: 'FAILED' }] });
    expect(failed.announce).toEqual([]);
  });
});

describe("delivery's news", () => {
  const news = (to: string, sequence = 2) => ({
    sequence,
    to,
    riderUserId: 'usr_rider',
    note: 'Torn bag',
    actor: { kind: 'OPERATOR' as const, id: null },
  });

  it.each([
    ['CONFIRMED', 'PACKED', undefined],
    ['CONFIRMED', 'DELIVERED', 'COMPLETED'],
    ['CANCELLATION_REQUESTED', 'DELIVERED', 'COMPLETED'],
    ['CONFIRMED', 'CANCELLED', 'CANCELLED'],
    ['CANCELLATION_REQUESTED', 'CANCELLED', 'CANCELLED'],
    ['CANCELLED', 'CANCELLED', undefined],
    ['COMPLETED', 'DELIVERED', undefined],
  ] satisfies [OrderStatus, string, OrderStatus | undefined][])('%s hears %s', (status, to, expected) => {
    const change = decideDeliveryNews(orderOf({ status, payment: captured }), news(to), now);
    expect(change?.set?.status).toBe(expected);
    expect(change?.set?.riderUserId).toBe('usr_rider');
  });

  it('is nothing when it is old', () => {
    expect(
      decideDeliveryNews(orderOf({ status: 'CONFIRMED', deliverySequence: 2 }), news('DELIVERED'), now),
    ).toBeNull();
  });

  it('collects what is only owed, and only then', () => {
    const cash = decideDeliveryNews(
      orderOf({ status: 'CONFIRMED', payment: paymentOf({ method: 'COD' }) }),
      news('DELIVERED'),
      now,
    );
    expect(cash?.todo).toEqual(['collectPayment', 'settleStock']);
    const paid = decideDeliveryNews(orderOf({ status: 'CONFIRMED', payment: captured }), news('DELIVERED'), now);
    expect(paid?.todo).toEqual(['settleStock']);
  });
});
