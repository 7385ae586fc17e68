import { Int32 } from 'bson';
import { isTruthy } from '../../query/element-tests.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { compareValues } from '../../values/compare.ts';
import { putField } from '../../values/fields.ts';
import { toDouble } from '../../values/numeric.ts';
import { location } from '../../values/refusals.ts';
import { isNullish, nullableOperator, type OperatorCompiler, operator } from '../expression-scope.ts';

/** Array operators over evaluated arguments: https://www.mongodb.com/docs/manual/reference/operator/aggregation/#array-expression-operators */
export const arrayOperators: Readonly<Record<string, OperatorCompiler>> = {
  $size: operator(1, 1, ([array]) => {
    if (!Array.isArray(array))
      throw location(17124, `The argument to $size must be an array, but was of type: ${bsonTypeOf(array)}`);
    return new Int32(array.length);
  }),
  $arrayElemAt: nullableOperator(2, 2, ([array, index]) => {
    if (!Array.isArray(array))
      throw location(28689, `$arrayElemAt's first argument must be an array, but is ${bsonTypeOf(array)}`);
    if (!isNumeric(index))
      throw location(28690, `$arrayElemAt's second argument must be a numeric value, but is ${bsonTypeOf(index)}`);
    const position = toDouble(index);
    if (!Number.isInteger(position))
      throw location(28691, `$arrayElemAt's second argument must be representable as a 32-bit integer: ${position}`);
    return array.at(position);
  }),
  $first: endOf(0),
  $last: endOf(-1),
  $in: operator(2, 2, ([value, array], _name, scope) => {
    if (!Array.isArray(array))
      throw location(40081, `$in requires an array as a second argument, found: ${bsonTypeOf(array)}`);
    return array.some((element) => compareValues(element, value, scope.collation) === 0);
  }),
  $isArray: operator(1, 1, ([value]) => Array.isArray(value)),
  $concatArrays: nullableOperator(0, Number.POSITIVE_INFINITY, (args) =>
    args.flatMap((arg) => {
      if (!Array.isArray(arg)) throw location(28664, `$concatArrays only supports arrays, not ${bsonTypeOf(arg)}`);
      return arg;
    }),
  ),
  $reverseArray: nullableOperator(1, 1, ([array]) => {
    if (!Array.isArray(array))
      throw location(34435, `The argument to $reverseArray must be an array, but was of type: ${bsonTypeOf(array)}`);
    return [...array].reverse();
  }),
  $slice: nullableOperator(2, 3, ([array, second, third]) => {
    if (!Array.isArray(array))
      throw location(28724, `First argument to $slice must be an array, but is of type: ${bsonTypeOf(array)}`);
    const first = requireInteger(second, 28725, 28726, 'Second argument to $slice');
    if (third === undefined) return first >= 0 ? array.slice(0, first) : array.slice(first);
    const count = requireInteger(third, 28727, 28728, 'Third argument to $slice');
    if (count <= 0) throw location(28729, `Third argument to $slice must be positive: ${count}`);
    const start = first < 0 ? Math.max(0, array.length + first) : first;
    return array.slice(start, start + count);
  }),
  $indexOfArray: operator(2, 4, ([array, value, start, end], _name, scope) => {
    if (isNullish(array)) return null;
    if (!Array.isArray(array))
      throw location(40090, `$indexOfArray requires an array as a first argument, found: ${bsonTypeOf(array)}`);
    const from = start === undefined ? 0 : requireBound(start, 'starting');
    const to = Math.min(array.length, end === undefined ? array.length : requireBound(end, 'ending'));
    for (let at = from; at < to; at += 1)
      if (compareValues(array[at], value, scope.collation) === 0) return new Int32(at);
    return new Int32(-1);
  }),
  $range: operator(2, 3, ([start, end, step]) => {
    const from = requireInteger(start, 34443, 34444, "$range's start");
    const to = requireInteger(end, 34445, 34446, "$range's end");
    const by = step === undefined ? 1 : requireInteger(step, 34447, 34448, "$range's step");
    if (by === 0) throw location(34449, '$range requires a non-zero step value');
    const length = Math.max(0, Math.ceil((to - from) / by));
    // mongod stops at 100 MB.
    if (length > 5_000_000) throw location(146, `$range would make ${length} elements, which exceeds the memory limit`);
    return Array.from({ length }, (_, index) => new Int32(from + index * by));
  }),
  $arrayToObject: nullableOperator(1, 1, ([array]) => {
    if (!Array.isArray(array))
      throw location(40386, `$arrayToObject requires an array input, found: ${bsonTypeOf(array)}`);
    const made: Doc = {};
    for (const entry of array) {
      const [key, value] = pairOf(entry, array[0]);
      putField(made, key, value);
    }
    return made;
  }),
  $anyElementTrue: operator(1, 1, ([array]) => {
    if (!Array.isArray(array))
      throw location(17041, `$anyElementTrue's argument must be an array, but is ${bsonTypeOf(array)}`);
    return array.some(isTruthy);
  }),
  $allElementsTrue: operator(1, 1, ([array]) => {
    if (!Array.isArray(array))
      throw location(17040, `$allElementsTrue's argument must be an array, but is ${bsonTypeOf(array)}`);
    return array.every(isTruthy);
  }),
};

