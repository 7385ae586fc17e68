import { money } from '@swiftcart/graphql';
import { addToCart } from '../commands/add-to-cart.ts';
import { applyCoupon, removeCoupon } from '../commands/apply-coupon.ts';
import { changeCartItem, type QuantityChange } from '../commands/change-cart-item.ts';
import { clearCart } from '../commands/clear-cart.ts';
import { mergeCart } from '../commands/merge-cart.ts';
import { reorder } from '../commands/reorder.ts';
import { customerOf, type RequestContext } from '../context.ts';
import { freeDeliveryShortfall, MAX_AMOUNT_MINOR } from '../domain/bill.ts';
import { subtotalOf, totalQuantity } from '../domain/cart.ts';
import type { LoadedLine } from '../loaders.ts';
import { quote } from '../queries/quote.ts';
import { readCartIssues } from '../queries/read-cart-issues.ts';
import { type CartSource, cartPayload, type PricedItem } from './payloads.ts';

type Context = RequestContext;
type LineSource = LoadedLine & { readonly product?: PricedItem['product'] };

export const cartQueries = {
  cart: (_: unknown, _args: unknown, context: Context) => context.loaders.callerCart(),
  quote: (_: unknown, args: { addressId: string; tip?: number | null }, context: Context) =>
    quote(context.process, customerOf(context), { addressId: args.addressId, tip: args.tip ?? 0 }),
};

const changeItem = async (context: Context, itemId: string, change: QuantityChange) => {
  const input = { itemId, change, correlationId: context.correlationId };
  return cartPayload(await changeCartItem(context.process, context.cartCaller, input));
};

export const cartMutations = {
  addToCart: async (_: unknown, args: { productId: string; quantity?: number | null }, context: Context) => {
    const input = { productId: args.productId, quantity: args.quantity ?? 1, correlationId: context.correlationId };
    return cartPayload(await addToCart(context.process, context.cartCaller, input));
  },
  incrementCartItem: (_: unknown, args: { itemId: string; by?: number | null }, context: Context) =>
    changeItem(context, args.itemId, { kind: 'increment', by: args.by ?? 1 }),
  decrementCartItem: (_: unknown, args: { itemId: string; by?: number | null }, context: Context) =>
    changeItem(context, args.itemId, { kind: 'decrement', by: args.by ?? 1 }),
  setCartItemQuantity: (_: unknown, args: { itemId: string; quantity: number }, context: Context) =>
    changeItem(context, args.itemId, { kind: 'set', quantity: args.quantity }),
  removeFromCart: (_: unknown, args: { itemId: string }, context: Context) =>
    changeItem(context, args.itemId, { kind: 'remove' }),
  clearCart: async (_: unknown, _args: unknown, context: Context) =>
    cartPayload(await clearCart(context.process, context.cartCaller)),
  mergeCart: async (_: unknown, args: { guestCartToken: string }, context: Context) => {
    const { customerId } = customerOf(context);
    return cartPayload(await mergeCart(context.process, { customerId, guestCartToken: args.guestCartToken }));
  },
  applyCoupon: async (_: unknown, args: { code: string }, context: Context) => {
    const input = { code: args.code, correlationId: context.correlationId };
    return cartPayload(await applyCoupon(context.process, context.cartCaller, input));
  },
  removeCoupon: async (_: unknown, _args: unknown, context: Context) =>
    cartPayload(await removeCoupon(context.process, context.cartCaller)),
  reorder: async (_: unknown, args: { orderId: string }, context: Context) =>
    cartPayload(await reorder(context.process, { ...customerOf(context), orderId: args.orderId })),
};

/** Minor units of the cart's items at the prices that came along; null when any is missing or the sum is beyond an Int. */
function subtotal(cart: CartSource): number | null {
  const prices = new Map<string, number>();
  for (const { product } of cart.priced ?? []) {
    if (product?.sku !== undefined && product.price?.amount !== undefined)
      prices.set(product.sku, product.price.amount);
  }
  const sum = subtotalOf(cart.items, prices);
  return sum !== null && sum <= MAX_AMOUNT_MINOR ? sum : null;
}

const moneyOrNull = (amount: number | null | undefined) =>
  amount === null || amount === undefined || amount > MAX_AMOUNT_MINOR ? null : money(amount);

export const cartTypes = {
  Cart: {
    __resolveReference: async (reference: { id: string; items?: PricedItem[] | null }, context: Context) => {
      const cart = await context.loaders.carts.load(reference.id);
      return cart && { ...cart, priced: reference.items ?? null };
    },
    id: (cart: CartSource) => cart._id,
    owner: (cart: CartSource) => cart.ownerId && { __typename: 'User', id: cart.ownerId },
    guestToken: (cart: CartSource) => cart.guestToken ?? null,
    items: (cart: CartSource): LineSource[] => cart.items.map((line) => ({ cart, line })),
    totalQuantity: (cart: CartSource) => totalQuantity(cart.items),
    subtotal: (cart: CartSource) => moneyOrNull(subtotal(cart)),
    freeDeliveryShortfall: (cart: CartSource, _: unknown, context: Context) => {
      const sum = subtotal(cart);
      return sum === null ? null : money(freeDeliveryShortfall(sum, context.process.config.fees));
    },
    issues: (cart: CartSource, _: unknown, context: Context) =>
      readCartIssues(context.process, cart, context.correlationId),
  },
  CartItem: {
    __resolveReference: async (reference: { id: string; product?: PricedItem['product'] }, context: Context) => {
      const loaded = await context.loaders.lines.load(reference.id);
      return loaded && { ...loaded, product: reference.product ?? null };
    },
    id: ({ line }: LineSource) => line._id,
    quantity: ({ line }: LineSource) => line.quantity,
    product: ({ line }: LineSource) => ({ __typename: 'Product', id: line.productId }),
    productName: ({ line }: LineSource) => line.productName,
    unitPriceWhenAdded: ({ line }: LineSource) => money(line.unitPriceWhenAdded),
    lineTotal: ({ line, product }: LineSource) => {
      const price = product?.price?.amount;
      return price === undefined ? null : moneyOrNull(price * line.quantity);
    },
    hasPriceChanged: ({ line, product }: LineSource) => {
      const price = product?.price?.amount;
      return price === undefined ? null : price !== line.unitPriceWhenAdded;
    },
  },
  Product: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    quantityInCart: async ({ id }: { id: string }, _: unknown, context: Context) => {
      const cart = await context.loaders.callerCart();
      return cart?.items.find((line) => line.productId === id)?.quantity ?? 0;
    },
  },
};
