import { SubgraphCallError } from '@swiftcart/service';
import { computeBill, MAX_AMOUNT_MINOR } from '../domain/bill.ts';
import { type Coupon, couponRefusal } from '../domain/coupon.ts';
import type { Order, OrderAddress, OrderChange, OrderItem } from '../domain/order.ts';
import { refusePlacement, stockHeld } from '../domain/placement.ts';
import { type Refusal, refusal } from '../domain/refusal.ts';
import { isServiceable } from '../domain/serviceability.ts';
import type { Reservation, ReservedLine, StockError } from '../ports/catalog.ts';
import type { ProcessContext } from '../process-context.ts';

/** Past this age the catalogue may have forgotten that the order's entry ended, so nothing is reserved any more. */
const maxReserveAgeMs = 20 * 60_000;

/** Address, then stock, one sideways call each; the catalogue's answer is the price. Then the total is compared. */
export async function reserveStock(context: ProcessContext, order: Order): Promise<OrderChange> {
  const call = { correlationId: order.correlationId };
  if (context.now().getTime() - order.placedAt.getTime() > maxReserveAgeMs) {
    return refusePlacement(order, unavailable('Checkout took too long.'), { isKeyFreed: true });
  }
  const { couponCode } = order.request;
  const [address, coupon] = await Promise.all([
    context.users.addressOf(order.customerId, order.request.addressId, call).catch(asUnreachable),
    couponCode ? context.store.coupons.find(couponCode) : null,
  ]);
  if (address === unreachable) {
    return refusePlacement(order, unavailable('Your address book cannot be reached right now.'), { isKeyFreed: true });
  }
  if (!address)
    return refusePlacement(order, refusal('NOT_FOUND', 'No such address.', { field: ['input', 'addressId'] }));
  if (!isServiceable(address.pincode, context.config.serviceablePincodes)) {
    const message = `We do not deliver to ${address.pincode || 'this address'} yet.`;
    const change = refusePlacement(order, refusal('NOT_SERVICEABLE', message, { field: ['input', 'addressId'] }));
    return { ...change, set: { ...change.set, address } };
  }
  const reservation = await reserveTwice(context, order);
  if (reservation === unreachable) {
    const reason = unavailable('The catalogue cannot be reached right now.');
    return refusePlacement(order, reason, { isKeyFreed: true });
  }
  if (!reservation.isReserved) return refusePlacement(order, stockRefusal(reservation.errors));
  return compare(context, order, address, reservation.lines, coupon);
}

function compare(
  context: ProcessContext,
  order: Order,
  address: OrderAddress,
  lines: readonly ReservedLine[],
  coupon: Coupon | null,
): OrderChange {
  const now = context.now();
  const { fees, unpaidExpiryMinutes } = context.config;
  const items = lines.map((line, index) => asItem(order, line, index));
  if (order.request.couponCode) {
    const refused = couponRefusal(coupon, { customerId: order.customerId, lines: items, now, orderId: order._id });
    if (refused) return refusePlacement(order, refused);
  }
  const bill = computeBill(items, coupon, order.request.tip, fees);
  if (bill.itemTotal < fees.minimumOrderMinor) {
    const message = `The minimum order is ₹${(fees.minimumOrderMinor / 100).toFixed(2)}.`;
    return refusePlacement(order, refusal('BELOW_MINIMUM_ORDER', message));
  }
  if (bill.mrpTotal > MAX_AMOUNT_MINOR || bill.grandTotal > MAX_AMOUNT_MINOR) {
    return refusePlacement(order, refusal('LIMIT_EXCEEDED', 'This order is too large for one checkout.'));
  }
  if (bill.grandTotal !== order.request.expectedGrandTotal) {
    const detail = { field: ['input', 'expectedGrandTotal'], currentGrandTotal: bill.grandTotal };
    return refusePlacement(order, refusal('PRICE_CHANGED', 'The total has changed since you saw it.', detail));
  }
  const expiresAt = new Date(now.getTime() + unpaidExpiryMinutes * 60_000);
  return stockHeld(order, { items, address, bill }, { now, expiresAt });
}

function asItem(order: Order, line: ReservedLine, index: number): OrderItem {
  const { name, imageUrl, ...copied } = line;
  return {
    ...copied,
    _id: `oit_${order._id.slice(4)}_${index + 1}`,
    productName: name,
    imageUrl: imageUrl ?? null,
    refundedQuantity: 0,
  };
}

/** A cut-off call is repeated once: the catalogue knows the order and holds the stock only once. */
async function reserveTwice(context: ProcessContext, order: Order): Promise<Reservation | typeof unreachable> {
  const expiresAt = new Date(context.now().getTime() + context.config.unpaidExpiryMinutes * 60_000);
  const reserve = () =>
    context.catalog.reserveStock(order._id, order.request.lines, expiresAt, { correlationId: order.correlationId });
  try {
    return await reserve();
  } catch (error) {
    context.logger.warn({ err: error, orderId: order._id }, 'reserveStock was cut off');
    if (error instanceof SubgraphCallError && error.code === 'SUBGRAPH_TIMEOUT') return unreachable;
    return reserve().catch(asUnreachable);
  }
}

function stockRefusal(errors: readonly StockError[]): Refusal {
  const error = errors[0];
  const productId = error?.productId ?? null;
  const availableQuantity = error?.availableQuantity ?? null;
  const message = error?.message ?? 'The items are not available.';
  switch (error?.code) {
    case 'INSUFFICIENT_STOCK':
      return refusal(availableQuantity === 0 ? 'OUT_OF_STOCK' : 'INSUFFICIENT_STOCK', message, {
        productId,
        availableQuantity,
      });
    case 'LIMIT_EXCEEDED':
      return refusal('LIMIT_EXCEEDED', message, { productId, availableQuantity });
    default:
      return refusal('PRODUCT_UNAVAILABLE', message, { productId });
  }
}

const unreachable = Symbol('unreachable');
const asUnreachable = (): typeof unreachable => unreachable;
const unavailable = (message: string): Refusal =>
  refusal('CATALOG_UNAVAILABLE', `${message} Nothing was ordered; please try again.`);
