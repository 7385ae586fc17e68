import type { CatalogContext } from '../context.ts';
import { refusal } from '../domain/catalog-refusal.ts';
import { endBySettling } from '../domain/stock-decisions.ts';
import { type HeldStock, heldLine, nothingHeld } from './held-lines.ts';
import { liveHoldOf } from './live-hold.ts';

/**
 * The order is over: its sale stays, its entries may be forgotten. Repeating it, or settling an order that has nothing, changes
 * nothing and answers alike. INVALID while a part is only held: that must be sold or given back first.
 */
export async function settleStock({ app }: CatalogContext, orderId: string): Promise<HeldStock> {
  const { stock } = app.store;
  const shelves = await stock.findShelvesOf(orderId);
  const live = shelves.flatMap((shelf) => {
    const hold = liveHoldOf(shelf.holds, orderId);
    return hold === undefined ? [] : [{ shelf, hold }];
  });
  if (live.some(({ hold }) => hold.state === 'HELD')) {
    const lines = live.map(({ shelf, hold }) => heldLine(shelf, hold));
    return {
      isReserved: true,
      lines,
      userErrors: [refusal('INVALID', 'This order still holds stock that is not sold.')],
    };
  }
  for (const { shelf, hold } of live) await stock.end(shelf._id, hold, endBySettling(hold, app.now()), null);
  return nothingHeld();
}
