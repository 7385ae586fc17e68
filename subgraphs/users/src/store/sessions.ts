import { type DomainEvent, outboxField } from '@swiftcart/events';
import { type Connection, type Model, Schema } from 'mongoose';

/** One place where an account is signed in, with the chain of its refresh tokens. */
export interface SessionRecord {
  _id: string;
  userId: string;
  /** The account's `sessionEpoch` at sign-in. */
  epoch: number;
  /** Hash of the current refresh token's secret; older ones are not kept, they prove themselves by deriving this one. */
  refreshHash: string;
  /** How often the refresh token was replaced. */
  generation: number;
  createdAt: Date;
  rotatedAt: Date;
  expiresAt: Date;
  userAgent: string | null;
  endedAt: Date | null;
  endReason: SessionEnd | null;
  /** When the last access token of an ended session has expired. */
  deniedUntil: Date | null;
  /** When the database may forget the record. */
  purgeAt: Date;
  outbox: DomainEvent[];
}

export type SessionEnd =
  | 'logout'
  | 'ended-by-user'
  | 'logout-everywhere'
  | 'token-reuse'
  | 'password-changed'
  | 'by-admin'
  | 'superseded';

export type SessionsCollection = ReturnType<typeof createSessionsCollection>;

export function createSessionsCollection(connection: Connection) {
  const model: Model<SessionRecord> = connection.model<SessionRecord>('Session', sessionSchema(), 'sessions');
  return {
    model,
    async insert(session: SessionRecord): Promise<void> {
      await model.create([session]);
    },
    findById: (id: string): Promise<SessionRecord | null> => model.findById(id).lean<SessionRecord>().exec(),
    /** Null when the token is no longer the current one or the session has ended: somebody was faster. */
    rotate: (id: string, from: { generation: number }, to: Rotation): Promise<SessionRecord | null> =>
      model
        .findOneAndUpdate(
          { _id: id, generation: from.generation, endedAt: null },
          { $set: { ...to, generation: from.generation + 1 } },
          { returnDocument: 'after' },
        )
        .lean<SessionRecord>()
        .exec(),
    /** False when there is no such live session of the user. */
    async end(id: string, userId: string, end: Ending): Promise<boolean> {
      const { event, ...set } = end;
      const ended = await model
        .updateOne({ _id: id, userId, endedAt: null }, { $set: set, $push: { outbox: event } })
        .exec();
      return ended.modifiedCount === 1;
    },
    /** Newest first, at most 100 a user. */
    findLive: (userIds: readonly string[], now: Date): Promise<SessionRecord[]> =>
      model
        .find({ userId: { $in: [...userIds] }, endedAt: null, expiresAt: { $gt: now } })
        .sort({ createdAt: -1, _id: -1 })
        .limit(100 * userIds.length)
        .lean<SessionRecord[]>()
        .exec(),
    /** Ids of live sessions older than an epoch, the expired among them: their access tokens may live a little longer. */
    async findIdsBelowEpoch(userId: string, epoch: number): Promise<string[]> {
      const rows = await model
        .find({ userId, endedAt: null, epoch: { $lt: epoch } }, { _id: 1 })
        .lean<{ _id: string }[]>()
        .exec();
      return rows.map((row) => row._id);
    },
    findDenied: (since: Date, now: Date): Promise<SessionRecord[]> =>
      model
        .find({ deniedUntil: { $gt: now }, endedAt: { $gte: since } })
        .lean<SessionRecord[]>()
        .exec(),
  };
}

/** What a rotation writes. */
export type Rotation = Pick<SessionRecord, 'refreshHash' | 'rotatedAt' | 'expiresAt' | 'purgeAt'> &
  Partial<Pick<SessionRecord, 'userAgent'>>;

/** What ending a session writes, with the event that tells the gateway. */
export interface Ending extends Pick<SessionRecord, 'endedAt' | 'endReason' | 'deniedUntil' | 'purgeAt'> {
  event: DomainEvent;
}

function sessionSchema(): Schema<SessionRecord> {
  const schema = new Schema<SessionRecord>(
    {
      _id: { type: String, required: true },
      userId: { type: String, required: true },
      epoch: { type: Number, required: true },
      refreshHash: { type: String, required: true },
      generation: { type: Number, required: true },
      createdAt: { type: Date, required: true },
      rotatedAt: { type: Date, required: true },
      expiresAt: { type: Date, required: true },
      userAgent: { type: String, default: null },
      endedAt: { type: Date, default: null },
      endReason: { type: String, default: null },
      deniedUntil: { type: Date, default: null },
      purgeAt: { type: Date, required: true },
      outbox: outboxField,
    },
    { autoIndex: false, versionKey: false },
  );
  schema.index({ userId: 1, createdAt: -1 });
  schema.index({ deniedUntil: 1 });
  schema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
