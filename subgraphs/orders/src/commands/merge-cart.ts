import { type Cart, mergeLines } from '../domain/cart.ts';
import { accept, type Refusal, refusal } from '../domain/refusal.ts';
import { type CartContext, type CartResult, changeCart, hashCartToken, openCart } from './cart-access.ts';

/** How many merged carts a cart remembers; the guest cart itself remembers longer. */
const rememberedMerges = 20;

/**
 * Folds a guest cart into a customer's. The guest cart is closed first, so it is taken in by one customer and changes
 * no more; its id goes into the customer's cart with its items in one write, so a repeat, at any point, changes nothing.
 */
export async function mergeCart(
  context: CartContext,
  input: { customerId: string; guestCartToken: string },
): Promise<CartResult> {
  const { customerId, guestCartToken } = input;
  const caller = { customerId, cartToken: null };
  const found = await context.store.carts.findByToken(hashCartToken(guestCartToken), context.now());
  const guest = found && (await closed(context, found, customerId));
  if (!guest) {
    const reason = refusal('NOT_FOUND', 'This guest cart is unknown or has expired.', { field: ['guestCartToken'] });
    return { cart: await context.store.carts.findByOwner(customerId), refusals: [reason] };
  }
  if (guest.isMergeDone) return { cart: (await openCart(context, caller)).cart, refusals: [] };
  return takeIn(context, guest, customerId);
}

/** Ends merges whose process died half way; the sweeper calls it. */
export async function resumeMerges(context: CartContext): Promise<void> {
  const before = new Date(context.now().getTime() - context.config.sagaLeaseMs);
  for (const guest of await context.store.carts.findStoppedMerges(before, 20)) {
    if (guest.mergedInto) await takeIn(context, guest, guest.mergedInto);
  }
}

async function closed(context: CartContext, guest: Cart, customerId: string): Promise<Cart | null> {
  const now = guest.mergedInto
    ? guest
    : ((await context.store.carts.closeForMerge(guest._id, customerId, context.now())) ??
      (await context.store.carts.find(guest._id)));
  // A cart that another customer took in is no more known to this one than any other.
  return now?.mergedInto === customerId ? now : null;
}

async function takeIn(context: CartContext, guest: Cart, customerId: string): Promise<CartResult> {
  const { cart } = await openCart(context, { customerId, cartToken: null });
  let left: Cart['items'] = [];
  const changed = await changeCart(context, cart, (current) => {
    if (current.mergedCartIds.includes(guest._id)) return accept(null);
    const merged = mergeLines(current.items, guest.items, context.config.maxCartLines);
    left = merged.left;
    return accept({
      items: merged.items,
      couponCode: current.couponCode ?? guest.couponCode,
      mergedCartIds: [...current.mergedCartIds, guest._id].slice(-rememberedMerges),
    });
  });
  await context.store.carts.endMerge(guest._id);
  return { cart: changed.cart, refusals: [...changed.refusals, ...left.map((line) => leftOut(line, context))] };
}

const leftOut = (line: Cart['items'][number], { config }: CartContext): Refusal =>
  refusal('LIMIT_EXCEEDED', `${line.productName} was left out: a cart holds ${config.maxCartLines} products.`, {
    productId: line.productId,
  });
