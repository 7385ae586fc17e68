import { connection, pageArgs } from '@swiftcart/graphql';
import type { RequestContext } from './context.ts';
import { readTimeCursor, writeTimeCursor } from './time-cursor.ts';

export interface NotificationsArguments {
  unreadOnly?: boolean | null;
  first?: number | null;
  after?: string | null;
}

/** A page of one user's notifications, newest first. */
export async function notificationPage({ store }: RequestContext, userId: string, args: NotificationsArguments) {
  const page = pageArgs(args, { defaultFirst: 20 });
  const rows = await store.notifications.page({
    userId,
    unreadOnly: args.unreadOnly === true,
    limit: page.limit,
    ...(page.after === undefined ? {} : { after: readTimeCursor(page.after) }),
  });
  return {
    ...connection(rows, page.limit, writeTimeCursor, page.after !== undefined),
    unreadCount: () => store.notifications.countUnread(userId),
  };
}
