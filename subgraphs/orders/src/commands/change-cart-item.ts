import { type CartLine, checkQuantity, type ProductSnapshot, withQuantity } from '../domain/cart.ts';
import { accept, type Refusal, refusal, refuse } from '../domain/refusal.ts';
import { type CartCaller, type CartContext, type CartResult, changeCart, findCart } from './cart-access.ts';
import { lookUpProducts } from './catalog-lookup.ts';

export type QuantityChange =
  | { readonly kind: 'increment' | 'decrement'; readonly by: number }
  | { readonly kind: 'set'; readonly quantity: number }
  | { readonly kind: 'remove' };

/** Moves one line's quantity, relative to what it is when the write happens, or removes it. */
export async function changeCartItem(
  context: CartContext,
  caller: CartCaller,
  input: { itemId: string; change: QuantityChange; correlationId: string },
): Promise<CartResult> {
  const { itemId, change } = input;
  const cart = await findCart(context, caller);
  const invalid = invalidChange(change);
  if (invalid) return { cart, refusals: [{ ...invalid, itemId }] };
  const line = cart?.items.find((candidate) => candidate._id === itemId);
  if (!cart || !line) return { cart, refusals: [missing(itemId)] };

  // Only growing asks the catalogue; taking away works while it is down.
  let product: ProductSnapshot | null = null;
  const mayGrow = change.kind === 'increment' || change.kind === 'set';
  if (mayGrow) {
    const products = await lookUpProducts(context, [line.productId], input.correlationId);
    if (!products.ok) return { cart, refusals: [products.refusal] };
    product = products.value.get(line.productId) ?? null;
  }
  return changeCart(context, cart, (current) => {
    const now = current.items.find((candidate) => candidate._id === itemId);
    if (!now) return change.kind === 'remove' ? accept(null) : refuse(missing(itemId));
    const wanted = wantedQuantity(now, change);
    if (wanted > now.quantity || change.kind === 'set') {
      const checked = checkQuantity(product, wanted, itemId);
      if (!checked.ok) return checked;
    }
    return accept({ items: withQuantity(current.items, itemId, wanted) });
  });
}

function wantedQuantity(line: CartLine, change: QuantityChange): number {
  switch (change.kind) {
    case 'increment':
      return line.quantity + change.by;
    case 'decrement':
      return line.quantity - change.by;
    case 'set':
      return change.quantity;
    case 'remove':
      return 0;
    default:
      return change satisfies never;
  }
}

function invalidChange(change: QuantityChange): Refusal | null {
  if (change.kind === 'set' && change.quantity < 1) {
    return refusal('INVALID', 'A quantity is at least 1; use removeFromCart to take it out.', { field: ['quantity'] });
  }
  if ((change.kind === 'increment' || change.kind === 'decrement') && change.by < 1) {
    return refusal('INVALID', 'A step is at least 1.', { field: ['by'] });
  }
  return null;
}

const missing = (itemId: string): Refusal =>
  refusal('NOT_FOUND', 'This item is not in the cart.', { field: ['itemId'], itemId });
