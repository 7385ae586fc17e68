import { connection, pageArgs } from '@swiftcart/graphql';
import type { RequestContext } from './context.ts';
import type { AccountRole } from './domain/role-change.ts';
import { searchWords } from './domain/search-terms.ts';
import { readTimeCursor, writeTimeCursor } from './time-cursor.ts';

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
    ...(page.after === undefined ? {} : { after: readTimeCursor(page.after) }),
  });
  return {
    ...connection(rows, page.limit, writeTimeCursor, page.after !== undefined),
    totalCount: () => store.users.count(words, role),
  };
}
