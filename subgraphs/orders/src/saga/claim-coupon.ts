import { couponDiscount, couponRefusal } from '../domain/coupon.ts';
import type { Order, OrderChange } from '../domain/order.ts';
import { couponClaimed, couponLost, refusePlacement } from '../domain/placement.ts';
import { type Refusal, refusal } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { pauseAfterConflict } from './pause-after-conflict.ts';

/** Buyers who race for one coupon each lose at most once to every other. */
const maxRounds = 200;

/** Claims the coupon through its own document's counter and claim list; the order's own earlier claim counts as done. */
export async function claimCoupon(context: ProcessContext, order: Order): Promise<OrderChange> {
  const code = order.request.couponCode ?? '';
  const claim = { orderId: order._id, customerId: order.customerId };
  for (let round = 0; round < maxRounds; round += 1) {
    const now = context.now();
    const coupon = await context.store.coupons.find(code);
    const refused = couponRefusal(coupon, {
      customerId: order.customerId,
      lines: order.items,
      now,
      orderId: order._id,
    });
    if (refused || !coupon) return lost(order, refused ?? refusal('COUPON_INVALID', 'This coupon is not valid.'));
    // Terms changed by an operator between the bill and the claim: the customer agreed to another total.
    if (couponDiscount(coupon, order.items) !== order.bill?.couponDiscount) {
      return lost(order, refusal('COUPON_INVALID', 'This coupon has changed; please check the total.'));
    }
    const isClaimed = coupon.claims.some((held) => held.orderId === order._id);
    if (isClaimed || (await context.store.coupons.claim(coupon, claim))) {
      const expiresAt = new Date(now.getTime() + context.config.unpaidExpiryMinutes * 60_000);
      return couponClaimed(order, { now, expiresAt });
    }
    await pauseAfterConflict(round);
  }
  throw new Error(`coupon ${code} was changed by others ${maxRounds} times in a row`);
}

const lost = (order: Order, reason: Refusal): OrderChange =>
  order.isVisible ? couponLost(reason) : refusePlacement(order, reason);
