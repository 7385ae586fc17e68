import type { PendingMovement } from '../domain/stock-record.ts';
import type { ProductModel } from './product-model.ts';

/** What background work does to product documents: it only removes what is done with, so repeating it is harmless. */
export interface StockUpkeep {
  /** Products whose ledger lines wait to be moved. */
  findPendingMovements(limit: number): Promise<{ _id: string; movements: PendingMovement[] }[]>;
  /** The lines of one product that wait. */
  findPendingMovementsOf(productId: string): Promise<PendingMovement[]>;
  removeMovements(productId: string, ids: readonly string[]): Promise<void>;
  forgetEndedHolds(before: Date): Promise<void>;
  forgetAdjustments(before: Date): Promise<void>;
  /** Orders whose holds are past their time, with that time. */
  findOverdueOrders(now: Date, limit: number): Promise<{ orderId: string; expiresAt: Date }[]>;
}

interface Waiting {
  _id: string;
  movements: PendingMovement[];
}

export function createStockUpkeep(model: ProductModel): StockUpkeep {
  return {
    findPendingMovements: (limit) =>
      model
        .find({ 'movements.id': { $gt: '' } }, { movements: 1 })
        .limit(limit)
        .lean<Waiting[]>(),
    async findPendingMovementsOf(productId) {
      return (await model.findById(productId, { movements: 1 }).lean<Waiting>())?.movements ?? [];
    },
    async removeMovements(productId, ids) {
      await model.updateOne({ _id: productId }, { $pull: { movements: { id: { $in: [...ids] } } } });
    },
    async forgetEndedHolds(before) {
      await model.updateMany(
        { 'holds.endedAt': { $lt: before } },
        { $pull: { holds: { state: 'ENDED', endedAt: { $lt: before } } } },
      );
    },
    async forgetAdjustments(before) {
      await model.updateMany(
        { 'adjustments.at': { $lt: before } },
        { $pull: { adjustments: { at: { $lt: before } } } },
      );
    },
    async findOverdueOrders(now, limit) {
      const shelves = await model
        .find({ 'holds.expiresAt': { $lt: now } }, { 'holds.orderId': 1, 'holds.expiresAt': 1 })
        .limit(limit)
        .lean<{ holds: { orderId: string; expiresAt?: Date }[] }[]>();
      const overdue = new Map<string, Date>();
      for (const { orderId, expiresAt } of shelves.flatMap(({ holds }) => holds)) {
        if (expiresAt !== undefined && expiresAt < now) overdue.set(orderId, expiresAt);
      }
      return [...overdue].map(([orderId, expiresAt]) => ({ orderId, expiresAt }));
    },
  };
}
