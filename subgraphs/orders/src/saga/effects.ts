import { cancellationRefused, cancelled, refundsSettled } from '../domain/cancellation.ts';
import type { Actor, Order, OrderChange } from '../domain/order.ts';
import type { SagaEffect } from '../domain/saga-effects.ts';
import type { ProcessContext } from '../process-context.ts';
import { claimCoupon } from './claim-coupon.ts';
import { chargePayment, collectPayment, settlePayment, settleRefunds, voidPayment } from './payment-effects.ts';
import { reserveStock } from './reserve-stock.ts';

/** Performs one idempotent effect and says how the order changes by it. Throws when the outcome is unknown. */
export type Effect = (context: ProcessContext, order: Order) => Promise<OrderChange>;

/** Every open effect an order can have, and who performs it. A change without `todo` only takes the effect off the list. */
export const effects: Readonly<Record<SagaEffect, Effect>> = {
  reserveStock,
  claimCoupon,
  chargePayment,
  settlePayment,
  voidPayment,
  collectPayment,

  async commitStock(context, order) {
    await context.catalog.commitStock(order._id, callOf(order));
    return {};
  },

  // Only the version that was ordered: what was added meanwhile stays.
  async clearCart(context, order) {
    const ordered = { _id: order.cartId, version: order.cartVersion };
    await context.store.carts.change(ordered, { items: [], couponCode: null }, context.now());
    return {};
  },

  async judgeCancellation(context, order) {
    const { cancellation } = order;
    if (!cancellation) return {};
    const actor: Actor = { kind: cancellation.cancelledBy, id: cancellation.actorId };
    const reason = cancellation.note ?? cancellation.reason;
    const { isCancelled } = await context.delivery.cancelDelivery(order._id, actor, reason, callOf(order));
    return isCancelled ? cancelled(order, { ...cancellation, at: context.now() }) : cancellationRefused(order);
  },

  async settleRefunds(context, order) {
    return refundsSettled(order, await settleRefunds(context, order));
  },

  async releaseCoupon(context, order) {
    if (order.request.couponCode) await context.store.coupons.release(order.request.couponCode, order._id);
    return { set: { couponHold: 'RELEASED' } };
  },

  async releaseStock(context, order) {
    await context.catalog.releaseStock(order._id, callOf(order));
    return {};
  },

  async settleStock(context, order) {
    await context.catalog.settleStock(order._id, callOf(order));
    return {};
  },
};

const callOf = (order: Order): { correlationId: string } => ({ correlationId: order.correlationId });
