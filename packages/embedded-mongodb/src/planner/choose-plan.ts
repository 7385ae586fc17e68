import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import type { CollectionIndex } from '../engine/collection-index.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { compareValues } from '../values/compare.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import type { SortPart } from '../values/sort.ts';
import { type FieldConstraint, fieldConstraints } from './field-constraint.ts';
import { type IndexPlan, planIndex } from './index-plan.ts';

export type Plan =
  | { readonly kind: 'scan'; readonly isReverse: boolean; readonly isSorted: boolean }
  | { readonly kind: 'ids'; readonly idKeys: readonly string[]; readonly isSorted: boolean }
  | IndexPlan
  | { readonly kind: 'union'; readonly branches: readonly Plan[]; readonly isSorted: boolean };

export interface PlanRequest {
  readonly filterSpec: Doc;
  readonly collation: Collation | undefined;
  readonly sort: readonly SortPart[];
  readonly hint?: unknown;
}

/** The cheapest plan by simple rules: fixed fields before ranges before order alone. Throws 2 for a hint that names no index. */
export function choosePlan(collection: Collection, request: PlanRequest): Plan {
  const { filterSpec, collation, sort, hint } = request;
  const constraints = fieldConstraints(filterSpec, collation);
  const hinted = hintedPlan(collection, constraints, request, hint);
  if (hinted) return hinted;
  const ids = collection.isTimeSeries ? undefined : idPlan(constraints, collation);
  if (ids) return ids;
  const best = bestIndex(collection, constraints, sort, collation);
  if (best && best.score > 3) return best;
  return (
    unionPlan(collection, filterSpec, collation) ??
    best ?? { kind: 'scan', isReverse: false, isSorted: sort.length === 0 }
  );
}

function bestIndex(
  collection: Collection,
  constraints: readonly FieldConstraint[],
  sort: readonly SortPart[],
  collation: Collation | undefined,
): IndexPlan | undefined {
  const first = [...constraints.map(({ path }) => path), ...sort.map(({ path }) => path)];
  let best: IndexPlan | undefined;
  for (const index of collection.indexesOn(first)) {
    const plan = planIndex(index, constraints, sort, collation, false);
    if (plan && plan.score > (best?.score ?? 0)) best = plan;
  }
  return best;
}

function idPlan(constraints: readonly FieldConstraint[], collation: Collation | undefined): Plan | undefined {
  const found = constraints.find(({ path, isPoints }) => path === '_id' && isPoints);
  if (!found || found.acceptsMissing || (collation && found.collation !== 'any')) return undefined;
  const idKeys = [...new Set(found.values.map((value) => encodeKey(value)))];
  return { kind: 'ids', idKeys, isSorted: idKeys.length <= 1 };
}

/** `$or` whose every clause an index answers: https://www.mongodb.com/docs/manual/reference/operator/query/or/ */
function unionPlan(collection: Collection, filterSpec: Doc, collation: Collation | undefined): Plan | undefined {
  const clauses = filterSpec['$or'];
  if (!Array.isArray(clauses) || clauses.length === 0) return undefined;
  const branches: Plan[] = [];
  for (const clause of clauses) {
    if (!isDocument(clause)) return undefined;
    const plan = choosePlan(collection, { filterSpec: clause, collation, sort: [] });
    if (plan.kind === 'scan') return undefined;
    branches.push(plan);
  }
  return { kind: 'union', branches, isSorted: false };
}

function hintedPlan(
  collection: Collection,
  constraints: readonly FieldConstraint[],
  { sort, collation }: PlanRequest,
  hint: unknown,
): Plan | undefined {
  if (hint === undefined || hint === null || (isDocument(hint) && Object.keys(hint).length === 0)) return undefined;
  if (isDocument(hint) && hint['$natural'] !== undefined) {
    return { kind: 'scan', isReverse: toDouble(hint['$natural']) < 0, isSorted: sort.length === 0 };
  }
  const index = findIndex(collection, hint);
  if (!index) {
    throw new CommandError(
      2,
      `error processing query: ns=${collection.namespace}: planner returned error :: caused by :: hint provided does not correspond to an existing index`,
    );
  }
  // Other kinds have no order of keys to walk.
  if (index.definition.kind !== 'tree') return { kind: 'scan', isReverse: false, isSorted: sort.length === 0 };
  return planIndex(index, constraints, sort, collation, true);
}

/** The index that a hint names, by name or by its very key. */
export function findIndex(collection: Collection, hint: unknown): CollectionIndex | undefined {
  const isIdHint =
    hint === collection.indexDefinitions[0]?.name || (isDocument(hint) && Object.keys(hint).join() === '_id');
  if (isIdHint && !collection.isTimeSeries) return collection.idIndex();
  return collection.secondaryIndexes.find(({ definition }) =>
    isDocument(hint)
      ? Object.keys(hint).join('\0') === definition.fields.map(({ path }) => path).join('\0') &&
        compareValues(definition.spec['key'], hint) === 0
      : definition.name === hint,
  );
}
