import { type Connection, type Model, Schema } from 'mongoose';

/** A code that was sent to a phone, or, with `userId` null, one that only looks as if it had been. */
export interface OtpChallengeRecord {
  _id: string;
  phone: string;
  /** The account that the code proves; null when the number identifies nobody. */
  userId: string | null;
  /** verify-phone: asked for by the signed-in account itself. */
  purpose: 'sign-in' | 'verify-phone';
  codeHash: string;
  attempts: number;
  isUsed: boolean;
  expiresAt: Date;
  purgeAt: Date;
}

export type OtpChallengesCollection = ReturnType<typeof createOtpChallengesCollection>;

export function createOtpChallengesCollection(connection: Connection) {
  const model: Model<OtpChallengeRecord> = connection.model<OtpChallengeRecord>(
    'OtpChallenge',
    challengeSchema(),
    'otpChallenges',
  );
  return {
    model,
    async insert(challenge: OtpChallengeRecord): Promise<void> {
      await model.create([challenge]);
    },
    /** Counts a try and answers the challenge after it; null when there is none. */
    countTry: (id: string): Promise<OtpChallengeRecord | null> =>
      model
        .findOneAndUpdate({ _id: id }, { $inc: { attempts: 1 } }, { returnDocument: 'after' })
        .lean<OtpChallengeRecord>()
        .exec(),
    /** True for exactly one of several callers. */
    async use(id: string): Promise<boolean> {
      const used = await model.updateOne({ _id: id, isUsed: false }, { $set: { isUsed: true } }).exec();
      return used.modifiedCount === 1;
    },
  };
}

function challengeSchema(): Schema<OtpChallengeRecord> {
  const schema = new Schema<OtpChallengeRecord>(
    {
      _id: { type: String, required: true },
      phone: { type: String, required: true },
      userId: { type: String, default: null },
      purpose: { type: String, required: true },
      codeHash: { type: String, required: true },
      attempts: { type: Number, required: true },
      isUsed: { type: Boolean, required: true },
      expiresAt: { type: Date, required: true },
      purgeAt: { type: Date, required: true },
    },
    { autoIndex: false, versionKey: false },
  );
  schema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
