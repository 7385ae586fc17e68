import { type Doc, isDocument } from '../values/bson-type.ts';
import { getField, withField, withoutField } from '../values/fields.ts';
import { isIndexName } from '../values/paths.ts';
import { preview } from '../values/preview.ts';
import { badValue, refusal } from '../values/refusals.ts';

/** What an operator wants at a path: a new value, nothing changed, or the field gone. */
export const keep = Symbol('keep');
export const remove = Symbol('remove');

/** Gives the new value for the present one; `undefined` stands for missing. */
export type Edit = (value: unknown) => unknown;

// mongod refuses to fill an array with more nulls than this.
const maxPadding = 1_500_000;

/** What happens where the path leads nowhere: make its parents, refuse parents that cannot have it, or leave it. */
export type MissingRule = 'create' | 'refuse' | 'ignore';

/**
 * A document in which the value at the path was edited; unchanged parts are shared with the input. Throws PathNotViable
 * (28), unless the rule is to ignore it, when a parent is no document or an array is asked by name.
 */
export function editPath(doc: Doc, path: readonly string[], edit: Edit, rule: MissingRule): Doc {
  return editDocument(doc, path, 0, edit, rule);
}

function editDocument(doc: Doc, path: readonly string[], depth: number, edit: Edit, rule: MissingRule): Doc {
  const name = path[depth] as string;
  const present = getField(doc, name);
  const next = editChild(present, path, depth, edit, rule);
  if (next === keep || (next === present && present !== undefined)) return doc;
  return next === remove ? withoutField(doc, name) : withField(doc, name, next);
}

function editArray(
  array: readonly unknown[],
  path: readonly string[],
  depth: number,
  edit: Edit,
  rule: MissingRule,
): unknown {
  const name = path[depth] as string;
  if (!isIndexName(name)) {
    return notViable(array, path, depth, rule);
  }
  const index = Number(name);
  const present = index < array.length ? (array[index] ?? null) : undefined;
  const next = editChild(present, path, depth, edit, rule);
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

function editChild(present: unknown, path: readonly string[], depth: number, edit: Edit, rule: MissingRule): unknown {
  if (depth === path.length - 1) return edit(present);
  if (present === undefined) {
    if (rule !== 'create') return keep;
    const made = editDocument({}, path, depth + 1, edit, rule);
    return Object.keys(made).length === 0 ? keep : made;
  }
  if (Array.isArray(present)) return editArray(present, path, depth + 1, edit, rule);
  if (isDocument(present)) {
    const next = editDocument(present, path, depth + 1, edit, rule);
    return next === present ? keep : next;
  }
  return notViable(present, path, depth + 1, rule);
}

/** The part at `depth` cannot be a field of the element. */
function notViable(element: unknown, path: readonly string[], depth: number, rule: MissingRule): typeof keep {
  if (rule === 'ignore') return keep;
  const shown = `{${path[depth - 1]}: ${preview(element)}}`;
  if (rule === 'create') throw refusal(28, `Cannot create field '${path[depth]}' in element ${shown}`);
  throw refusal(28, `Cannot use the part (${path[depth]}) of (${path.join('.')}) to traverse the element (${shown})`);
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
