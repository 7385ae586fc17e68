import { type CartLine, checkQuantity, mergeLines, type ProductSnapshot } from '../domain/cart.ts';
import type { OrderItem } from '../domain/order.ts';
import { accept, type Refusal, refusal } from '../domain/refusal.ts';
import { type CartContext, type CartResult, changeCart, newLineId, openCart } from './cart-access.ts';
import { lookUpProducts } from './catalog-lookup.ts';

/**
 * Puts an earlier order's items that are still sold back into the customer's cart, as many as can be had. As with
 * merging the larger quantity wins, so a repeat changes nothing. What could not be had is named.
 */
export async function reorder(
  context: CartContext,
  input: { customerId: string; orderId: string; correlationId: string },
): Promise<CartResult> {
  const { customerId, orderId, correlationId } = input;
  const order = await context.store.orders.find(orderId);
  if (!order?.isVisible || order.customerId !== customerId) {
    const reason = refusal('NOT_FOUND', 'No such order.', { field: ['orderId'] });
    return { cart: await context.store.carts.findByOwner(customerId), refusals: [reason] };
  }
  const products = await lookUpProducts(
    context,
    order.items.map((item) => item.productId),
    correlationId,
  );
  if (!products.ok) {
    return { cart: await context.store.carts.findByOwner(customerId), refusals: [products.refusal] };
  }
  const wanted: CartLine[] = [];
  const refusals: Refusal[] = [];
  for (const item of order.items) {
    const product = products.value.get(item.productId) ?? null;
    const quantity = Math.min(item.quantity, product?.maxPerOrder ?? 0, product?.availableQuantity ?? 0);
    const checked = checkQuantity(product, item.quantity);
    if (!checked.ok) refusals.push({ ...checked.refusal, productId: item.productId });
    if (product?.isActive && quantity > 0) wanted.push(lineOf(item, product, quantity, context.now()));
  }
  const { cart } = await openCart(context, { customerId, cartToken: null });
  const changed = await changeCart(context, cart, (current) => {
    const { items } = mergeLines(current.items, wanted, context.config.maxCartLines);
    const isSame = JSON.stringify(items) === JSON.stringify(current.items);
    return accept(isSame ? null : { items });
  });
  return { cart: changed.cart, refusals: [...changed.refusals, ...refusals] };
}

const lineOf = (item: OrderItem, product: ProductSnapshot, quantity: number, now: Date): CartLine => ({
  _id: newLineId(),
  productId: item.productId,
  sku: product.sku,
  productName: product.name,
  unitPriceWhenAdded: product.price,
  quantity,
  addedAt: now,
});
