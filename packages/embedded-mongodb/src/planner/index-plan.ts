import type { CollectionIndex } from '../engine/collection-index.ts';
import type { Doc } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { isIndexName } from '../values/paths.ts';
import type { SortPart } from '../values/sort.ts';
import type { FieldConstraint } from './field-constraint.ts';
import { descendingInterval, intersect, type KeyInterval, WHOLE } from './key-interval.ts';
import { impliesPartialFilter } from './partial-implication.ts';

/** A walk over part of an index. */
export interface IndexPlan {
  readonly kind: 'index';
  readonly index: CollectionIndex;
  /** Ascending in the tree, without overlaps. */
  readonly intervals: readonly KeyInterval[];
  readonly isReverse: boolean;
  /** The rows come in the order that the query asks for. */
  readonly isSorted: boolean;
  /** Higher is better; 0 means that the index brings nothing. */
  readonly score: number;
}

/** More look-ups than this cost more than they save. */
const MAX_INTERVALS = 2000;

/** How the index would serve, or undefined when it might miss a document. A hinted index need not be complete. */
export function planIndex(
  index: CollectionIndex,
  constraints: readonly FieldConstraint[],
  sort: readonly SortPart[],
  collation: Collation | undefined,
  isHinted: boolean,
): IndexPlan | undefined {
  const { definition } = index;
  const hasSameCollation = sameCollation(definition.collation, collation);
  const usable = constraints.filter(
    (constraint) =>
      constraint.collation === 'any' ||
      (constraint.collation === 'same' && hasSameCollation) ||
      (constraint.collation === 'none' && !definition.collation),
  );
  if (!isHinted && !isComplete(index, usable, hasSameCollation)) return undefined;
  const bounds = boundsOf(index, usable);
  const order = hasSameCollation
    ? sortDirection(index, bounds.pinned, bounds.depth, bounds.intervals.length, sort)
    : undefined;
  const score = bounds.points * 10 + (bounds.hasRange ? 5 : 0) + (order ? (bounds.depth > 0 ? 7 : 3) : 0);
  return {
    kind: 'index',
    index,
    intervals: bounds.intervals,
    isReverse: order === 'reverse',
    isSorted: order !== undefined,
    score: definition.isUnique && bounds.points === definition.fields.length ? score + 100 : score,
  };
}

/** True when no document that matches can be absent from the index. */
function isComplete(
  index: CollectionIndex,
  constraints: readonly FieldConstraint[],
  hasSameCollation: boolean,
): boolean {
  const { isSparse, isHidden, fields, spec } = index.definition;
  if (isHidden) return false;
  const partial = spec['partialFilterExpression'] as Doc | undefined;
  if (partial && !(hasSameCollation && impliesPartialFilter(constraints, partial))) return false;
  if (!isSparse) return true;
  return constraints.some(
    (constraint) => !constraint.acceptsMissing && fields.some((field) => field.path === constraint.path),
  );
}

interface Bounds {
  readonly intervals: KeyInterval[];
  /** Leading fields that are fixed to one value each. */
  readonly pinned: ReadonlySet<string>;
  /** Leading fields with a constraint. */
  readonly depth: number;
  readonly points: number;
  readonly hasRange: boolean;
}

/** Equalities on the leading fields, then at most one range. */
function boundsOf(index: CollectionIndex, constraints: readonly FieldConstraint[]): Bounds {
  const pinned = new Set<string>();
  const arrays = new Set<string>();
  let prefixes: string[] = [''];
  let depth = 0;
  for (const [position, field] of index.definition.fields.entries()) {
    const own = constraints.filter((constraint) => constraint.path === field.path);
    const isMultikey = index.isMultikeyField[position] === true;
    const root = field.path.split('.')[0] as string;
    // Two fields of one array's documents may be met by two different documents: only the first may narrow.
    if (isMultikey && arrays.has(root)) break;
    if (isMultikey) arrays.add(root);
    const chosen = narrow(own, isMultikey);
    if (!chosen) break;
    const intervals = field.direction < 0 ? chosen.intervals.map(descendingInterval).reverse() : chosen.intervals;
    if (!chosen.isPoints || prefixes.length * intervals.length > MAX_INTERVALS) {
      return { intervals: under(prefixes, intervals), pinned, depth: depth + 1, points: depth, hasRange: true };
    }
    prefixes = prefixes.flatMap((prefix) => intervals.map((interval) => prefix + keyOfPoint(interval)));
    if (intervals.length === 1) pinned.add(field.path);
    depth += 1;
  }
  return { intervals: under(prefixes, [WHOLE]), pinned, depth, points: depth, hasRange: false };
}

/** A point's interval is `[key, key + above-all)`. */
function keyOfPoint(interval: KeyInterval): string {
  return interval.low;
}

function under(prefixes: readonly string[], intervals: readonly KeyInterval[]): KeyInterval[] {
  const all = prefixes.flatMap((prefix) =>
    intervals.map(({ low, high }) => ({ low: prefix + low, high: prefix + high })),
  );
  return all.sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
}

/** One list of intervals for a field. In an array different elements may meet different conditions: then only one counts. */
function narrow(
  constraints: readonly FieldConstraint[],
  isMultikey: boolean,
): { readonly intervals: readonly KeyInterval[]; readonly isPoints: boolean } | undefined {
  const points =
    constraints.find((constraint) => constraint.isPoint) ?? constraints.find((constraint) => constraint.isPoints);
  const best = points ?? constraints[0];
  if (!best || isMultikey || points) return best;
  let intervals = best.intervals;
  for (const constraint of constraints) intervals = intersect(intervals, constraint.intervals);
  return { intervals, isPoints: false };
}

/** Whether walking the index gives the wanted order; only from one interval, or several fixed fields before the sorted ones. */
function sortDirection(
  index: CollectionIndex,
  pinned: ReadonlySet<string>,
  depth: number,
  intervalCount: number,
  sort: readonly SortPart[],
): 'forward' | 'reverse' | undefined {
  const wanted = sort.filter((part) => !pinned.has(part.path));
  if (sort.length === 0 || (intervalCount !== 1 && intervalCount !== 0) || depth - pinned.size > 1) return undefined;
  // A pinned field that is an array sorts by its least element, which need not be the one that matched.
  const isPinnedArray = (path: string) =>
    index.definition.fields.some((field, position) => field.path === path && index.isMultikeyField[position]);
  if (sort.some((part) => pinned.has(part.path) && isPinnedArray(part.path))) return undefined;
  const rest = index.definition.fields
    .map((field, position) => ({ ...field, isMultikey: index.isMultikeyField[position] }))
    .filter(({ path }) => !pinned.has(path));
  let direction: 'forward' | 'reverse' | undefined;
  for (const [position, part] of wanted.entries()) {
    const field = rest[position];
    if (!field || field.path !== part.path || field.isMultikey || part.path.split('.').some(isIndexName))
      return undefined;
    const needed = field.direction === part.direction ? 'forward' : 'reverse';
    if (direction && direction !== needed) return undefined;
    direction = needed;
  }
  return direction ?? 'forward';
}

export function sameCollation(a: Collation | undefined, b: Collation | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
