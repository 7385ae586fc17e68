import type { PendingMovement } from '../domain/stock-record.ts';
import { insertMissing } from './insert-records.ts';
import type { StockMovementModel, StockMovementRecord } from './stock-movement-model.ts';

/** The stock ledger. */
export interface StockMovementStore {
  /** Adds lines that are not there yet: repeating it after a crash adds nothing twice. */
  add(lines: readonly { productId: string; movement: PendingMovement }[]): Promise<void>;
  /** A product's lines, newest first. */
  findPage(productId: string, limit: number, afterId: string | undefined): Promise<StockMovementRecord[]>;
}

export function createStockMovementStore(model: StockMovementModel): StockMovementStore {
  return {
    async add(lines) {
      const records = lines.map(({ productId, movement: { id, ...rest } }) => ({ _id: id, productId, ...rest }));
      await insertMissing(model, records);
    },
    findPage(productId, limit, afterId) {
      const filter = afterId === undefined ? { productId } : { productId, _id: { $lt: afterId } };
      return model.find(filter).sort({ _id: -1 }).limit(limit).lean<StockMovementRecord[]>();
    },
  };
}
