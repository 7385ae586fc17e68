import { type Connection, type Model, Schema } from 'mongoose';
import type { LineRefusal } from '../domain/stock-record.ts';

/**
 * An order that may hold nothing any more: it was refused, or gave its stock back. Written before its entries are ended, so
 * that a reservation running beside, or arriving late, finds it and undoes itself. Forgotten after an hour.
 */
export interface ClosedOrderRecord {
  _id: string;
  /** The answer a repeat of a refused reservation gets; empty for an order that gave its stock back. */
  refusals: LineRefusal[];
  closedAt: Date;
}
export type ClosedOrderModel = Model<ClosedOrderRecord>;

/** How long an ended entry, or an order that is over, is remembered. No caller retries a step after 30 minutes. */
export const endedRetentionMs = 3_600_000;

const refusal = new Schema(
  {
    productId: { type: String, required: true },
    code: { type: String, required: true },
    availableQuantity: { type: Number, default: null },
  },
  { _id: false },
);

const closedOrder = new Schema<ClosedOrderRecord>(
  { _id: { type: String, required: true }, refusals: [refusal], closedAt: { type: Date, required: true } },
  { collection: 'closedOrders', versionKey: false },
);

closedOrder.index({ closedAt: 1 }, { expireAfterSeconds: endedRetentionMs / 1000 });

/** The `closedOrders` collection on one connection. */
export function createClosedOrderModel(connection: Connection): ClosedOrderModel {
  return connection.model<ClosedOrderRecord>('ClosedOrder', closedOrder);
}
