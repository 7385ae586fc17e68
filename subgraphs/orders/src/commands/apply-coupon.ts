import { couponRefusal, normaliseCouponCode } from '../domain/coupon.ts';
import { accept, refusal } from '../domain/refusal.ts';
import { type CartCaller, type CartContext, type CartResult, changeCart, findCart } from './cart-access.ts';
import { lookUpProducts } from './catalog-lookup.ts';

/** Puts a coupon on the cart if it could be used now. It is claimed only when the order is placed. */
export async function applyCoupon(
  context: CartContext,
  caller: CartCaller,
  input: { code: string; correlationId: string },
): Promise<CartResult> {
  const cart = await findCart(context, caller);
  if (!cart?.items.length) return { cart, refusals: [refusal('EMPTY_CART', 'The cart is empty.')] };
  const code = normaliseCouponCode(input.code);
  const coupon = await context.store.coupons.find(code.slice(0, 64));
  const productIds = cart.items.map((line) => line.productId);
  const products = await lookUpProducts(context, productIds, input.correlationId);
  if (!products.ok) return { cart, refusals: [products.refusal] };
  const lines = cart.items.flatMap((line) => {
    const product = products.value.get(line.productId);
    return product ? [{ categoryId: product.categoryId, unitPrice: product.price, quantity: line.quantity }] : [];
  });
  const refused = couponRefusal(coupon, { customerId: caller.customerId, lines, now: context.now() });
  if (refused) return { cart, refusals: [{ ...refused, field: ['code'] }] };
  return changeCart(context, cart, (current) => accept(current.couponCode === code ? null : { couponCode: code }));
}

/** Takes the coupon off; without one nothing changes. */
export async function removeCoupon(context: CartContext, caller: CartCaller): Promise<CartResult> {
  const cart = await findCart(context, caller);
  if (!cart) return { cart: null, refusals: [] };
  return changeCart(context, cart, (current) => accept(current.couponCode ? { couponCode: null } : null));
}
