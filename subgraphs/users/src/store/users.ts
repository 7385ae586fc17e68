import { type DomainEvent, outboxField } from '@swiftcart/events';
import { type Connection, type Model, Schema } from 'mongoose';
import type { Address } from '../domain/address-book.ts';
import type { AccountRole } from '../domain/role-change.ts';
import { searchTerms } from '../domain/search-terms.ts';

/** An account with everything that one write changes together. */
export interface UserRecord {
  _id: string;
  name: string;
  /** Normalised; unique. */
  email: string;
  isEmailVerified: boolean;
  /** A changed address that waits for its verification; identifies nobody. */
  pendingEmail: string | null;
  /** E.164; unique among verified ones only, so that a number that was merely typed blocks nobody. */
  phone: string | null;
  isPhoneVerified: boolean;
  passwordHash: string;
  roles: AccountRole[];
  addresses: Address[];
  /** Counts writes of the address book; a writer names the number it decided on. */
  addressRevision: number;
  blocked: { at: Date; actorId: string; reason: string } | null;
  /** Raised whenever all sessions end; a session of a lower epoch is dead, even if its own record could not be written. */
  sessionEpoch: number;
  /** What admins did to the account, newest last; the last 200. */
  audit: AuditEntry[];
  searchTerms: string[];
  createdAt: Date;
  outbox: DomainEvent[];
}

/** Who did what to an account; never shown to it. */
export interface AuditEntry {
  at: Date;
  actorId: string;
  action: 'roles-set' | 'blocked' | 'unblocked';
  roles?: { from: AccountRole[]; to: AccountRole[] };
  reason?: string;
}

/** What changes with one write; `push` appends to the record's lists in the same write. */
export interface UserChange {
  set?: Partial<Omit<UserRecord, '_id' | 'outbox' | 'audit' | 'searchTerms'>>;
  endsSessions?: boolean;
  audit?: AuditEntry;
  event?: DomainEvent;
}

export type UsersCollection = ReturnType<typeof createUsersCollection>;

export function createUsersCollection(connection: Connection) {
  const model: Model<UserRecord> = connection.model<UserRecord>('User', userSchema(), 'users');
  return {
    model,
    /** Throws the driver's duplicate-key error when the e-mail is taken. */
    async insert(user: Omit<UserRecord, 'searchTerms'>): Promise<UserRecord> {
      const record: UserRecord = { ...user, searchTerms: searchTerms(user) };
      await model.create([record]);
      return record;
    },
    findById: (id: string): Promise<UserRecord | null> => model.findById(id).lean<UserRecord>().exec(),
    findByIds: (ids: readonly string[]): Promise<UserRecord[]> =>
      model
        .find({ _id: { $in: [...ids] } })
        .lean<UserRecord[]>()
        .exec(),
    findByEmail: (email: string): Promise<UserRecord | null> => model.findOne({ email }).lean<UserRecord>().exec(),
    findByVerifiedPhone: (phone: string): Promise<UserRecord | null> =>
      model.findOne({ phone, isPhoneVerified: true }).lean<UserRecord>().exec(),
    findByAddressIds: (ids: readonly string[]): Promise<UserRecord[]> =>
      model
        .find({ 'addresses.id': { $in: [...ids] } })
        .lean<UserRecord[]>()
        .exec(),
    /** One conditional write: null when no record is as `expected`. Throws the duplicate-key error on a taken e-mail or phone. */
    async change(id: string, expected: Partial<UserRecord>, change: UserChange): Promise<UserRecord | null> {
      const push: Record<string, unknown> = {};
      if (change.audit !== undefined) push['audit'] = { $each: [change.audit], $slice: -200 };
      if (change.event !== undefined) push['outbox'] = change.event;
      const update = {
        ...(change.set === undefined ? {} : { $set: change.set }),
        ...(change.endsSessions === true ? { $inc: { sessionEpoch: 1 } } : {}),
        ...(Object.keys(push).length === 0 ? {} : { $push: push }),
      };
      const changed = await model
        .findOneAndUpdate({ ...expected, _id: id }, update, { returnDocument: 'after' })
        .lean<UserRecord>()
        .exec();
      return changed === null ? null : await reindexed(changed);
    },
    /** Newest first, each word beginning one of an account's terms. One row more than `limit`. */
    async page({ words, role, after, limit }: UserPageRequest): Promise<UserRecord[]> {
      const filter = { $and: [matching(words, role), ...(after === undefined ? [] : [olderThan(after)])] };
      return model
        .find(filter)
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit + 1)
        .lean<UserRecord[]>()
        .exec();
    },
    count: (words: readonly string[], role: AccountRole | null): Promise<number> =>
      model.countDocuments(matching(words, role)).exec(),
    findIdsWithRole: async (roles: readonly AccountRole[]): Promise<string[]> => {
      const rows = await model
        .find({ roles: { $in: [...roles] }, blocked: null }, { _id: 1 })
        .lean<{ _id: string }[]>()
        .exec();
      return rows.map((row) => row._id);
    },
  };

  /** Search terms follow name, e-mail and phone. A write of its own: they steer no decision, and a lost one heals with the next. */
  async function reindexed(user: UserRecord): Promise<UserRecord> {
    const terms = searchTerms(user);
    if (terms.join(' ') !== user.searchTerms.join(' ')) {
      await model.updateOne({ _id: user._id }, { $set: { searchTerms: terms } }).exec();
    }
    return user;
  }
}

