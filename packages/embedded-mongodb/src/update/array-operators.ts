import { rootVariables } from '../aggregate/expressions.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { compileFieldCondition, isOperatorDocument } from '../query/field-condition.ts';
import { bsonTypeOf, type Doc, isNumeric } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { compareValues, valuesEqual } from '../values/compare.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import { preview } from '../values/preview.ts';
import { badValue, failedToParse, typeMismatch } from '../values/refusals.ts';
import { compileSort } from '../values/sort.ts';
import type { ApplyContext, CompiledModifier, ModifierCompiler, ModifierScope } from './modifier.ts';
import { keep } from './path-edit.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/update-array/ */
export const arrayModifiers: Readonly<Record<string, ModifierCompiler>> = {
  $push: compilePush,
  $addToSet: compileAddToSet,
  $pop: compilePop,
  $pull: compilePull,
  $pullAll: compilePullAll,
};

function isEach(operand: unknown): operand is Doc {
  return bsonTypeOf(operand) === 'object' && Object.hasOwn(operand as Doc, '$each');
}

function compilePush(path: readonly string[], operand: unknown, scope: ModifierScope): CompiledModifier {
  const plan = isEach(operand) ? parsePush(operand, scope) : singlePush(operand);
  return {
    missing: 'create',
    edit(value, context) {
      if (value !== undefined && !Array.isArray(value)) throw notAnArray(path, value, context);
      const array = value ?? [];
      const inserted = plan.each.length === 0 ? array : insertAt(array, plan.each, plan.position);
      const sorted = plan.sort ? [...inserted].sort(plan.sort) : inserted;
      return plan.slice === undefined ? sorted : sliced(sorted, plan.slice);
    },
  };
}

function notAnArray(path: readonly string[], value: unknown, context: ApplyContext): Error {
  return badValue(
    `The field '${path.join('.')}' must be an array but is of type ${bsonTypeOf(value)} in document {_id: ${preview(context.doc['_id'])}}`,
  );
}

interface PushPlan {
  readonly each: readonly unknown[];
  readonly position?: number | undefined;
  readonly slice?: number | undefined;
  readonly sort?: ((a: unknown, b: unknown) => number) | undefined;
}

function singlePush(operand: unknown): PushPlan {
  if (bsonTypeOf(operand) === 'object') {
    const modifier = Object.keys(operand as Doc).find((name) => ['$slice', '$sort', '$position'].includes(name));
    if (modifier)
      throw badValue(`The dollar ($) prefixed field '${modifier}' in '' is not valid for storage without $each.`);
  }
  return { each: [operand] };
}

function parsePush(operand: Doc, scope: ModifierScope): PushPlan {
  for (const name of Object.keys(operand)) {
    if (!['$each', '$slice', '$sort', '$position'].includes(name))
      throw badValue(`Unrecognized clause in $push: ${name}`);
  }
  const each = operand['$each'];
  if (!Array.isArray(each))
    throw badValue(`The argument to $each in $push must be an array but it was of type: ${bsonTypeOf(each)}`);
  return {
    each,
    position: optionalInteger('$position', operand),
    slice: optionalInteger('$slice', operand),
    sort: Object.hasOwn(operand, '$sort') ? pushSort(operand['$sort'], scope.collation) : undefined,
  };
}

function optionalInteger(name: string, operand: Doc): number | undefined {
  if (!Object.hasOwn(operand, name)) return undefined;
  const value = operand[name];
  const number = isNumeric(value) ? toDouble(value) : Number.NaN;
  if (!Number.isInteger(number)) {
    throw badValue(`The value for ${name} must be an integer value but was given type: ${bsonTypeOf(value)}`);
  }
  return number;
}

function pushSort(spec: unknown, collation: Collation | undefined): (a: unknown, b: unknown) => number {
  if (isNumeric(spec)) {
    const direction = toDouble(spec);
    if (direction !== 1 && direction !== -1) throw badValue('The $sort element value must be either 1 or -1');
    return (a, b) => compareValues(a, b, collation) * direction;
  }
  if (bsonTypeOf(spec) !== 'object')
    throw badValue('The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields');
  if (Object.keys(spec as Doc).length === 0)
    throw badValue('The $sort pattern is empty when it should be a set of fields.');
  for (const [name, direction] of Object.entries(spec as Doc)) {
    if (!isNumeric(direction) || Math.abs(toDouble(direction)) !== 1)
      throw badValue('The $sort element value must be either 1 or -1');
    if (name === '' || name.split('.').includes(''))
      throw badValue(`The $sort field is a dotted field but has an empty part: ${name}`);
  }
  const byFields = compileSort(spec, collation);
  const asDocument = (value: unknown): Doc => (bsonTypeOf(value) === 'object' ? (value as Doc) : {});
  return (a, b) => byFields(asDocument(a), asDocument(b));
}

