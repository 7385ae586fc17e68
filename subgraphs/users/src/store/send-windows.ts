import { type Connection, type Model, mongo, Schema } from 'mongoose';

/** When the next message of a kind may go to somebody. */
export interface SendWindowRecord {
  /** Kind and recipient, e.g. `otp:+919876543210`. */
  _id: string;
  nextAt: Date;
}

export type SendWindowsCollection = ReturnType<typeof createSendWindowsCollection>;

export function createSendWindowsCollection(connection: Connection) {
  const model: Model<SendWindowRecord> = connection.model<SendWindowRecord>(
    'SendWindow',
    windowSchema(),
    'sendWindows',
  );
  return {
    model,
    /** Takes the window for `delayMs`: 0 when it was free, else how long it stays shut. One of several callers gets it. */
    async take(key: string, delayMs: number, now: Date): Promise<number> {
      const nextAt = new Date(now.getTime() + delayMs);
      try {
        await model.updateOne({ _id: key, nextAt: { $lte: now } }, { $set: { nextAt } }, { upsert: true }).exec();
        return 0;
      } catch (error) {
        // The window exists and is not due, so the upsert tried to insert it a second time.
        if (!(error instanceof mongo.MongoServerError && error.code === 11_000)) throw error;
        const window = await model.findById(key).lean<SendWindowRecord>().exec();
        return Math.max(1, (window?.nextAt.getTime() ?? nextAt.getTime()) - now.getTime());
      }
    },
  };
}

function windowSchema(): Schema<SendWindowRecord> {
  const schema = new Schema<SendWindowRecord>(
    { _id: { type: String, required: true }, nextAt: { type: Date, required: true } },
    { autoIndex: false, versionKey: false },
  );
  schema.index({ nextAt: 1 }, { expireAfterSeconds: 60 });
  return schema;
}
