import type { CatalogContext } from '../context.ts';
import { refusal } from '../domain/catalog-refusal.ts';
import { type HeldStock, heldLine, heldStock, nothingHeld } from './held-lines.ts';
import { liveHoldOf } from './live-hold.ts';
import { orderMovement } from './stock-movement.ts';

/**
 * Turns what an order holds into a sale. Repeating it answers the same. NOT_FOUND when the order holds nothing, or its
 * stock is being given back: such an order must not be confirmed.
 */
export async function commitStock({ app }: CatalogContext, orderId: string): Promise<HeldStock> {
  const { stock, closedOrders } = app.store;
  for (;;) {
    const [closed, shelves] = await Promise.all([closedOrders.find(orderId), stock.findShelvesOf(orderId)]);
    const live = shelves.flatMap((shelf) => {
      const hold = liveHoldOf(shelf.holds, orderId);
      return hold === undefined ? [] : [{ shelf, hold }];
    });
    if (closed !== null || live.length === 0) {
      return nothingHeld([refusal('NOT_FOUND', 'This order does not hold its stock any more.')]);
    }
    const held = live.filter(({ hold }) => hold.state === 'HELD');
    if (held.length === 0) return heldStock(live.map(({ shelf, hold }) => heldLine(shelf, hold)));
    for (const { shelf, hold } of held) {
      await stock.commit(shelf._id, hold, orderMovement('COMMIT', orderId, hold.quantity, app.now()));
    }
    app.ledger.wake();
    // Read again: a release may have come between, and the answer must be what is.
  }
}
