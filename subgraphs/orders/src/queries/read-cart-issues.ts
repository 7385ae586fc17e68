import type { Cart } from '../domain/cart.ts';
import { type CartIssue, findCartIssues } from '../domain/cart-issues.ts';
import type { ProcessContext } from '../process-context.ts';

/** The cart's issues against the catalogue as it is now; null while that cannot be reached. */
export async function readCartIssues(
  context: ProcessContext,
  cart: Cart,
  correlationId: string,
): Promise<readonly CartIssue[] | null> {
  const ids = cart.items.map((line) => line.productId);
  try {
    const [snapshots, coupon, latest] = await Promise.all([
      context.catalog.productSnapshots(ids, { correlationId }),
      cart.couponCode ? context.store.coupons.find(cart.couponCode) : null,
      cart.ownerId ? context.store.orders.findLatestAddressed(cart.ownerId) : null,
    ]);
    const known = snapshots.filter((snapshot) => snapshot !== null);
    return findCartIssues(cart, {
      products: new Map(known.map((snapshot) => [snapshot.productId, snapshot])),
      coupon,
      fees: context.config.fees,
      lastPincode: latest?.address?.pincode ?? null,
      served: context.config.serviceablePincodes,
      now: context.now(),
    });
  } catch (error) {
    context.logger.warn({ err: error, correlationId }, 'cart issues without the catalogue');
    return null;
  }
}
