import type { ProcessContext } from '../context.ts';
import { afterAttempt, sendingTimeoutMs } from '../domain/mail-delivery.ts';
import { mailBodies } from '../domain/mail-layout.ts';
import type { NotificationRecord } from '../store/notifications.ts';

/**
 * Sends the e-mail that is due longest; false when none is. It is claimed before it is sent and settled after: a process
 * that dies in between leaves a message that is not sent again, because it may have gone out.
 */
export async function sendNotificationMail(process: ProcessContext): Promise<boolean> {
  const { notifications } = process.store;
  const now = process.now();
  const claimed = await notifications.claimMail(now, new Date(now.getTime() + sendingTimeoutMs));
  if (claimed === null) return false;
  const { state, waitMs } = await attempt(process, claimed);
  await notifications.settleMail(claimed._id, state, new Date(process.now().getTime() + waitMs));
  return true;
}

async function attempt(
  process: ProcessContext,
  notification: NotificationRecord,
): Promise<Pick<ReturnType<typeof afterAttempt>, 'state' | 'waitMs'>> {
  const user = await process.store.users.findById(notification.userId);
  if (user === null || user.blocked !== null) return { state: 'none', waitMs: 0 };
  const { eventId, title, body } = notification;
  const content = { subject: title, greeting: user.name, paragraphs: [body] };
  const outcome = await process.mail.send({
    messageId: `${eventId}@swiftcart`,
    to: user.email,
    ...mailBodies(content),
  });
  if (outcome.kind !== 'accepted') {
    const { mailAttempts } = notification;
    process.logger.warn(
      { notificationId: notification._id, mailAttempts, outcome },
      'a notification mail was not accepted',
    );
  }
  return afterAttempt(outcome, notification.mailAttempts);
}
