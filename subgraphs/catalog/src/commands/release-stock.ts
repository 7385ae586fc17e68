import type { CatalogContext } from '../context.ts';
import { endByRelease } from '../domain/stock-decisions.ts';
import { type HeldStock, nothingHeld } from './held-lines.ts';
import { liveHoldOf } from './live-hold.ts';
import { orderMovement } from './stock-movement.ts';

/**
 * Gives back what an order still holds or has bought. The order is closed first, so that a reservation that runs beside it
 * or arrives later undoes itself. Releasing an unknown order, or twice, changes nothing and is no error.
 */
export async function releaseStock(context: CatalogContext, orderId: string): Promise<HeldStock> {
  await context.app.store.closedOrders.close(orderId, [], context.app.now());
  await giveBack(context, orderId);
  return nothingHeld();
}

/** Ends live entries of an order (of all products, or of `only` those), last product first. Each write expects the entry as it was read; one that moved is read again. */
export async function giveBack({ app }: CatalogContext, orderId: string, only?: ReadonlySet<string>): Promise<void> {
  if (only?.size === 0) return;
  for (;;) {
    const shelves = await app.store.stock.findShelvesOf(orderId);
    const live = shelves.flatMap(({ _id, holds }) => {
      const hold = liveHoldOf(holds, orderId);
      return hold === undefined || only?.has(_id) === false ? [] : [{ productId: _id, hold }];
    });
    if (live.length === 0) return;
    for (const { productId, hold } of live.reverse()) {
      const now = app.now();
      const end = endByRelease(hold, now);
      const movement = end.movement === null ? null : orderMovement(end.movement, orderId, hold.quantity, now);
      await app.store.stock.end(productId, hold, end, movement);
    }
    app.ledger.wake();
  }
}
