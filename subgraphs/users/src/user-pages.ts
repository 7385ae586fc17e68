import { badUserInput, connection, decodeCursor, encodeCursor, pageArgs } from '@swiftcart/graphql';
import type { RequestContext } from './context.ts';
import type { AccountRole } from './domain/role-change.ts';
import { searchWords } from './domain/search-terms.ts';
import type { UserRecord } from './store/users.ts';

export interface UsersArguments {
  search?: string | null;
  role?: AccountRole | null;
  first?: number | null;
  after?: string | null;
}

/** A page of accounts, newest first. The key is creation time and id, so new accounts never shift a page. */
export async function userPage({ store }: RequestContext, { search, role = null, first, after }: UsersArguments) {
  const page = pageArgs({ first, after }, { defaultFirst: 20 });
  const words = searchWords(search ?? '');
  const rows = await store.users.page({
    words,
    role,
    limit: page.limit,
    ...(page.after === undefined ? {} : { after: readCursor(page.after) }),
  });
  return {
    ...connection(rows, page.limit, cursorOf, page.after !== undefined),
    totalCount: () => store.users.count(words, role),
  };
}

function cursorOf(user: UserRecord): string {
  return encodeCursor([user.createdAt.getTime(), user._id]);
}

function readCursor(cursor: string): { createdAt: Date; id: string } {
  const [time, id] = decodeCursor(cursor, 2);
  const createdAt = new Date(typeof time === 'number' ? time : Number.NaN);
  if (Number.isNaN(createdAt.getTime()) || typeof id !== 'string') {
    throw badUserInput('The cursor is not one that this list gave out.', 'after');
  }
  return { createdAt, id };
}
