import { type Connection, type Model, Schema } from 'mongoose';
import type { PendingMovement } from '../domain/stock-record.ts';

/** A line of the ledger in its own collection. Its id sorts by time. */
export type StockMovementRecord = Omit<PendingMovement, 'id'> & { _id: string; productId: string };
export type StockMovementModel = Model<StockMovementRecord>;

const stockMovement = new Schema<StockMovementRecord>(
  {
    _id: { type: String, required: true },
    productId: { type: String, required: true },
    kind: { type: String, required: true },
    quantity: { type: Number, required: true },
    reason: { type: String, default: null },
    orderId: { type: String, default: null },
    actorId: { type: String, default: null },
    createdAt: { type: Date, required: true },
  },
  { collection: 'stockMovements', versionKey: false },
);

stockMovement.index({ productId: 1, _id: -1 });

/** The `stockMovements` collection on one connection. */
export function createStockMovementModel(connection: Connection): StockMovementModel {
  return connection.model<StockMovementRecord>('StockMovement', stockMovement);
}
