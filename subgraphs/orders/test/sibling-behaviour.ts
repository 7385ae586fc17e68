import { setTimeout as sleep } from 'node:timers/promises';

/** How a scripted sibling treats its next calls. `lost`: it does the work, and the answer never arrives. */
export type Mode = 'ok' | 'slow' | 'rejecting' | 'lost';

export interface ScriptedProduct {
  price: number;
  mrp: number;
  available: number;
  maxPerOrder: number;
  isActive: boolean;
  categoryId: string;
}

export interface StockEntry {
  state: 'held' | 'committed' | 'released' | 'settled';
  lines: { productId: string; quantity: number }[];
}

/** What the siblings know and how they behave; tests change it while it is used. */
export interface SiblingState {
  products: Map<string, ScriptedProduct>;
  entries: Map<string, StockEntry>;
  addresses: Map<string, { customerId: string; pincode: string }>;
  /** Parcels that may not be cancelled any more by customers. */
  packed: Set<string>;
  cancelled: Set<string>;
  modes: Record<string, Mode>;
  calls: Record<string, number>;
}

export function createSiblingState(): SiblingState {
  return {
    products: new Map(),
    entries: new Map(),
    addresses: new Map(),
    packed: new Set(),
    cancelled: new Set(),
    modes: {},
    calls: {},
  };
}

/** Performs one call as the mode of that field says. */
export async function behave<Result>(state: SiblingState, field: string, work: () => Result): Promise<Result> {
  state.calls[field] = (state.calls[field] ?? 0) + 1;
  switch (state.modes[field] ?? 'ok') {
    case 'rejecting':
      throw new Error(`${field} is scripted to fail`);
    case 'slow':
      await sleep(150);
      return work();
    case 'lost': {
      work();
      await sleep(10_000, undefined, { ref: false });
      throw new Error('never arrives');
    }
    default:
      return work();
  }
}

type Line = { productId: string; quantity: number };

const inr = (amount: number) => ({ amount, currency: 'INR', formatted: String(amount) });

export function snapshotsOf(state: SiblingState, ids: readonly string[]) {
  return ids.map((productId) => {
    const product = state.products.get(productId);
    return (
      product && {
        productId,
        sku: `SKU-${productId}`,
        name: `Product ${productId}`,
        packLabel: '500 g',
        imageUrl: null,
        categoryId: product.categoryId,
        price: inr(product.price),
        mrp: inr(product.mrp),
        maxPerOrder: product.maxPerOrder,
        isActive: product.isActive,
        availableQuantity: Math.min(product.available, product.maxPerOrder),
      }
    );
  });
}

/** All or nothing and once per order, as the catalogue promises; an ended entry cannot be held again. */
export function reserve(state: SiblingState, orderId: string, lines: Line[]) {
  const refused = (code: string, message: string, productId: string, availableQuantity: number | null = null) => ({
    isReserved: false,
    lines: [],
    userErrors: [{ code, message, field: null, productId, availableQuantity }],
  });
  const known = state.entries.get(orderId);
  if (known && known.state !== 'held') return refused('INVALID', 'This order has ended.', lines[0]?.productId ?? '');
  if (!known) {
    for (const { productId, quantity } of lines) {
      const product = state.products.get(productId);
      if (!product?.isActive) return refused('NOT_FOUND', 'Not sold any more.', productId);
      if (quantity > product.maxPerOrder) return refused('LIMIT_EXCEEDED', 'Too many.', productId, product.maxPerOrder);
      if (quantity > product.available) {
        return refused('INSUFFICIENT_STOCK', 'Not enough left.', productId, product.available);
      }
    }
    for (const { productId, quantity } of lines) adjust(state, productId, -quantity);
    state.entries.set(orderId, { state: 'held', lines });
  }
  return { isReserved: true, lines: lines.map((line) => reservedLine(state, line)), userErrors: [] };
}

function reservedLine(state: SiblingState, { productId, quantity }: Line) {
  const product = state.products.get(productId);
  return {
    productId,
    sku: `SKU-${productId}`,
    name: `Product ${productId}`,
    packLabel: '500 g',
    imageUrl: `https://images.test/${productId}.webp`,
    categoryId: product?.categoryId ?? '',
    unitPrice: inr(product?.price ?? 0),
    mrp: inr(product?.mrp ?? 0),
    quantity,
  };
}

/** Releasing ends whatever is there; settling leaves what is only held, and says so; an ended entry cannot be sold again. */
export function endEntry(state: SiblingState, orderId: string, to: 'committed' | 'released' | 'settled') {
  const entry = state.entries.get(orderId);
  const isLive = entry?.state === 'held' || entry?.state === 'committed';
  if (to === 'released') {
    if (isLive) for (const { productId, quantity } of entry.lines) adjust(state, productId, quantity);
    state.entries.set(orderId, { state: 'released', lines: entry?.lines ?? [] });
  } else if (isLive && !(to === 'settled' && entry.state === 'held')) {
    entry.state = to;
  }
  const left = state.entries.get(orderId)?.state;
  return { isReserved: left === 'held' || left === 'committed', lines: [], userErrors: [] };
}

function adjust(state: SiblingState, productId: string, by: number): void {
  const product = state.products.get(productId);
  if (product) product.available += by;
}
