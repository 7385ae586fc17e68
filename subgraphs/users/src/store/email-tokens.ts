import { type Connection, type Model, Schema } from 'mongoose';
import type { EmailTokenPurpose } from '../domain/one-time-code.ts';

/** A single-use token that was e-mailed; with `userId` null one that only looks as if it had been. */
export interface EmailTokenRecord {
  /** Hash of the token: who reads the database cannot use it. */
  _id: string;
  purpose: EmailTokenPurpose;
  userId: string | null;
  email: string;
  /** The account's `sessionEpoch` when it was sent: a reset dies with the next password. */
  epoch: number;
  isUsed: boolean;
  expiresAt: Date;
  purgeAt: Date;
}

export type EmailTokensCollection = ReturnType<typeof createEmailTokensCollection>;

export function createEmailTokensCollection(connection: Connection) {
  const model: Model<EmailTokenRecord> = connection.model<EmailTokenRecord>('EmailToken', tokenSchema(), 'emailTokens');
  return {
    model,
    async insert(token: EmailTokenRecord): Promise<void> {
      await model.create([token]);
    },
    find: (hash: string, purpose: EmailTokenPurpose): Promise<EmailTokenRecord | null> =>
      model.findOne({ _id: hash, purpose }).lean<EmailTokenRecord>().exec(),
    /** True for exactly one of several callers. */
    async use(hash: string): Promise<boolean> {
      const used = await model.updateOne({ _id: hash, isUsed: false }, { $set: { isUsed: true } }).exec();
      return used.modifiedCount === 1;
    },
  };
}

function tokenSchema(): Schema<EmailTokenRecord> {
  const schema = new Schema<EmailTokenRecord>(
    {
      _id: { type: String, required: true },
      purpose: { type: String, required: true },
      userId: { type: String, default: null },
      email: { type: String, required: true },
      epoch: { type: Number, required: true },
      isUsed: { type: Boolean, required: true },
      expiresAt: { type: Date, required: true },
      purgeAt: { type: Date, required: true },
    },
    { autoIndex: false, versionKey: false },
  );
  schema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
