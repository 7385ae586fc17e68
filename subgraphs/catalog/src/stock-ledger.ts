import type { Logger } from '@swiftcart/service';
import type { PendingMovement } from './domain/stock-record.ts';
import type { StockMovementStore } from './store/stock-movement-store.ts';
import type { StockUpkeep } from './store/stock-upkeep.ts';

/**
 * Moves ledger lines from the product documents, where they are written together with the change they record, to their own
 * collection: first copied under their id, then removed. A crash in between leaves lines to copy again, which adds nothing.
 */
export interface StockLedger extends AsyncDisposable {
  /** Lines were written: move them soon. Cheap to call after every write. */
  wake(): void;
  /** Moves what waits for one product; afterwards the ledger's collection is complete up to this call. */
  drain(productId: string): Promise<void>;
}

const batch = 50;
/** Lets lines of a busy moment gather, so that they move together. */
const gatherMs = 500;

export function createStockLedger(
  store: { upkeep: StockUpkeep; movements: StockMovementStore },
  logger: Logger,
): StockLedger {
  const { upkeep, movements } = store;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;

  async function move(productId: string, pending: readonly PendingMovement[]): Promise<void> {
    if (pending.length === 0) return;
    await movements.add(pending.map((movement) => ({ productId, movement })));
    await upkeep.removeMovements(
      productId,
      pending.map(({ id }) => id),
    );
  }

  async function moveAll(): Promise<void> {
    for (;;) {
      const waiting = await upkeep.findPendingMovements(batch);
      for (const { _id, movements: pending } of waiting) await move(_id, pending);
      if (waiting.length < batch) return;
    }
  }

  function wake(): void {
    if (isClosed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      // What fails stays in the documents and is moved in a later round.
      running = running
        .then(moveAll)
        .catch((error: unknown) => logger.warn({ err: error }, 'stock ledger: lines stay for later'));
    }, gatherMs);
    timer.unref();
  }

  return {
    wake,
    async drain(productId) {
      await move(productId, await upkeep.findPendingMovementsOf(productId));
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
