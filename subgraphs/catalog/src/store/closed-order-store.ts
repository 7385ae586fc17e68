import type { LineRefusal } from '../domain/stock-record.ts';
import type { ClosedOrderModel, ClosedOrderRecord } from './closed-order-model.ts';
import { insertNew } from './insert-records.ts';

/** Orders that may hold nothing any more. */
export interface ClosedOrderStore {
  find(orderId: string): Promise<ClosedOrderRecord | null>;
  /** Closes an order, once: what it was closed with first stays, and is the answer. */
  close(orderId: string, refusals: readonly LineRefusal[], now: Date): Promise<ClosedOrderRecord>;
}

export function createClosedOrderStore(model: ClosedOrderModel): ClosedOrderStore {
  return {
    find: (orderId) => model.findById(orderId).lean<ClosedOrderRecord>(),
    async close(orderId, refusals, now) {
      const mine = { _id: orderId, refusals: [...refusals], closedAt: now };
      if (await insertNew(model, mine)) return mine;
      return (await model.findById(orderId).lean<ClosedOrderRecord>()) ?? mine;
    },
  };
}
