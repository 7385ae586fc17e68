import { type Connection, Schema } from 'mongoose';
import type { RiderPosition } from '../domain/delivery-record.ts';
import { isDuplicateKey } from './duplicate-key.ts';

/** Room taken for one order; it counts against the rider's limit from the claim on, before the delivery names him. */
export interface RiderClaim {
  readonly orderId: string;
  readonly claimedAt: Date;
}

/** Somebody who delivers. `load` is the number of claims, kept beside them so that the limit is one comparison. */
export interface RiderRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly phone: string | null;
  readonly vehicle: string | null;
  readonly rating: number | null;
  readonly isAvailable: boolean;
  readonly load: number;
  readonly claims: readonly RiderClaim[];
  readonly position: RiderPosition | null;
  readonly lastAssignedAt: Date | null;
  readonly createdAt: Date;
}

/** What a registration says of a rider. */
export interface RiderDetails {
  readonly name: string;
  readonly phone: string | null;
  readonly vehicle: string | null;
}

type StoredRider = Omit<RiderRecord, 'id'> & { _id: string };

const nullable = <Type>(type: Type) => ({ type, default: null });
const part = (definition: Record<string, unknown>) => new Schema(definition, { _id: false });

const riderSchema = new Schema<StoredRider>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    name: { type: String, required: true },
    phone: nullable(String),
    vehicle: nullable(String),
    rating: nullable(Number),
    isAvailable: { type: Boolean, required: true },
    load: { type: Number, required: true },
    claims: { type: [part({ orderId: String, claimedAt: Date })], required: true },
    position: nullable(part({ latitude: Number, longitude: Number, recordedAt: Date })),
    lastAssignedAt: nullable(Date),
    createdAt: { type: Date, required: true },
  },
  { collection: 'riders', versionKey: false, minimize: false, strict: 'throw' },
);
riderSchema.index({ userId: 1 }, { unique: true });
riderSchema.index({ isAvailable: 1, load: 1 });
// Claims older than an instant, for the reconciler.
riderSchema.index({ 'claims.claimedAt': 1 });

export type RiderStore = ReturnType<typeof createRiderStore>;

export function createRiderStore(connection: Connection) {
  const model = connection.model<StoredRider>('Rider', riderSchema);
  const one = (found: StoredRider | null): RiderRecord | null => (found === null ? null : toRider(found));

  return {
    model,

    async findByIds(ids: readonly string[]): Promise<RiderRecord[]> {
      return (await model.find({ _id: { $in: ids } }).lean<StoredRider[]>()).map(toRider);
    },

    async findById(id: string): Promise<RiderRecord | null> {
      return one(await model.findById(id).lean<StoredRider>());
    },

    async findByUserId(userId: string): Promise<RiderRecord | null> {
      return one(await model.findOne({ userId }).lean<StoredRider>());
    },

    /** By name, then id; all when `isAvailable` is undefined. */
    async list(isAvailable: boolean | undefined): Promise<RiderRecord[]> {
      const filter = isAvailable === undefined ? {} : { isAvailable };
      return (await model.find(filter).sort({ name: 1, _id: 1 }).lean<StoredRider[]>()).map(toRider);
    },

    /** Answers false when the user is a rider already. */
    async insert({ id, ...rest }: RiderRecord): Promise<boolean> {
      try {
        await model.collection.insertOne({ _id: id, ...rest } as never);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    async setDetails(userId: string, details: RiderDetails): Promise<RiderRecord | null> {
      const update = { $set: { ...details } };
      return one(await model.findOneAndUpdate({ userId }, update, { returnDocument: 'after' }).lean<StoredRider>());
    },

    async setAvailability(id: string, isAvailable: boolean): Promise<RiderRecord | null> {
      const update = { $set: { isAvailable } };
      return one(await model.findOneAndUpdate({ _id: id }, update, { returnDocument: 'after' }).lean<StoredRider>());
    },

    async setPosition(id: string, position: RiderPosition): Promise<void> {
      await model.updateOne({ _id: id }, { $set: { position } });
    },

    /** Takes room for one order, if the rider is on shift, has some, and has not taken it for this order already. */
    async claim(id: string, orderId: string, { maxLoad, now }: { maxLoad: number; now: Date }): Promise<boolean> {
      const result = await model.updateOne(
        { _id: id, isAvailable: true, load: { $lt: maxLoad }, 'claims.orderId': { $ne: orderId } },
        { $inc: { load: 1 }, $push: { claims: { orderId, claimedAt: now } }, $set: { lastAssignedAt: now } },
      );
      return result.modifiedCount === 1;
    },

    /** Puts a claim back that another attempt at the same assignment undid; the limit was judged when it was taken. */
    async restoreClaim(id: string, orderId: string, now: Date): Promise<void> {
      await model.updateOne(
        { _id: id, 'claims.orderId': { $ne: orderId } },
        { $inc: { load: 1 }, $push: { claims: { orderId, claimedAt: now } } },
      );
    },

    /** Gives the room back; a repeat changes nothing. */
    async release(id: string, orderId: string): Promise<void> {
      await model.updateOne(
        { _id: id, 'claims.orderId': orderId },
        { $inc: { load: -1 }, $pull: { claims: { orderId } } },
      );
    },

    async findWithClaimsBefore(before: Date): Promise<RiderRecord[]> {
      return (await model.find({ 'claims.claimedAt': { $lt: before } }).lean<StoredRider[]>()).map(toRider);
    },
  };
}

function toRider({ _id, ...rest }: StoredRider): RiderRecord {
  return { id: _id, ...rest };
}
