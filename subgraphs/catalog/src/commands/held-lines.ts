import type { CatalogRefusal } from '../domain/catalog-refusal.ts';
import { refusal } from '../domain/catalog-refusal.ts';
import { packLabel } from '../domain/pack-size.ts';
import { mainImageUrl } from '../domain/product-images.ts';
import type { LineRefusal, LiveHold } from '../domain/stock-record.ts';
import type { ShelfRecord } from '../store/stock-store.ts';

/** A line that an order holds or has bought, with the name and price it was promised. Amounts in paise. */
export interface HeldLine {
  productId: string;
  sku: string;
  name: string;
  packLabel: string;
  imageUrl: string | null;
  categoryId: string;
  unitPrice: number;
  mrp: number;
  quantity: number;
}

/** What reserve, commit, release and settle answer. */
export interface HeldStock {
  isReserved: boolean;
  lines: HeldLine[];
  userErrors: CatalogRefusal[];
}

export function heldLine(shelf: ShelfRecord, hold: LiveHold): HeldLine {
  return {
    productId: shelf._id,
    sku: shelf.sku,
    name: hold.name,
    packLabel: packLabel(shelf.pack),
    imageUrl: mainImageUrl(shelf),
    categoryId: shelf.categoryId,
    unitPrice: hold.price,
    mrp: hold.mrp,
    quantity: hold.quantity,
  };
}

export function heldStock(lines: HeldLine[]): HeldStock {
  return { isReserved: true, lines, userErrors: [] };
}

/** Nothing is held; without errors that is what was asked for. */
export function nothingHeld(userErrors: CatalogRefusal[] = []): HeldStock {
  return { isReserved: false, lines: [], userErrors };
}

/** A line's refusal in words. */
export function lineRefusal({ productId, code, availableQuantity }: LineRefusal): CatalogRefusal {
  return refusal(code, messages[code](availableQuantity ?? 0), { productId, availableQuantity });
}

const messages: Record<LineRefusal['code'], (quantity: number) => string> = {
  NOT_FOUND: () => 'This product is not sold any more.',
  INSUFFICIENT_STOCK: (quantity) =>
    quantity === 0 ? 'This product is sold out.' : `Only ${quantity} of this product are left.`,
  LIMIT_EXCEEDED: (quantity) => `At most ${quantity} of this product can be ordered at once.`,
  INVALID: () => 'This order has reserved this product before, in another quantity or for a time that is over.',
};
