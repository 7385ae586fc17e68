import { badUserInput } from './coded-error.ts';

/** Arguments of a connection field as GraphQL hands them over; an explicit null means the default. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** How many rows to show, and the cursor to continue after. Read `limit + 1` rows, so that `connection` knows whether more follow. */
export interface PageRequest {
  limit: number;
  after?: string;
}

/** Throws BAD_USER_INPUT when `first` is below 1 or above `maxFirst` (100): a page is never silently cut. */
export function pageArgs(
  { first, after }: PageArguments,
  { defaultFirst, maxFirst = 100 }: { defaultFirst: number; maxFirst?: number },
): PageRequest {
  const limit = first ?? defaultFirst;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxFirst) {
    throw badUserInput(`first must be between 1 and ${maxFirst}, not ${limit}.`, 'first');
  }
  return after === null || after === undefined ? { limit } : { limit, after };
}

/** A page as the schema's connection types show it. */
export interface Connection<Row> {
  edges: { cursor: string; node: Row }[];
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** Builds a page from up to `limit + 1` rows; the extra one only says that more follow. `hasPrevious` is normally "an `after` was given". */
export function connection<Row>(
  rowsLimitPlusOne: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  hasPrevious = false,
): Connection<Row> {
  const nodes = rowsLimitPlusOne.slice(0, limit);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rowsLimitPlusOne.length > limit,
      hasPreviousPage: hasPrevious,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
