import { Int32 } from 'bson';
import { bsonTypeOf, isNumeric } from '../../values/bson-type.ts';
import { compareValues } from '../../values/compare.ts';
import { toDouble } from '../../values/numeric.ts';
import { location } from '../../values/refusals.ts';
import { isNullish, type OperatorCompiler, operator } from '../expression-scope.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#array-expression-operators */
export const arrayOperators: Readonly<Record<string, OperatorCompiler>> = {
  $size: operator(1, 1, ([array]) => {
    if (!Array.isArray(array))
      throw location(17124, `The argument to $size must be an array, but was of type: ${bsonTypeOf(array)}`);
    return new Int32(array.length);
  }),
  $arrayElemAt: operator(2, 2, ([array, index]) => {
    if (isNullish(array) || isNullish(index)) return null;
    if (!Array.isArray(array))
      throw location(28689, `$arrayElemAt's first argument must be an array, but is ${bsonTypeOf(array)}`);
    if (!isNumeric(index))
      throw location(28690, `$arrayElemAt's second argument must be a numeric value, but is ${bsonTypeOf(index)}`);
    const position = toDouble(index);
    if (!Number.isInteger(position))
      throw location(28691, `$arrayElemAt's second argument must be representable as a 32-bit integer: ${position}`);
    return array.at(position);
  }),
  $in: operator(2, 2, ([value, array], _name, scope) => {
    if (!Array.isArray(array))
      throw location(40081, `$in requires an array as a second argument, found: ${bsonTypeOf(array)}`);
    return array.some((element) => compareValues(element, value, scope.collation) === 0);
  }),
  $isArray: operator(1, 1, ([value]) => Array.isArray(value)),
};
