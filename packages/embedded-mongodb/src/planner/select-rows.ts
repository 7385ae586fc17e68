import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import type { Row } from '../engine/row.ts';
import type { CompiledFilter } from '../query/compile-filter.ts';
import type { Doc } from '../values/bson-type.ts';
import { type Collation, parseCollation } from '../values/collation.ts';
import { compileSort } from '../values/sort.ts';

export interface Selection {
  /** The filter as the client wrote it, for the choice of an index, and compiled, for the decision. */
  readonly filterSpec: Doc;
  readonly filter: CompiledFilter;
  readonly collation?: unknown;
  readonly sort?: Doc | undefined;
  readonly hint?: unknown;
  readonly skip?: number;
  readonly limit?: number;
  /** performance.now() after which the command is refused with MaxTimeMSExpired (50). */
  readonly deadlineMs?: number;
}

/** The matching rows in order, all of them at once: nothing that happens later changes the list. */
export function selectRows(collection: Collection | undefined, selection: Selection): Row[] {
  const { filter, sort, skip = 0, limit = Number.POSITIVE_INFINITY } = selection;
  const order = sort && Object.keys(sort).length > 0 ? compileSort(sort, collationOf(selection)) : undefined;
  if (!collection) return [];
  const wanted = order ? Number.POSITIVE_INFINITY : skip + limit;
  const found: Row[] = [];
  let examined = 0;
  for (const row of collection.rows()) {
    if (found.length >= wanted) break;
    examined += 1;
    if (examined % 1024 === 0 && performance.now() > (selection.deadlineMs ?? Number.POSITIVE_INFINITY)) {
      throw new CommandError(50, 'operation exceeded time limit');
    }
    if (filter.matches(row.doc)) found.push(row);
  }
  if (order) found.sort((a, b) => order(a.doc, b.doc));
  return skip > 0 || found.length > limit ? found.slice(skip, skip + limit) : found;
}

function collationOf(selection: Selection): Collation | undefined {
  return parseCollation(selection.collation);
}
