import { type Doc, isDocument, isNumeric } from './bson-type.ts';
import type { Collation } from './collation.ts';
import { compareValues } from './compare.ts';
import { encodeCompoundKey } from './key.ts';
import { toDouble } from './numeric.ts';
import { sortValuesAtPath } from './paths.ts';
import { badValue, location } from './refusals.ts';

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
    if (isDocument(direction)) throw location(17312, `$meta sort is not supported (field "${path}")`);
    if (!isNumeric(direction)) throw location(15974, `Illegal key in $sort specification: ${path}`);
    const order = toDouble(direction);
    if (order !== 1 && order !== -1)
      throw location(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    return { path, direction: order };
  });
}

/** The value a document sorts by: the least (ascending) or greatest (descending) of an array's; missing as null. */
export function sortValue(doc: Doc, part: SortPart, collation?: Collation): unknown {
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

/** Compares documents by a sort document such as `{ a: 1, 'b.c': -1 }`; equal documents keep their order in a stable sort. */
export function compileSort(spec: unknown, collation?: Collation): (a: Doc, b: Doc) => number {
  const parts = parseSort(spec);
  return (a, b) => {
    for (const part of parts) {
      const order = compareValues(sortValue(a, part, collation), sortValue(b, part, collation), collation);
      if (order !== 0) return order * part.direction;
    }
    return 0;
  };
}

/** The documents in order; each document's sort values are taken once. */
export function sortDocuments(docs: Iterable<Doc>, spec: unknown, collation?: Collation): Doc[] {
  const parts = parseSort(spec);
  const valuesOf = (doc: Doc): unknown[] => parts.map((part) => sortValue(doc, part, collation));
  return collation ? sortByKey(docs, valuesOf, parts, collation) : sortByValue(docs, valuesOf, parts);
}

function sortByValue(docs: Iterable<Doc>, valuesOf: (doc: Doc) => unknown[], parts: readonly SortPart[]): Doc[] {
  const rows = Array.from(docs, (doc) => ({ doc, values: valuesOf(doc) }));
  rows.sort((a, b) => {
    for (let index = 0; index < parts.length; index += 1) {
      const order = compareValues(a.values[index], b.values[index]);
      if (order !== 0) return order * (parts[index] as SortPart).direction;
    }
    return 0;
  });
  return rows.map((row) => row.doc);
}

/** Under a collation the keys are made once: comparing would fold both strings every time. */
function sortByKey(
  docs: Iterable<Doc>,
  valuesOf: (doc: Doc) => unknown[],
  parts: readonly SortPart[],
  collation: Collation,
): Doc[] {
  const directions = parts.map((part) => part.direction);
  const rows = Array.from(docs, (doc) => ({ doc, key: encodeCompoundKey(valuesOf(doc), directions, collation) }));
  rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return rows.map((row) => row.doc);
}
