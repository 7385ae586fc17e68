import { accept, type Decision, refusal, refuse } from './refusal.ts';

/** One product in a cart. `unitPriceWhenAdded` is in minor units and only tells whether the price moved since. */
export interface CartLine {
  readonly _id: string;
  readonly productId: string;
  readonly sku: string;
  readonly productName: string;
  readonly unitPriceWhenAdded: number;
  readonly quantity: number;
  readonly addedAt: Date;
}

/** A cart belongs to a customer (`ownerId`) or to whoever holds the token behind `tokenHash`. */
export interface Cart {
  readonly _id: string;
  readonly ownerId: string | null;
  readonly tokenHash: string | null;
  readonly items: readonly CartLine[];
  readonly couponCode: string | null;
  /** Grows with every change; an order names the version it was placed from. */
  readonly version: number;
  /** Guest carts only: after this instant the token opens nothing. */
  readonly expiresAt: Date | null;
  /** Customer whose cart took this guest cart in; set before the taking, so that only one customer can. */
  readonly mergedInto: string | null;
  readonly isMergeDone: boolean;
  /** Guest carts already folded in, recorded in the same write: a repeat changes nothing. */
  readonly mergedCartIds: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What the catalogue says about a product now. Prices in minor units; `availableQuantity` is capped at `maxPerOrder`. */
export interface ProductSnapshot {
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
  readonly packLabel: string;
  readonly imageUrl: string | null;
  readonly categoryId: string;
  readonly price: number;
  readonly mrp: number;
  readonly maxPerOrder: number;
  readonly isActive: boolean;
  readonly availableQuantity: number;
}

export type CartItems = readonly CartLine[];

/** Whether `quantity` of the product may be in one cart, by the per-order maximum and by what is on the shelf. */
export function checkQuantity(product: ProductSnapshot | null, quantity: number, itemId?: string): Decision<number> {
  if (!product?.isActive) {
    return refuse(refusal('PRODUCT_UNAVAILABLE', 'This product is not sold any more.', itemId ? { itemId } : {}));
  }
  const detail = { productId: product.productId, availableQuantity: product.availableQuantity, itemId: itemId ?? null };
  if (quantity > product.maxPerOrder) {
    const message = `At most ${product.maxPerOrder} of ${product.name} in one order.`;
    return refuse(refusal('LIMIT_EXCEEDED', message, detail));
  }
  if (product.availableQuantity === 0)
    return refuse(refusal('OUT_OF_STOCK', `${product.name} is out of stock.`, detail));
  if (quantity > product.availableQuantity) {
    const message = `Only ${product.availableQuantity} of ${product.name} left.`;
    return refuse(refusal('INSUFFICIENT_STOCK', message, detail));
  }
  return accept(quantity);
}

/** Adds a product, or raises the line that holds it already. */
export function addLine(
  items: CartItems,
  product: ProductSnapshot | null,
  added: { quantity: number; lineId: string; maxLines: number; now: Date },
): Decision<CartItems> {
  const existing = product && items.find((line) => line.productId === product.productId);
  const checked = checkQuantity(product, (existing?.quantity ?? 0) + added.quantity, existing?._id);
  if (!checked.ok || !product) return checked.ok ? accept(items) : checked;
  if (existing) return accept(withQuantity(items, existing._id, checked.value));
  if (items.length >= added.maxLines) {
    return refuse(refusal('LIMIT_EXCEEDED', `A cart holds at most ${added.maxLines} different products.`));
  }
  const line: CartLine = {
    _id: added.lineId,
    productId: product.productId,
    sku: product.sku,
    productName: product.name,
    unitPriceWhenAdded: product.price,
    quantity: checked.value,
    addedAt: added.now,
  };
  return accept([...items, line]);
}

/** The same lines with one at another quantity; at zero or below that line is gone. */
export function withQuantity(items: CartItems, lineId: string, quantity: number): CartItems {
  if (quantity <= 0) return items.filter((line) => line._id !== lineId);
  return items.map((line) => (line._id === lineId ? { ...line, quantity } : line));
}

/** Folds one cart into another: the larger quantity wins per product. Lines beyond the maximum are left out and named. */
export function mergeLines(own: CartItems, other: CartItems, maxLines: number): { items: CartItems; left: CartItems } {
  const items = own.map((line) => {
    const twin = other.find((candidate) => candidate.productId === line.productId);
    return twin && twin.quantity > line.quantity ? { ...line, quantity: twin.quantity } : line;
  });
  const held = new Set(own.map((line) => line.productId));
  const fresh = other.filter((line) => !held.has(line.productId));
  const room = Math.max(0, maxLines - items.length);
  return { items: [...items, ...fresh.slice(0, room)], left: fresh.slice(room) };
}

export function totalQuantity(items: CartItems): number {
  return items.reduce((sum, line) => sum + line.quantity, 0);
}

/**
 * Sum of the lines at the given current prices by `sku`, in minor units. Null when any price is missing:
 * a subgraph that is down must never show as a cheaper cart (rules.md, Carts).
 */
export function subtotalOf(items: CartItems, priceBySku: ReadonlyMap<string, number>): number | null {
  let sum = 0;
  for (const line of items) {
    const price = priceBySku.get(line.sku);
    if (price === undefined) return null;
    sum += price * line.quantity;
  }
  return sum;
}
