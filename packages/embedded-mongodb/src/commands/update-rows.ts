import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import type { Row } from '../engine/row.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { type CompiledUpdate, compileUpdate, upsertBase, upsertId } from '../update/apply-update.ts';
import type { Doc } from '../values/bson-type.ts';
import { withIdFirst } from './insert.ts';

/** One update statement, whichever command it came in. */
export interface UpdateStatement {
  readonly filterSpec: Doc;
  readonly update: unknown;
  readonly isMulti: boolean;
  readonly isUpsert: boolean;
  readonly sort?: Doc | undefined;
  readonly hint?: unknown;
  readonly collation?: unknown;
  readonly let?: Doc | undefined;
  readonly arrayFilters?: unknown;
  readonly bypassValidation: boolean;
  readonly now: Date;
  readonly deadlineMs: number;
}

export interface UpdateOutcome {
  readonly matched: number;
  readonly modified: number;
  /** The one document before and after, unless `isMulti`. */
  readonly before?: Doc | undefined;
  readonly after?: Doc | undefined;
  readonly upsertedId?: unknown;
}

/** Called with the collection, which an upsert makes when there is none. */
export type EnsureCollection = () => Collection;

/**
 * Applies an update to the rows its filter finds. A multi update that fails half way leaves the rows before the
 * failing one changed, as MongoDB does; the error carries `partial` counts.
 */
export function updateRows(
  collection: Collection | undefined,
  statement: UpdateStatement,
  ensure: EnsureCollection,
  counted: (matched: number, modified: number) => void = () => undefined,
): UpdateOutcome {
  const { filterSpec, collation, now } = statement;
  const variables = { collation, let: statement.let, now };
  const filter = compileFilter(filterSpec, { ...variables, textIndex: collection?.textIndex });
  const update = compileUpdate(statement.update, { ...variables, arrayFilters: statement.arrayFilters });
  if (statement.isMulti && update.kind === 'replacement') {
    throw new CommandError(9, 'multi update is not supported for replacement-style update');
  }
  if (collection?.isTimeSeries)
    throw new CommandError(115, 'updates of a time-series collection are not supported by this server');
  const limit = statement.isMulti ? Number.POSITIVE_INFINITY : 1;
  const rows = selectRows(collection, { ...statement, filter, limit });
  if (rows.length === 0 || !collection) {
    return statement.isUpsert ? upsert(ensure(), statement, update) : { matched: 0, modified: 0 };
  }
  let modified = 0;
  let outcome: UpdateOutcome = { matched: 0, modified: 0 };
  for (const [position, row] of rows.entries()) {
    const before = row.doc;
    const arrayIndex = filter.matchArray(before);
    if (applyToRow(collection, row, update, statement, arrayIndex)) modified += 1;
    counted(position + 1, modified);
    outcome = { matched: position + 1, modified, before, after: row.doc };
  }
  return outcome;
}

function applyToRow(
  collection: Collection,
  row: Row,
  update: CompiledUpdate,
  statement: UpdateStatement,
  arrayIndex: number,
): boolean {
  const after = update.apply(row.doc, { now: statement.now, arrayIndex });
  if (after === row.doc) return false;
  return collection.replace(row, after, { bypassValidation: statement.bypassValidation });
}

function upsert(collection: Collection, statement: UpdateStatement, update: CompiledUpdate): UpdateOutcome {
  const base = update.kind === 'replacement' ? replacementBase(statement.filterSpec) : upsertBase(statement.filterSpec);
  const made = update.apply(base, { now: statement.now, isInsert: true, arrayIndex: -1 });
  const doc = withIdFirst(made);
  const row = collection.insert(encodeDocument(doc), doc, { bypassValidation: statement.bypassValidation });
  return { matched: 0, modified: 0, after: row.doc, upsertedId: row.doc['_id'] };
}

function replacementBase(filterSpec: Doc): Doc {
  const id = upsertId(filterSpec);
  return id === undefined ? {} : { _id: id };
}
