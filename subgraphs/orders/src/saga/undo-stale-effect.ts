import type { Order } from '../domain/order.ts';
import type { SagaEffect } from '../domain/saga-effects.ts';
import type { ProcessContext } from '../process-context.ts';

/**
 * A worker that slept through its lease may perform an effect after another one has ended the order. Its record then
 * fails, and what it did is taken back here. (A late charge needs nothing: the provider's payment was cancelled first.)
 */
export async function undoStaleEffect(context: ProcessContext, effect: SagaEffect, latest: Order): Promise<void> {
  if (latest.saga.todo.includes(effect)) return;
  const call = { correlationId: latest.correlationId };
  if (effect === 'reserveStock' && !latest.isVisible && latest.refusal) {
    await context.catalog.releaseStock(latest._id, call).catch((error: unknown) => {
      context.logger.error({ err: error, orderId: latest._id }, 'a late stock hold could not be released');
    });
  }
  if (effect === 'claimCoupon' && latest.couponHold !== 'CLAIMED' && latest.request.couponCode) {
    await context.store.coupons.release(latest.request.couponCode, latest._id);
  }
}
