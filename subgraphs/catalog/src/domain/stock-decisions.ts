import type { EndedHold, Hold, LineRefusal, LiveHold, StockMovementKind } from './stock-record.ts';

/** One line of an order after lines of the same product were added up. */
export interface OrderLine {
  productId: string;
  quantity: number;
}

/** Adds up lines of the same product and puts products in one order for everybody, so that of two carts that want the same last packs one always gets through. */
export function mergeLines(lines: readonly OrderLine[]): OrderLine[] {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines) quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return [...quantities]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

/** What a reservation must know of a product. */
export interface Shelf {
  isActive: boolean;
  maxPerOrder: number;
  stock: { available: number; overThreshold: number };
  holds: readonly Hold[];
}

export type HoldDecision =
  /** The order has it already: a repeat. */
  | { kind: 'mine'; hold: LiveHold }
  /** Free to take; `crosses` when taking it makes the product low on stock. */
  | { kind: 'take'; crosses: boolean }
  | { kind: 'refuse'; refusal: LineRefusal };

/** Whether an order may hold a line; the conditional write that follows repeats the test. */
export function decideHold(shelf: Shelf | null, orderId: string, { productId, quantity }: OrderLine): HoldDecision {
  const refuse = (code: LineRefusal['code'], availableQuantity: number | null = null): HoldDecision => ({
    kind: 'refuse',
    refusal: { productId, code, availableQuantity },
  });
  if (shelf === null) return refuse('NOT_FOUND');
  const mine = shelf.holds.find((hold) => hold.orderId === orderId);
  if (mine !== undefined) {
    // The price was promised for that quantity; another one, or a line that was given back, is another order.
    return mine.state === 'ENDED' || mine.quantity !== quantity ? refuse('INVALID') : { kind: 'mine', hold: mine };
  }
  if (!shelf.isActive) return refuse('NOT_FOUND');
  if (quantity > shelf.maxPerOrder) return refuse('LIMIT_EXCEEDED', shelf.maxPerOrder);
  const { available, overThreshold } = shelf.stock;
  if (available < quantity) return refuse('INSUFFICIENT_STOCK', Math.max(0, Math.min(available, shelf.maxPerOrder)));
  return { kind: 'take', crosses: becomesLow(overThreshold, overThreshold - quantity) };
}

/** A product becomes low once on its way down; operators are not told again before it has recovered. */
export function becomesLow(overThresholdBefore: number, overThresholdAfter: number): boolean {
  return overThresholdBefore > 0 && overThresholdAfter <= 0;
}

/** What ends of an order's entries do to the counts, and how the ledger calls it. */
export interface HoldEnd {
  entry: EndedHold;
  available: number;
  reserved: number;
  sold: number;
  movement: StockMovementKind | null;
}

/** Giving back: reserved stock was released, or expired when its time was up; sold stock is a return. */
export function endByRelease(hold: LiveHold, now: Date): HoldEnd {
  const { quantity } = hold;
  const entry = endedEntry(hold, now);
  if (hold.state === 'COMMITTED')
    return { entry, available: quantity, reserved: 0, sold: -quantity, movement: 'RETURN' };
  const isLate = hold.expiresAt !== undefined && hold.expiresAt <= now;
  return { entry, available: quantity, reserved: -quantity, sold: 0, movement: isLate ? 'EXPIRE' : 'RELEASE' };
}

/** The sale is final: counts stay, the entry only waits out late duplicates. */
export function endBySettling(hold: LiveHold, now: Date): HoldEnd {
  return { entry: endedEntry(hold, now), available: 0, reserved: 0, sold: 0, movement: null };
}

function endedEntry({ orderId, quantity }: LiveHold, endedAt: Date): EndedHold {
  return { orderId, quantity, state: 'ENDED', endedAt };
}