function endOf(index: 0 | -1): OperatorCompiler {
  return nullableOperator(1, 1, ([array], name) => {
    if (!Array.isArray(array))
      throw location(28689, `${name}'s argument must be an array, but is ${bsonTypeOf(array)}`);
    return array.at(index);
  });
}

function requireInteger(value: unknown, notNumber: number, notInteger: number, what: string): number {
  if (!isNumeric(value))
    throw location(notNumber, `${what} must be a numeric value, but is of type: ${bsonTypeOf(value)}`);
  const number = toDouble(value);
  if (!Number.isInteger(number) || Math.abs(number) > 2 ** 31)
    throw location(notInteger, `${what} can't be represented as a 32-bit integer: ${number}`);
  return number;
}

function requireBound(value: unknown, which: string): number {
  const number = requireInteger(value, 40096, 40096, `$indexOfArray requires an integral ${which} index, which`);
  if (number < 0) throw location(40097, `$indexOfArray requires a nonnegative ${which} index, found: ${number}`);
  return number;
}

/** One entry of `$arrayToObject`: `[k, v]` or `{ k, v }`, all of the form of the first. */
function pairOf(entry: unknown, first: unknown): [string, unknown] {
  if (Array.isArray(entry)) {
    if (!Array.isArray(first))
      throw location(
        40391,
        '$arrayToObject requires a consistent input format. Elements must all be arrays or all be objects',
      );
    if (entry.length !== 2)
      throw location(40397, `$arrayToObject requires an array of size 2 arrays,found array of size: ${entry.length}`);
    if (typeof entry[0] !== 'string')
      throw location(
        40395,
        `$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: ${bsonTypeOf(entry[0])}`,
      );
    return [entry[0], entry[1] ?? null];
  }
  if (!isDocument(entry))
    throw location(40398, `Unrecognised input type format for $arrayToObject: ${bsonTypeOf(entry)}`);
  if (Array.isArray(first))
    throw location(
      40396,
      '$arrayToObject requires a consistent input format. Elements must all be arrays or all be objects',
    );
  if (Object.keys(entry).length !== 2)
    throw location(40392, "$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys");
  if (!Object.hasOwn(entry, 'k') || !Object.hasOwn(entry, 'v'))
    throw location(40393, "$arrayToObject requires an object with keys 'k' and 'v'.");
  if (typeof entry['k'] !== 'string')
    throw location(
      40394,
      `$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found type: ${bsonTypeOf(entry['k'])}`,
    );
  return [entry['k'], entry['v']];
}
