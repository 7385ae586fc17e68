import { isOperatorDocument } from '../query/field-condition.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { refusal } from '../values/refusals.ts';
import { editPath } from './path-edit.ts';

/**
 * The document an upsert starts from: the filter's equalities, also under `$and`, one-clause `$or` and `$in`, and
 * `$all`/`$eq` with one value. Throws NotSingleValueField (54) when a path is fixed twice.
 */
export function upsertBase(filter: Doc): Doc {
  const equalities = new Map<string, unknown>();
  collect(filter, equalities);
  let base: Doc = {};
  if (equalities.has('_id')) base = { _id: equalities.get('_id') };
  for (const [path, value] of equalities) {
    if (path !== '_id') base = editPath(base, path.split('.'), () => value, 'create');
  }
  return base;
}

/** For a replacement upsert only the filter's `_id` counts. */
export function upsertId(filter: Doc): unknown {
  const equalities = new Map<string, unknown>();
  collect(filter, equalities);
  return equalities.get('_id');
}

function collect(filter: Doc, equalities: Map<string, unknown>): void {
  for (const [name, operand] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(operand)) for (const clause of operand) collect(clause as Doc, equalities);
    else if (name === '$or' && Array.isArray(operand) && operand.length === 1) collect(operand[0] as Doc, equalities);
    else if (!name.startsWith('$')) collectField(name, operand, equalities);
  }
}

function collectField(path: string, operand: unknown, equalities: Map<string, unknown>): void {
  if (bsonTypeOf(operand) === 'regex') return;
  if (bsonTypeOf(operand) !== 'object' || !isOperatorDocument(operand as Doc)) {
    add(path, operand, equalities);
    return;
  }
  for (const [operator, value] of Object.entries(operand as Doc)) {
    if (operator === '$eq') add(path, value, equalities);
    const isSingle = (operator === '$all' || operator === '$in') && Array.isArray(value) && value.length === 1;
    if (!isSingle) continue;
    const only = (value as unknown[])[0];
    const isCondition =
      bsonTypeOf(only) === 'regex' || (bsonTypeOf(only) === 'object' && isOperatorDocument(only as Doc));
    if (!isCondition) add(path, only, equalities);
  }
}

function add(path: string, value: unknown, equalities: Map<string, unknown>): void {
  for (const known of equalities.keys()) {
    if (known === path) throw refusal(54, `cannot infer query fields to set, path '${path}' is matched twice`);
    const [short, long] = known.length < path.length ? [known, path] : [path, known];
    if (long.startsWith(`${short}.`)) {
      throw refusal(54, `cannot infer query fields to set, both paths '${long}' and '${short}' are matched`);
    }
  }
  equalities.set(path, value);
}
