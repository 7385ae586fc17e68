import { type Doc, isDocument, isNumeric } from './bson-type.ts';
import type { Collation } from './collation.ts';
import { compareValues } from './compare.ts';
import { getField } from './fields.ts';
import { encodeCompoundKey } from './key.ts';
import { textScoreOf } from './metadata.ts';
import { toDouble } from './numeric.ts';
import { sortValuesAtPath } from './paths.ts';
import { badValue, location } from './refusals.ts';
import { sortTuples } from './sort-tuples.ts';

export interface SortPart {
  readonly path: string;
  readonly direction: 1 | -1;
}

/** Checks a sort document. Throws BadValue or Location15974/15975 as MongoDB does. */
export function parseSort(spec: unknown): SortPart[] {
  if (!isDocument(spec)) throw badValue('sort specification must be an object');
  return Object.keys(spec).map((path) => {
    const direction = spec[path];
    if (path === '') throw location(40353, 'FieldPath must not be empty');
    if (path.startsWith('$'))
      throw location(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField. Found: ${path}`,
      );
    if (isDocument(direction)) return metaPart(direction);
    if (!isNumeric(direction)) throw location(15974, `Illegal key in $sort specification: ${path}`);
    const order = toDouble(direction);
    if (order !== 1 && order !== -1)
      throw location(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    return { path, direction: order };
  });
}

// No field has this name, so no index can serve the order.
const TEXT_SCORE = '$meta:textScore';

function metaPart(spec: Doc): SortPart {
  if (Object.keys(spec).join() !== '$meta') throw location(17312, '$meta is the only expression supported by $sort');
  if (spec['$meta'] !== 'textScore') throw location(31138, `Illegal $meta sort: ${String(spec['$meta'])}`);
  return { path: TEXT_SCORE, direction: -1 };
}

function requireTextScore(doc: Doc): number {
  const score = textScoreOf(doc);
  if (score === undefined) throw location(40218, 'query requires text score metadata, but it is not available');
  return score;
}

/** The value a document sorts by: the least (ascending) or greatest (descending) of an array's; missing as null. */
export function sortValue(doc: Doc, part: SortPart, collation?: Collation): unknown {
  if (part.path === TEXT_SCORE) return requireTextScore(doc);
  if (!part.path.includes('.')) {
    const direct = Object.hasOwn(doc, part.path) ? doc[part.path] : null;
    if (!Array.isArray(direct)) return direct === undefined ? null : direct;
  }
  const { values, hasArray, isMissing } = sortValuesAtPath(doc, part.path);
  if (isMissing) return null;
  if (!hasArray) return values[0];
  let best = values[0];
  for (const value of values) {
    if (compareValues(value, best, collation) * part.direction < 0) best = value;
  }
  return best;
}

/**
 * The values a document sorts by under several fields. Where two of them lead into one array, they come from the one
 * element that is least in the order asked for. Throws BadValue for two different arrays.
 */
export function sortValues(doc: Doc, parts: readonly SortPart[], collation?: Collation): unknown[] {
  const arrays = parts.length < 2 ? 0 : parts.filter((part) => hasArray(doc, part.path)).length;
  if (arrays < 2) return parts.map((part) => sortValue(doc, part, collation));
  const tuples = sortTuples(
    doc,
    parts.map((part) => part.path.split('.')),
  );
  return tuples.reduce((best, tuple) => (compareTuples(tuple, best, parts, collation) < 0 ? tuple : best));
}

function hasArray(doc: Doc, path: string): boolean {
  return path.includes('.') ? sortValuesAtPath(doc, path).hasArray : Array.isArray(getField(doc, path));
}

function compareTuples(
  a: readonly unknown[],
  b: readonly unknown[],
  parts: readonly SortPart[],
  collation?: Collation,
): number {
  for (let index = 0; index < parts.length; index += 1) {
    const order = compareValues(a[index], b[index], collation);
    if (order !== 0) return order * (parts[index] as SortPart).direction;
  }
  return 0;
}

/** Compares documents by a sort document such as `{ a: 1, 'b.c': -1 }`; equal documents keep their order in a stable sort. */
export function compileSort(spec: unknown, collation?: Collation): (a: Doc, b: Doc) => number {
  const parts = parseSort(spec);
  return (a, b) => compareTuples(sortValues(a, parts, collation), sortValues(b, parts, collation), parts, collation);
}

/** The documents in order; each document's sort values are taken once. */
export function sortDocuments(docs: Iterable<Doc>, spec: unknown, collation?: Collation): Doc[] {
  const parts = parseSort(spec);
  if (collation) return sortByKey(docs, parts, collation);
  const rows = Array.from(docs, (doc) => ({ doc, values: sortValues(doc, parts) }));
  rows.sort((a, b) => compareTuples(a.values, b.values, parts));
  return rows.map((row) => row.doc);
}

/** Under a collation the keys are made once: comparing would fold both strings every time. */
function sortByKey(docs: Iterable<Doc>, parts: readonly SortPart[], collation: Collation): Doc[] {
  const directions = parts.map((part) => part.direction);
  const rows = Array.from(docs, (doc) => ({
    doc,
    key: encodeCompoundKey(sortValues(doc, parts, collation), directions, collation),
  }));
  rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return rows.map((row) => row.doc);
}
