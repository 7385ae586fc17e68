import { type Doc, isDocument } from './bson-type.ts';
import { getField } from './fields.ts';
import { refusal } from './refusals.ts';

/** Called with a value at a path (`undefined`: missing) and the index within the outermost array met, -1 for none. */
export type PathVisitor = (value: unknown, arrayIndex: number) => boolean;

const numericPart = /^(?:0|[1-9]\d*)$/;

export function isIndexName(part: string): boolean {
  const first = part.charCodeAt(0);
  return first >= 48 && first <= 57 && numericPart.test(part);
}

/**
 * Visits what a query sees at a dotted path until the visitor answers true. Arrays on the way are entered one level
 * (documents in them by name, and by index where the part is a number); scalars in them are passed over.
 * With `expandLeaf` an array at the end is visited element by element, then whole.
 */
export function somePathValue(doc: Doc, parts: readonly string[], expandLeaf: boolean, visit: PathVisitor): boolean {
  return walk(doc, parts, 0, expandLeaf, -1, visit);
}

function walk(
  container: Doc,
  parts: readonly string[],
  depth: number,
  expandLeaf: boolean,
  arrayIndex: number,
  visit: PathVisitor,
): boolean {
  const value = getField(container, parts[depth] as string);
  return visitValue(value, parts, depth + 1, expandLeaf, arrayIndex, visit);
}

function visitValue(
  value: unknown,
  parts: readonly string[],
  depth: number,
  expandLeaf: boolean,
  arrayIndex: number,
  visit: PathVisitor,
): boolean {
  if (Array.isArray(value)) return visitArray(value, parts, depth, expandLeaf, arrayIndex, visit);
  if (depth === parts.length) return visit(value, arrayIndex);
  if (isDocument(value)) return walk(value, parts, depth, expandLeaf, arrayIndex, visit);
  return visit(undefined, arrayIndex);
}

function visitArray(
  array: readonly unknown[],
  parts: readonly string[],
  depth: number,
  expandLeaf: boolean,
  arrayIndex: number,
  visit: PathVisitor,
): boolean {
  if (depth === parts.length) {
    if (expandLeaf) {
      for (let index = 0; index < array.length; index += 1) {
        if (visit(array[index] ?? null, arrayIndex >= 0 ? arrayIndex : index)) return true;
      }
    }
    return visit(array, arrayIndex);
  }
  const part = parts[depth] as string;
  if (isIndexName(part) && Number(part) < array.length) {
    // A position asked for by number is no traversal: its value is not spread, and `$` does not remember it.
    const element = array[Number(part)] ?? null;
    if (depth + 1 === parts.length) {
      if (visit(element, arrayIndex)) return true;
    } else if (
      typeof element === 'object' &&
      visitContainer(element, parts, depth + 1, expandLeaf, arrayIndex, visit)
    ) {
      return true;
    }
  }
  for (let index = 0; index < array.length; index += 1) {
    const element = array[index];
    if (!isDocument(element)) continue;
    if (walk(element, parts, depth, expandLeaf, arrayIndex >= 0 ? arrayIndex : index, visit)) return true;
  }
  return false;
}

/** Only documents and arrays inside an array can be entered further. */
function visitContainer(
  element: unknown,
  parts: readonly string[],
  depth: number,
  expandLeaf: boolean,
  arrayIndex: number,
  visit: PathVisitor,
): boolean {
  if (!Array.isArray(element) && !isDocument(element)) return false;
  return visitValue(element, parts, depth, expandLeaf, arrayIndex, visit);
}

/** Every value a query sees at the path, arrays at the end expanded and whole; `undefined` stands for missing. */
export function valuesAtPath(doc: Doc, path: string): unknown[] {
  const values: unknown[] = [];
  somePathValue(doc, path.split('.'), true, (value) => {
    values.push(value);
    return false;
  });
  return values;
}

export interface IndexValues {
  /** One value per key the document has in an index on the path; never empty. Missing is `undefined`; an empty array too. */
  readonly values: readonly unknown[];
  /** True when an array stood on the path or at its end: the index is multikey. */
  readonly hasArray: boolean;
  /** True when the path leads to nothing at all (what a sparse index leaves out). */
  readonly isMissing: boolean;
}

/** The values an index on the path holds for the document. */
export function indexValuesAtPath(doc: Doc, path: string): IndexValues {
  return collectValues(doc, path, true);
}

/** The values among which a sort takes the least or greatest. */
export function sortValuesAtPath(doc: Doc, path: string): IndexValues {
  return collectValues(doc, path, false);
}

function collectValues(doc: Doc, path: string, asQuery: boolean): IndexValues {
  const found: unknown[] = [];
  const state: CollectState = { hasArray: false, asQuery };
  collectIndexValues(doc, path.split('.'), 0, found, state);
  const isMissing = found.every((value) => value === missingMark);
  const values = found.map((value) => (value === missingMark ? undefined : value === emptyMark ? undefined : value));
  return { values: values.length > 0 ? values : [undefined], hasArray: state.hasArray, isMissing };
}

interface CollectState {
  hasArray: boolean;
  /** Also what only a query sees: documents in an array asked by position lack the position as a name. */
  readonly asQuery: boolean;
}

const missingMark = Symbol('missing');
const emptyMark = Symbol('empty array');

function collectIndexValues(
  container: Doc,
  parts: readonly string[],
  depth: number,
  found: unknown[],
  state: CollectState,
): void {
  const value = getField(container, parts[depth] as string);
  collectFrom(value, parts, depth + 1, found, state);
}

function collectFrom(
  value: unknown,
  parts: readonly string[],
  depth: number,
  found: unknown[],
  state: CollectState,
): void {
  const isLeaf = depth === parts.length;
  if (Array.isArray(value)) {
    state.hasArray = true;
    if (isLeaf) {
      if (value.length === 0) found.push(emptyMark);
      for (const element of value) found.push(element);
      return;
    }
    const part = parts[depth] as string;
    const isPosition = isIndexName(part) && Number(part) < value.length;
    const before = found.length;
    if (isPosition) collectElement(value[Number(part)], parts, depth + 1, found, state);
    if (isPosition && !state.asQuery && value.some((element) => isDocument(element) && Object.hasOwn(element, part))) {
      throw refusal(
        16746,
        `Ambiguous field name found in array (do not use numeric field names in embedded elements in an array), field: '${part}'`,
      );
    }
    for (const element of value) {
      if (isDocument(element) && (!isPosition || Object.hasOwn(element, part))) {
        collectIndexValues(element, parts, depth, found, state);
      } else if (!isPosition || (state.asQuery && isDocument(element))) {
        found.push(missingMark);
      }
    }
    if (found.length === before) found.push(missingMark);
    return;
  }
  if (isLeaf) found.push(value === undefined ? missingMark : value);
  else if (isDocument(value)) collectIndexValues(value, parts, depth, found, state);
  else found.push(missingMark);
}

/** An element reached by its number is not spread when the path ends there; deeper it goes on as usual. */
function collectElement(
  value: unknown,
  parts: readonly string[],
  depth: number,
  found: unknown[],
  state: CollectState,
): void {
  if (depth === parts.length) found.push(value ?? null);
  else if (Array.isArray(value) || isDocument(value)) collectFrom(value, parts, depth, found, state);
  else found.push(missingMark);
}
