import { addLine } from '../domain/cart.ts';
import { accept, refusal } from '../domain/refusal.ts';
import {
  type CartCaller,
  type CartContext,
  type CartResult,
  changeCart,
  findCart,
  newLineId,
  openCart,
} from './cart-access.ts';
import { lookUpProducts } from './catalog-lookup.ts';

/** Puts a product into the caller's cart; one that is there already gets more. Makes the cart on the first add. */
export async function addToCart(
  context: CartContext,
  caller: CartCaller,
  input: { productId: string; quantity: number; correlationId: string },
): Promise<CartResult> {
  const { productId, quantity, correlationId } = input;
  if (quantity < 1) {
    const reason = refusal('INVALID', 'A quantity is at least 1.', { field: ['quantity'], productId });
    return { cart: await findCart(context, caller), refusals: [reason] };
  }
  const products = await lookUpProducts(context, [productId], correlationId);
  if (!products.ok) return { cart: await findCart(context, caller), refusals: [products.refusal] };
  const product = products.value.get(productId) ?? null;
  if (!product) {
    const reason = refusal('NOT_FOUND', 'No such product.', { field: ['productId'], productId });
    return { cart: await findCart(context, caller), refusals: [reason] };
  }
  const added = { quantity, lineId: newLineId(), maxLines: context.config.maxCartLines, now: context.now() };
  // Judged before a cart is made, so that a refused first add leaves nothing behind.
  const first = addLine([], product, added);
  if (!first.ok) return { cart: await findCart(context, caller), refusals: [first.refusal] };
  const { cart, guestToken } = await openCart(context, caller);
  const changed = await changeCart(context, cart, (current) => {
    const items = addLine(current.items, product, added);
    return items.ok ? accept({ items: items.value }) : items;
  });
  return { ...changed, guestToken };
}
