import { accept } from '../domain/refusal.ts';
import { type CartCaller, type CartContext, type CartResult, changeCart, findCart } from './cart-access.ts';

/** Empties the caller's cart and takes its coupon off; an empty cart stays as it is. */
export async function clearCart(context: CartContext, caller: CartCaller): Promise<CartResult> {
  const cart = await findCart(context, caller);
  if (!cart) return { cart: null, refusals: [] };
  return changeCart(context, cart, (current) =>
    accept(current.items.length || current.couponCode ? { items: [], couponCode: null } : null),
  );
}