function insertAt(array: readonly unknown[], each: readonly unknown[], position: number | undefined): unknown[] {
  if (position === undefined || position >= array.length) return [...array, ...each];
  const at = position < 0 ? Math.max(0, array.length + position) : position;
  return [...array.slice(0, at), ...each, ...array.slice(at)];
}

function sliced(array: readonly unknown[], slice: number): unknown[] {
  if (slice === 0) return [];
  return slice > 0 ? array.slice(0, slice) : array.slice(slice);
}

function compileAddToSet(path: readonly string[], operand: unknown, scope: ModifierScope): CompiledModifier {
  let additions: readonly unknown[] = [operand];
  if (isEach(operand)) {
    const each = operand['$each'];
    if (!Array.isArray(each))
      throw typeMismatch(`The argument to $each in $addToSet must be an array but it was of type ${bsonTypeOf(each)}`);
    const extra = Object.keys(operand).find((name) => name !== '$each');
    if (extra) throw badValue(`Found unexpected fields after $each in $addToSet: ${preview(operand)}`);
    additions = each;
  }
  const key = (value: unknown): string => encodeKey(value, { collation: scope.collation });
  return {
    missing: 'create',
    edit(value, context) {
      if (value !== undefined && !Array.isArray(value)) {
        throw badValue(
          `Cannot apply $addToSet to non-array field. Field named '${path.at(-1)}' has non-array type ${bsonTypeOf(value)} in document {_id: ${preview(context.doc['_id'])}}`,
        );
      }
      const seen = new Set((value ?? []).map(key));
      const added = additions.filter((addition) => {
        const own = key(addition);
        return !seen.has(own) && seen.add(own);
      });
      return added.length === 0 && value !== undefined ? keep : [...(value ?? []), ...added];
    },
  };
}

function compilePop(path: readonly string[], operand: unknown): CompiledModifier {
  const end = isNumeric(operand) ? toDouble(operand) : Number.NaN;
  if (Number.isNaN(end)) throw failedToParse(`Expected a number in: ${path.join('.')}: ${preview(operand)}`);
  if (end !== 1 && end !== -1) throw failedToParse(`$pop expects 1 or -1, found: ${preview(operand)}`);
  return {
    missing: 'refuse',
    edit(value) {
      if (value === undefined) return keep;
      if (!Array.isArray(value))
        throw typeMismatch(`Path '${path.join('.')}' contains an element of non-array type '${bsonTypeOf(value)}'`);
      if (value.length === 0) return keep;
      return end === 1 ? value.slice(0, -1) : value.slice(1);
    },
  };
}

function pulling(shouldGo: (element: unknown) => boolean, name: string): CompiledModifier {
  return {
    missing: 'refuse',
    edit(value) {
      if (value === undefined) return keep;
      if (!Array.isArray(value)) throw badValue(`Cannot apply ${name} to a non-array value`);
      const left = value.filter((element) => !shouldGo(element ?? null));
      return left.length === value.length ? keep : left;
    },
  };
}

/** A document condition is a filter on the elements' fields; an operator document or regex judges the element itself. */
function compilePull(_path: readonly string[], operand: unknown, scope: ModifierScope): CompiledModifier {
  const { collation } = scope;
  if (bsonTypeOf(operand) === 'object' && !isOperatorDocument(operand as Doc)) {
    const filter = compileFilter(operand, { collation });
    return pulling((element) => bsonTypeOf(element) === 'object' && filter.matches(element as Doc), '$pull');
  }
  if (
    bsonTypeOf(operand) === 'object' &&
    ['$and', '$or', '$nor', '$expr'].includes(Object.keys(operand as Doc)[0] ?? '')
  ) {
    const filter = compileFilter(operand, { collation });
    return pulling((element) => bsonTypeOf(element) === 'object' && filter.matches(element as Doc), '$pull');
  }
  if (bsonTypeOf(operand) === 'object' || bsonTypeOf(operand) === 'regex') {
    const variables = rootVariables({ now: new Date(0), collation });
    const predicate = compileFieldCondition(operand, { collation, variables }).at('element');
    return pulling((element) => predicate({ element }, null), '$pull');
  }
  return pulling((element) => valuesEqual(element, operand, collation), '$pull');
}

function compilePullAll(_path: readonly string[], operand: unknown, scope: ModifierScope): CompiledModifier {
  if (!Array.isArray(operand))
    throw badValue(`$pullAll requires an array argument but was given a ${bsonTypeOf(operand)}`);
  const key = (value: unknown): string => encodeKey(value, { collation: scope.collation });
  const unwanted = new Set(operand.map(key));
  return pulling((element) => unwanted.has(key(element)), '$pull');
}
