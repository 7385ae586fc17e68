import type { DomainEvent } from '@swiftcart/events';
import type { ProductRecord, ProductView } from '../domain/product-record.ts';
import { insertMissing, insertRecord, takenIndexOf } from './insert-records.ts';
import type { ProductModel } from './product-model.ts';

/** What a product keeps only for stock keeping and searching; lists never read it. */
export const viewProjection = {
  holds: 0,
  movements: 0,
  adjustments: 0,
  outbox: 0,
  nameTokens: 0,
  searchTokens: 0,
  priceBand: 0,
} as const;

/** What an operator's change writes besides the values themselves. */
export interface ProductChange {
  set: Partial<ProductRecord>;
  /** Added to `stock.overThreshold`, when the threshold moved. */
  overThresholdBy: number;
  /** Only if exactly this much is available: set when the change makes the product low, with the event that says so. */
  expectedAvailable?: number;
  event?: DomainEvent;
}

/** Reading and describing products; their stock is in the stock store. */
export interface ProductStore {
  findByIds(ids: readonly string[]): Promise<ProductView[]>;
  findBySlug(slug: string): Promise<ProductView | null>;
  /** Undefined when added, else which unique value another product has. */
  insert(product: ProductRecord): Promise<'SKU_TAKEN' | 'SLUG_TAKEN' | undefined>;
  /** Adds what is not there yet. */
  insertMissing(products: readonly ProductRecord[]): Promise<void>;
  /** Applies a change to exactly the version it was decided on, as one write; null when that version is gone. */
  update(id: string, version: number, change: ProductChange): Promise<ProductView | null>;
}

export function createProductStore(model: ProductModel): ProductStore {
  return {
    findByIds: (ids) => model.find({ _id: { $in: [...ids] } }, viewProjection).lean<ProductView[]>(),
    findBySlug: (slug) => model.findOne({ slug }, viewProjection).lean<ProductView>(),
    async insert(product) {
      try {
        await insertRecord<ProductRecord>(model, product);
        return undefined;
      } catch (error) {
        const taken = takenIndexOf(error);
        if (taken === undefined) throw error;
        return taken.includes('sku') ? 'SKU_TAKEN' : 'SLUG_TAKEN';
      }
    },
    insertMissing: (products) => insertMissing<ProductRecord>(model, products),
    update(id, version, { set, overThresholdBy, expectedAvailable, event }) {
      return model
        .findOneAndUpdate(
          { _id: id, version, ...(expectedAvailable === undefined ? {} : { 'stock.available': expectedAvailable }) },
          {
            $set: set,
            $inc: { version: 1, 'stock.overThreshold': overThresholdBy },
            ...(event === undefined ? {} : { $push: { outbox: event } }),
          },
          { returnDocument: 'after', projection: viewProjection },
        )
        .lean<ProductView>();
    },
  };
}
