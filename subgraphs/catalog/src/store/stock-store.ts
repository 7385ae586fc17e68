import type { DomainEvent } from '@swiftcart/events';
import type { ProductRecord, ProductView } from '../domain/product-record.ts';
import type { HoldEnd } from '../domain/stock-decisions.ts';
import type { Hold, LiveHold, PendingMovement } from '../domain/stock-record.ts';
import type { ProductModel } from './product-model.ts';
import { viewProjection } from './product-store.ts';

/** A product with what one order has of it: at most one entry, since thousands of other orders' do not concern it. */
export type ShelfRecord = Pick<ProductRecord, (typeof shelfFields)[number]> & { _id: string; holds: Hold[] };

const shelfFields = [
  'sku',
  'slug',
  'name',
  'imageUrls',
  'pack',
  'categoryId',
  'mrp',
  'price',
  'isActive',
  'maxPerOrder',
  'lowStockThreshold',
  'version',
  'stock',
] as const;

/** Set when a write makes a product low: it then counts only if exactly `available` was there under this threshold, and carries the event. */
export interface LowCrossing {
  available: number;
  threshold: number;
  event: DomainEvent;
}

/** Every change of stock: each is one conditional write of one document, and answers whether its condition held. */
export interface StockStore {
  findShelves(productIds: readonly string[], orderId: string): Promise<ShelfRecord[]>;
  /** Products of which an order has an entry, live or ended, by id. */
  findShelvesOf(orderId: string): Promise<ShelfRecord[]>;
  /** available -> reserved, for a product as it was read (`version`): a price that changed since is never promised. */
  take(
    shelf: ShelfRecord,
    hold: LiveHold,
    movement: PendingMovement,
    crossing: LowCrossing | undefined,
  ): Promise<boolean>;
  /** reserved -> sold. */
  commit(productId: string, hold: LiveHold, movement: PendingMovement): Promise<boolean>;
  /** Ends a live entry as `end` says. */
  end(productId: string, hold: LiveHold, end: HoldEnd, movement: PendingMovement | null): Promise<boolean>;
  /** Goods in or out, once per key. `maxAvailable` bounds what may be there before. */
  adjust(
    productId: string,
    adjustment: ProductRecord['adjustments'][number],
    maxAvailable: number,
    movement: PendingMovement,
    crossing: LowCrossing | undefined,
  ): Promise<ProductView | null>;
  /** What was decided under an idempotency key, if it was applied to the product. */
  findAdjustment(productId: string, key: string): Promise<{ delta: number } | null>;
}

/** The database leaves the field out where the order has no entry. */
type FoundShelf = Omit<ShelfRecord, 'holds'> & { holds?: Hold[] };
const withHolds = (shelf: FoundShelf): ShelfRecord => ({ ...shelf, holds: shelf.holds ?? [] });

export function createStockStore(model: ProductModel): StockStore {
  const shelfProjection = (orderId: string) => ({
    ...Object.fromEntries(shelfFields.map((field) => [field, 1])),
    holds: { $elemMatch: { orderId } },
  });
  const holdFilter = (productId: string, { orderId, quantity, state }: LiveHold) => ({
    _id: productId,
    holds: { $elemMatch: { orderId, quantity, state } },
  });
  return {
    async findShelves(productIds, orderId) {
      const filter = { _id: { $in: [...productIds] } };
      return (await model.find(filter, shelfProjection(orderId)).lean<FoundShelf[]>()).map(withHolds);
    },
    async findShelvesOf(orderId) {
      const filter = { 'holds.orderId': orderId };
      const found = await model.find(filter, shelfProjection(orderId)).sort({ _id: 1 }).lean<FoundShelf[]>();
      return found.map(withHolds);
    },
    async take({ _id, version }, hold, movement, crossing) {
      const { quantity, orderId } = hold;
      const { matchedCount } = await model.updateOne(
        {
          _id,
          version,
          isActive: true,
          'stock.available': crossing?.available ?? { $gte: quantity },
          'holds.orderId': { $ne: orderId },
          ...(crossing === undefined ? staysOnItsSide(quantity) : {}),
        },
        {
          $inc: { 'stock.available': -quantity, 'stock.overThreshold': -quantity, 'stock.reserved': quantity },
          $push: { holds: hold, movements: movement, ...(crossing === undefined ? {} : { outbox: crossing.event }) },
        },
      );
      return matchedCount === 1;
    },
    async commit(productId, hold, movement) {
      const { quantity } = hold;
      const { matchedCount } = await model.updateOne(holdFilter(productId, hold), {
        $inc: { 'stock.reserved': -quantity, 'stock.sold': quantity },
        $set: { 'holds.$.state': 'COMMITTED' },
        $unset: { 'holds.$.expiresAt': '' },
        $push: { movements: movement },
      });
      return matchedCount === 1;
    },
    async end(productId, hold, { entry, available, reserved, sold }, movement) {
      const { matchedCount } = await model.updateOne(holdFilter(productId, hold), {
        $inc: {
          'stock.available': available,
          'stock.overThreshold': available,
          'stock.reserved': reserved,
          'stock.sold': sold,
        },
        $set: { 'holds.$': entry },
        ...(movement === null ? {} : { $push: { movements: movement } }),
      });
      return matchedCount === 1;
    },
    adjust(productId, adjustment, maxAvailable, movement, crossing) {
      const { delta, key } = adjustment;
      return model
        .findOneAndUpdate(
          {
            _id: productId,
            'adjustments.key': { $ne: key },
            'stock.available': crossing?.available ?? { $gte: -delta, $lte: maxAvailable },
            ...(crossing === undefined ? staysOnItsSide(-delta) : { lowStockThreshold: crossing.threshold }),
          },
          {
            $inc: { 'stock.available': delta, 'stock.overThreshold': delta, 'stock.restocked': delta },
            $push: {
              adjustments: adjustment,
              movements: movement,
              ...(crossing === undefined ? {} : { outbox: crossing.event }),
            },
          },
          { returnDocument: 'after', projection: viewProjection },
        )
        .lean<ProductView>();
    },
    async findAdjustment(productId, key) {
      const found = await model
        .findOne({ _id: productId, 'adjustments.key': key }, { adjustments: 1 })
        .lean<Pick<ProductRecord, 'adjustments'>>();
      return found?.adjustments.find((adjustment) => adjustment.key === key) ?? null;
    },
  };
}

/** Taking `quantity` does not make the product low: it already is, or stays above. Goods coming in (negative) never do. */
function staysOnItsSide(quantity: number): object {
  if (quantity <= 0) return {};
  return { $or: [{ 'stock.overThreshold': { $lte: 0 } }, { 'stock.overThreshold': { $gt: quantity } }] };
}
