import { bsonTypeOf } from '../../values/bson-type.ts';
import type { Collation } from '../../values/collation.ts';
import { encodeKey } from '../../values/key.ts';
import { location } from '../../values/refusals.ts';
import { nullableOperator, type OperatorCompiler, operator } from '../expression-scope.ts';

/** Arrays as sets, order and repeats ignored: https://www.mongodb.com/docs/manual/reference/operator/aggregation/#set-expression-operators */
export const setOperators: Readonly<Record<string, OperatorCompiler>> = {
  $setUnion: nullableOperator(0, Number.POSITIVE_INFINITY, (args, name, scope) => {
    const union = new Map<string, unknown>();
    for (const arg of args)
      for (const [key, value] of asSet(arg, 17043, name, scope.collation)) if (!union.has(key)) union.set(key, value);
    return sorted(union);
  }),
  $setIntersection: nullableOperator(0, Number.POSITIVE_INFINITY, (args, name, scope) => {
    const sets = args.map((arg) => asSet(arg, 17047, name, scope.collation));
    const common = [...(sets[0] ?? [])].filter(([key]) => sets.every((set) => set.has(key)));
    return sorted(new Map(common));
  }),
  $setDifference: nullableOperator(2, 2, ([a, b], name, scope) => {
    const left = asSet(a, 17048, name, scope.collation);
    const right = asSet(b, 17049, name, scope.collation);
    return [...left].filter(([key]) => !right.has(key)).map(([, value]) => value);
  }),
  $setEquals: operator(2, Number.POSITIVE_INFINITY, (args, name, scope) => {
    const [first, ...others] = args.map((arg) => asSet(arg, 17044, name, scope.collation));
    return others.every((set) => set.size === first?.size && [...set.keys()].every((key) => first.has(key)));
  }),
  $setIsSubset: operator(2, 2, ([a, b], name, scope) => {
    const left = asSet(a, 17046, name, scope.collation);
    const right = asSet(b, 17042, name, scope.collation);
    return [...left.keys()].every((key) => right.has(key));
  }),
};

function asSet(value: unknown, code: number, name: string, collation: Collation | undefined): Map<string, unknown> {
  if (!Array.isArray(value))
    throw location(code, `All operands of ${name} must be arrays. One argument is of type: ${bsonTypeOf(value)}`);
  const set = new Map<string, unknown>();
  for (const element of value) {
    const key = encodeKey(element, { collation });
    if (!set.has(key)) set.set(key, element);
  }
  return set;
}

/** In value order, which is the keys' order. */
function sorted(set: ReadonlyMap<string, unknown>): unknown[] {
  return [...set.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
