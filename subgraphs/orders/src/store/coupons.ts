import { type Connection, Schema } from 'mongoose';
import type { Coupon, CouponClaim, CouponTerms } from '../domain/coupon.ts';
import {
  collectionOptions,
  duplicateFieldsOf,
  flag,
  instant,
  instantOrNull,
  numberOrNull,
  part,
  text,
  whole,
} from './field-types.ts';

const schema = new Schema<Coupon>(
  {
    _id: text,
    kind: text,
    value: whole,
    minSubtotal: numberOrNull,
    maxDiscount: numberOrNull,
    categoryIds: { type: [String], default: null },
    startsAt: instantOrNull,
    endsAt: instantOrNull,
    maxUses: numberOrNull,
    maxUsesPerUser: numberOrNull,
    usedCount: whole,
    isActive: flag,
    claims: [part({ orderId: text, customerId: text })],
    revision: whole,
    createdAt: instant,
  },
  { ...collectionOptions, collection: 'coupons' },
);

export type CouponStore = ReturnType<typeof createCouponStore>;

/** Coupons by code. The counter and the list of claims are one document, so a limit cannot be passed by a race. */
export function createCouponStore(connection: Connection) {
  const model = connection.model<Coupon>('Coupon', schema);
  return {
    model,
    find: (code: string) => model.findOne({ _id: code }).lean<Coupon>().exec(),
    page: (activeAt: Date | null, after: string | null, limit: number) =>
      model
        .find({
          ...(activeAt ? { isActive: true, $or: [{ endsAt: null }, { endsAt: { $gt: activeAt } }] } : {}),
          ...(after ? { _id: { $gt: after } } : {}),
        })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<Coupon[]>()
        .exec(),

    /** False when the code is taken. */
    async insert(coupon: Coupon): Promise<boolean> {
      try {
        await model.create(coupon);
        return true;
      } catch (error) {
        duplicateFieldsOf(error);
        return false;
      }
    },
    /** New terms leave the uses as they are; null for an unknown code. */
    setTerms: (code: string, terms: CouponTerms) =>
      model
        .findOneAndUpdate({ _id: code }, { $set: terms, $inc: { revision: 1 } }, { returnDocument: 'after' })
        .lean<Coupon>()
        .exec(),

    /** False when the coupon changed since that revision was read, or the order holds a claim already. */
    async claim(coupon: Pick<Coupon, '_id' | 'revision'>, claim: CouponClaim): Promise<boolean> {
      const result = await model
        .updateOne(
          { _id: coupon._id, revision: coupon.revision, 'claims.orderId': { $ne: claim.orderId } },
          { $push: { claims: claim }, $inc: { usedCount: 1, revision: 1 } },
        )
        .exec();
      return result.modifiedCount === 1;
    },
    /** Gives one use back; a repeat finds no claim and changes nothing. */
    async release(code: string, orderId: string): Promise<void> {
      await model
        .updateOne(
          { _id: code, 'claims.orderId': orderId },
          { $pull: { claims: { orderId } }, $inc: { usedCount: -1, revision: 1 } },
        )
        .exec();
    },
  };
}