export interface UserPageRequest {
  words: readonly string[];
  role: AccountRole | null;
  after?: { createdAt: Date; id: string };
  limit: number;
}

function matching(words: readonly string[], role: AccountRole | null): Record<string, unknown> {
  const conditions = words.map((word) => ({ searchTerms: { $regex: `^${escaped(word)}` } }));
  return {
    ...(conditions.length === 0 ? {} : { $and: conditions }),
    ...(role === null ? {} : { roles: role }),
  };
}

/** A search is text, never a pattern. */
function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function olderThan({ createdAt, id }: { createdAt: Date; id: string }): Record<string, unknown> {
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: id } }] };
}

function userSchema(): Schema<UserRecord> {
  const address = {
    _id: false,
    id: String,
    label: String,
    line1: String,
    line2: String,
    city: String,
    pincode: String,
    landmark: String,
    latitude: Number,
    longitude: Number,
    isDefault: Boolean,
  };
  const schema = new Schema<UserRecord>(
    {
      _id: { type: String, required: true },
      name: { type: String, required: true },
      email: { type: String, required: true },
      isEmailVerified: { type: Boolean, required: true },
      pendingEmail: { type: String, default: null },
      phone: { type: String, default: null },
      isPhoneVerified: { type: Boolean, required: true },
      passwordHash: { type: String, required: true },
      roles: { type: [String], required: true },
      addresses: [address],
      addressRevision: { type: Number, default: 0 },
      blocked: {
        type: new Schema({ at: Date, actorId: String, reason: String }, { _id: false }),
        default: null,
      },
      sessionEpoch: { type: Number, default: 0 },
      audit: [
        {
          _id: false,
          at: Date,
          actorId: String,
          action: String,
          roles: { type: new Schema({ from: [String], to: [String] }, { _id: false }), default: undefined },
          reason: String,
        },
      ],
      searchTerms: [String],
      createdAt: { type: Date, required: true },
      outbox: outboxField,
    },
    { autoIndex: false, versionKey: false },
  );
  schema.index({ email: 1 }, { unique: true });
  schema.index({ phone: 1 }, { unique: true, partialFilterExpression: { isPhoneVerified: true } });
  schema.index({ 'addresses.id': 1 });
  schema.index({ createdAt: -1, _id: -1 });
  schema.index({ roles: 1, createdAt: -1, _id: -1 });
  schema.index({ searchTerms: 1 });
  return schema;
}
