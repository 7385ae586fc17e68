import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import type { Row } from '../engine/row.ts';
import { geometriesAt } from '../geo/geo-values.ts';
import type { CompiledFilter } from '../query/compile-filter.ts';
import { type NearCondition, nearCondition } from '../query/geo-conditions.ts';
import type { TextScorer } from '../text/text-query.ts';
import type { Doc } from '../values/bson-type.ts';
import { type Collation, parseCollation } from '../values/collation.ts';
import { encodeCompoundKey } from '../values/key.ts';
import { noteTextScore } from '../values/metadata.ts';
import { parseSort, type SortPart, sortValues } from '../values/sort.ts';
import { choosePlan, type Plan } from './choose-plan.ts';
import { type PlanCost, runPlan } from './run-plan.ts';

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

export interface SelectedRows {
  readonly rows: Row[];
  readonly plan: Plan;
  readonly cost: PlanCost;
  readonly isSortedInMemory: boolean;
}

/** The matching rows in order, all of them at once: nothing that happens later changes the list. */
export function selectRows(collection: Collection | undefined, selection: Selection): Row[] {
  return select(collection, selection).rows;
}

/** The same, with what it took. */
export function select(collection: Collection | undefined, selection: Selection): SelectedRows {
  const { filter, filterSpec, hint, skip = 0, limit = Number.POSITIVE_INFINITY } = selection;
  const natural = selection.sort?.['$natural'];
  const sort = selection.sort && natural === undefined ? parseSort(selection.sort) : [];
  const collation = parseCollation(selection.collation);
  const cost: PlanCost = { keysExamined: 0, docsExamined: 0 };
  if (!collection) {
    return { rows: [], plan: { kind: 'scan', isReverse: false, isSorted: true }, cost, isSortedInMemory: false };
  }
  const near = nearCondition(filterSpec);
  if (near && !collection.geoPaths().includes(near.path)) {
    throw new CommandError(
      291,
      `error processing query: ns=${collection.namespace} planner returned error :: caused by :: unable to find index for $geoNear query`,
    );
  }
  const isByDistance = near !== undefined && sort.length === 0;
  const plan = choosePlan(collection, {
    filterSpec,
    collation,
    sort,
    hint: natural === undefined ? hint : { $natural: natural },
  });
  const isSortedInMemory = sort.length > 0 && !plan.isSorted;
  const wanted = isSortedInMemory || isByDistance ? Number.POSITIVE_INFINITY : skip + limit;
  const found: Row[] = [];
  const deadline = selection.deadlineMs ?? Number.POSITIVE_INFINITY;
  if (wanted > 0) {
    for (const row of runPlan(collection, plan, cost)) {
      if (cost.docsExamined % 1024 === 0 && performance.now() > deadline) {
        throw new CommandError(50, 'operation exceeded time limit');
      }
      if (filter.matches(row.doc)) found.push(row);
      if (found.length >= wanted) break;
    }
  }
  const rows = isByDistance
    ? sortByDistance(found, near)
    : isSortedInMemory
      ? sortRows(found, sort, collation, filter.textScore)
      : found;
  return {
    rows: skip > 0 || rows.length > limit ? rows.slice(skip, skip + limit) : rows,
    plan,
    cost,
    isSortedInMemory,
  };
}

/** Sorts by keys that are made once a row; comparing values again and again would cost more. */
function sortRows(
  rows: readonly Row[],
  sort: readonly SortPart[],
  collation: Collation | undefined,
  textScore: TextScorer | undefined,
): Row[] {
  const directions = sort.map((part) => part.direction);
  const keyed = rows.map((row) => {
    const { doc } = row;
    if (textScore) noteTextScore(doc, textScore(doc));
    return { row, key: encodeCompoundKey(sortValues(doc, sort, collation), directions, collation) };
  });
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ row }) => row);
}

/** Nearest first: https://www.mongodb.com/docs/manual/reference/operator/query/near/ */
function sortByDistance(rows: readonly Row[], { path, near }: NearCondition): Row[] {
  const measured = rows.map((row) => ({
    row,
    distance: Math.min(...geometriesAt(row.doc, path).map((geometry) => near.distance(geometry))),
  }));
  return measured.sort((a, b) => a.distance - b.distance).map(({ row }) => row);
}
