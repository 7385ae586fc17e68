import { badUserInput } from '@swiftcart/graphql';
import { type Bill, computeBill, MAX_AMOUNT_MINOR } from '../domain/bill.ts';
import { couponRefusal } from '../domain/coupon.ts';
import type { ProcessContext } from '../process-context.ts';

/**
 * The bill that `placeOrder` would charge now: same prices, same arithmetic. Null where there is nothing to bill.
 * Throws BAD_USER_INPUT for a tip out of range, SubgraphCallError while users or the catalogue cannot be reached.
 */
export async function quote(
  context: ProcessContext,
  caller: { customerId: string; correlationId: string },
  input: { addressId: string; tip: number },
): Promise<Bill | null> {
  const { maxTipMinor, fees } = context.config;
  if (input.tip < 0 || input.tip > maxTipMinor) throw badUserInput(`A tip is 0 to ${maxTipMinor} paise.`, 'tip');
  const cart = await context.store.carts.findByOwner(caller.customerId);
  if (!cart?.items.length) return null;
  const call = { correlationId: caller.correlationId };
  const [address, snapshots, coupon] = await Promise.all([
    context.users.addressOf(caller.customerId, input.addressId, call),
    context.catalog.productSnapshots(
      cart.items.map((line) => line.productId),
      call,
    ),
    cart.couponCode ? context.store.coupons.find(cart.couponCode) : null,
  ]);
  if (!address) return null;
  const lines = cart.items.map((line, index) => {
    const product = snapshots[index];
    if (!product?.isActive) return null;
    const { categoryId, price, mrp } = product;
    return { categoryId, unitPrice: price, mrp, quantity: line.quantity };
  });
  const sold = lines.filter((line) => line !== null);
  if (sold.length < lines.length) return null;
  const use = { customerId: caller.customerId, lines: sold, now: context.now() };
  const usable = coupon && couponRefusal(coupon, use) === null ? coupon : null;
  const bill = computeBill(sold, usable, input.tip, fees);
  return bill.mrpTotal > MAX_AMOUNT_MINOR || bill.grandTotal > MAX_AMOUNT_MINOR ? null : bill;
}
