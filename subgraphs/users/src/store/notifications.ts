import { type Connection, type Model, Schema } from 'mongoose';
import type { MailState } from '../domain/mail-delivery.ts';
import type { NotificationKind } from '../domain/notices.ts';

/** A message to one user, with the fate of its e-mail. */
export interface NotificationRecord {
  _id: string;
  userId: string;
  /** The event it tells; once per user. */
  eventId: string;
  kind: NotificationKind;
  title: string;
  body: string;
  orderId: string | null;
  readAt: Date | null;
  createdAt: Date;
  mailState: MailState;
  mailAttempts: number;
  /** When the e-mail may be tried next, or, while it is being sent, when it counts as interrupted. */
  mailDueAt: Date;
}

export type NotificationsCollection = ReturnType<typeof createNotificationsCollection>;

const keptSeconds = 180 * 24 * 60 * 60;

export function createNotificationsCollection(connection: Connection) {
  const schema = notificationSchema();
  const model: Model<NotificationRecord> = connection.model<NotificationRecord>(
    'Notification',
    schema,
    'notifications',
  );
  return {
    model,
    /** The same event for the same user a second time changes nothing. */
    async insertOnce({ eventId, userId, ...rest }: NotificationRecord): Promise<void> {
      await model.updateOne({ eventId, userId }, { $setOnInsert: rest }, { upsert: true }).exec();
    },
    /** Newest first. One row more than `limit`. */
    page: ({ userId, unreadOnly, after, limit }: NotificationPageRequest): Promise<NotificationRecord[]> =>
      model
        .find({
          userId,
          ...(unreadOnly ? { readAt: null } : {}),
          ...(after === undefined
            ? {}
            : {
                $or: [{ createdAt: { $lt: after.createdAt } }, { createdAt: after.createdAt, _id: { $lt: after.id } }],
              }),
        })
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit + 1)
        .lean<NotificationRecord[]>()
        .exec(),
    countUnread: (userId: string): Promise<number> => model.countDocuments({ userId, readAt: null }).exec(),
    async markRead(userId: string, ids: readonly string[], now: Date): Promise<void> {
      await model.updateMany({ _id: { $in: [...ids] }, userId, readAt: null }, { $set: { readAt: now } }).exec();
    },
    /** Takes the mail that is due longest; null when none is. One of several processes gets it. */
    claimMail: (now: Date, interruptedAt: Date): Promise<NotificationRecord | null> =>
      model
        .findOneAndUpdate(
          { mailState: 'pending', mailDueAt: { $lte: now } },
          { $set: { mailState: 'sending', mailDueAt: interruptedAt }, $inc: { mailAttempts: 1 } },
          { sort: { mailDueAt: 1 }, returnDocument: 'after' },
        )
        .lean<NotificationRecord>()
        .exec(),
    async settleMail(id: string, mailState: MailState, mailDueAt: Date): Promise<void> {
      await model.updateOne({ _id: id, mailState: 'sending' }, { $set: { mailState, mailDueAt } }).exec();
    },
    /** Mails whose process died while sending them: they may have gone out. */
    async giveUpInterrupted(now: Date): Promise<number> {
      const given = await model
        .updateMany({ mailState: 'sending', mailDueAt: { $lte: now } }, { $set: { mailState: 'unknown' } })
        .exec();
      return given.modifiedCount;
    },
  };
}

export interface NotificationPageRequest {
  userId: string;
  unreadOnly: boolean;
  after?: { createdAt: Date; id: string };
  limit: number;
}

function notificationSchema(): Schema<NotificationRecord> {
  const schema = new Schema<NotificationRecord>(
    {
      _id: { type: String, required: true },
      userId: { type: String, required: true },
      eventId: { type: String, required: true },
      kind: { type: String, required: true },
      title: { type: String, required: true },
      body: { type: String, required: true },
      orderId: { type: String, default: null },
      readAt: { type: Date, default: null },
      createdAt: { type: Date, required: true },
      mailState: { type: String, required: true },
      mailAttempts: { type: Number, required: true },
      mailDueAt: { type: Date, required: true },
    },
    { autoIndex: false, versionKey: false },
  );
  schema.index({ eventId: 1, userId: 1 }, { unique: true });
  schema.index({ userId: 1, createdAt: -1, _id: -1 });
  schema.index({ userId: 1, readAt: 1 });
  schema.index({ mailState: 1, mailDueAt: 1 });
  schema.index({ createdAt: 1 }, { expireAfterSeconds: keptSeconds });
  return schema;
}
