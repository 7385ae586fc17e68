import { type Doc, isDocument } from '../values/bson-type.ts';
import { getField, plainDocument, withField, withoutField } from '../values/fields.ts';
import { isIndexName } from '../values/paths.ts';
import { badValue, refusal } from '../values/refusals.ts';

/** What an operator wants at a path: a new value, nothing changed, or the field gone. */
export const keep = Symbol('keep');
export const remove = Symbol('remove');

/** Gives the new value for the present one; `undefined` stands for missing. */
export type Edit = (value: unknown) => unknown;

// mongod refuses to fill an array with more nulls than this.
const maxPadding = 1_500_000;

/**
 * A document in which the value at the path was edited; unchanged parts are shared with the input. Missing parents are
 * made as documents when `creates`. Throws PathNotViable (28) when a parent is no document or an array is asked by name.
 */
export function editPath(doc: Doc, path: readonly string[], edit: Edit, creates: boolean): Doc {
  return editDocument(doc, path, 0, edit, creates);
}

function editDocument(doc: Doc, path: readonly string[], depth: number, edit: Edit, creates: boolean): Doc {
  const name = path[depth] as string;
  const present = getField(doc, name);
  const next = editChild(doc, present, path, depth, edit, creates);
  if (next === keep || (next === present && present !== undefined)) return doc;
  return next === remove ? withoutField(doc, name) : withField(doc, name, next);
}

function editArray(
  array: readonly unknown[],
  path: readonly string[],
  depth: number,
  edit: Edit,
  creates: boolean,
): unknown {
  const name = path[depth] as string;
  if (!isIndexName(name)) {
    if (!creates) return keep;
    throw refusal(28, `Cannot create field '${name}' in element {${path[depth - 1]}: ${preview(array)}}`);
  }
  const index = Number(name);
  const present = index < array.length ? (array[index] ?? null) : undefined;
  const next = editChild(array, present, path, depth, edit, creates);
  if (next === keep || (next === present && present !== undefined)) return keep;
  const copy = [...array];
  if (next === remove) {
    // $unset leaves null in an array, so that the other elements keep their places.
    if (index < array.length) copy[index] = null;
    return copy;
  }
  if (index - copy.length > maxPadding)
    throw badValue(`Cannot expand array to size ${index + 1}: too many null elements`);
  while (copy.length < index) copy.push(null);
  copy[index] = next;
  return copy;
}

function editChild(
  parent: unknown,
  present: unknown,
  path: readonly string[],
  depth: number,
  edit: Edit,
  creates: boolean,
): unknown {
  if (depth === path.length - 1) return edit(present);
  if (present === undefined) {
    if (!creates) return keep;
    const made = editDocument({}, path, depth + 1, edit, creates);
    return Object.keys(made).length === 0 ? keep : made;
  }
  if (Array.isArray(present)) return editArray(present, path, depth + 1, edit, creates);
  if (isDocument(present)) {
    const next = editDocument(present, path, depth + 1, edit, creates);
    return next === present ? keep : next;
  }
  if (!creates) return keep;
  const name = Array.isArray(parent) ? String(path[depth]) : path[depth];
  throw refusal(28, `Cannot create field '${path[depth + 1]}' in element {${name}: ${preview(present)}}`);
}

/** The value at a concrete path (array positions by number), `undefined` when missing. */
export function valueAtPath(doc: Doc, path: readonly string[]): unknown {
  let value: unknown = doc;
  for (const part of path) {
    if (Array.isArray(value)) value = isIndexName(part) ? value[Number(part)] : undefined;
    else if (isDocument(value)) value = getField(value, part);
    else return undefined;
  }
  return value;
}

/** A value as MongoDB's messages show it. */
export function preview(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[ ${value.map(preview).join(', ')} ]`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (isDocument(value)) {
    const inner = Object.entries(plainDocument(value)).map(([name, field]) => `${name}: ${preview(field)}`);
    return `{ ${inner.join(', ')} }`;
  }
  const wrapper = value as { _bsontype?: string };
  return wrapper._bsontype === 'ObjectId' ? `ObjectId('${String(value)}')` : String(value);
}
