import { type Connection, Schema } from 'mongoose';
import type { Cart } from '../domain/cart.ts';
import {
  collectionOptions,
  duplicateFieldsOf,
  flag,
  instant,
  instantOrNull,
  part,
  text,
  textOrNull,
  whole,
} from './field-types.ts';

const line = part({
  _id: text,
  productId: text,
  sku: text,
  productName: text,
  unitPriceWhenAdded: whole,
  quantity: whole,
  addedAt: instant,
});

const schema = new Schema<Cart>(
  {
    _id: text,
    ownerId: textOrNull,
    tokenHash: textOrNull,
    items: [line],
    couponCode: textOrNull,
    version: whole,
    expiresAt: instantOrNull,
    mergedInto: textOrNull,
    isMergeDone: flag,
    mergedCartIds: [String],
    createdAt: instant,
    updatedAt: instant,
  },
  { ...collectionOptions, collection: 'carts' },
);

// One active cart a customer. Partial, because guest carts have no owner; with `$gt`, because MongoDB uses a partial index
// only where the query implies its filter, and equality implies `$gt` but not `$type`.
schema.index({ ownerId: 1 }, { unique: true, partialFilterExpression: { ownerId: { $gt: '' } } });
// The token is looked up by its hash: no comparison that a clock could measure.
schema.index({ tokenHash: 1 }, { unique: true, partialFilterExpression: { tokenHash: { $gt: '' } } });
schema.index({ 'items._id': 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
// Merges that stopped half way.
schema.index({ isMergeDone: 1, updatedAt: 1 }, { partialFilterExpression: { mergedInto: { $gt: '' } } });

/** What a change of a cart replaces. */
export type CartFields = Partial<Pick<Cart, 'items' | 'couponCode' | 'expiresAt' | 'mergedCartIds'>>;

export type CartStore = ReturnType<typeof createCartStore>;

/** Carts by id, owner, token or line. Every change names the version it was decided on. */
export function createCartStore(connection: Connection) {
  const model = connection.model<Cart>('Cart', schema);
  return {
    model,
    find: (id: string) => model.findOne({ _id: id }).lean<Cart>().exec(),
    findMany: (ids: readonly string[]) =>
      model
        .find({ _id: { $in: ids } })
        .lean<Cart[]>()
        .exec(),
    findByOwner: (ownerId: string) => model.findOne({ ownerId }).lean<Cart>().exec(),
    findByLines: (lineIds: readonly string[]) =>
      model
        .find({ 'items._id': { $in: lineIds } })
        .lean<Cart[]>()
        .exec(),
    /** The guest cart behind a token, merged ones included; null once expired. */
    findByToken: (tokenHash: string, now: Date) =>
      model
        .findOne({ tokenHash, expiresAt: { $gt: now } })
        .lean<Cart>()
        .exec(),

    /** False when the owner got a cart in the meantime. */
    async insert(cart: Cart): Promise<boolean> {
      try {
        await model.create(cart);
        return true;
      } catch (error) {
        duplicateFieldsOf(error);
        return false;
      }
    },

    /** The cart after the change; null when it moved on, or was merged away, since that version was read. */
    change: (cart: Pick<Cart, '_id' | 'version'>, fields: CartFields, now: Date) =>
      model
        .findOneAndUpdate(
          { _id: cart._id, version: cart.version, mergedInto: null },
          { $set: { ...fields, updatedAt: now }, $inc: { version: 1 } },
          { returnDocument: 'after' },
        )
        .lean<Cart>()
        .exec(),

    /** Closes a guest cart for the customer who takes it in: the first one wins, a repeat finds it closed. */
    closeForMerge: (id: string, customerId: string, now: Date) =>
      model
        .findOneAndUpdate(
          { _id: id, mergedInto: null, ownerId: null },
          { $set: { mergedInto: customerId, isMergeDone: false, updatedAt: now }, $inc: { version: 1 } },
          { returnDocument: 'after' },
        )
        .lean<Cart>()
        .exec(),
    async endMerge(id: string): Promise<void> {
      await model.updateOne({ _id: id, isMergeDone: false }, { $set: { isMergeDone: true } }).exec();
    },
    findStoppedMerges: (before: Date, limit: number) =>
      model
        .find({ isMergeDone: false, updatedAt: { $lt: before }, mergedInto: { $gt: '' } })
        .limit(limit)
        .lean<Cart[]>()
        .exec(),
  };
}
