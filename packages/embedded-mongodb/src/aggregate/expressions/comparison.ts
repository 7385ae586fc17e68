import { Int32 } from 'bson';
import { compareValues } from '../../values/compare.ts';
import { type OperatorCompiler, operator } from '../expression-scope.ts';

/** Comparisons over all types in BSON order: https://www.mongodb.com/docs/manual/reference/operator/aggregation/#comparison-expression-operators */
export const comparisonOperators: Readonly<Record<string, OperatorCompiler>> = {
  $eq: comparing((order) => order === 0),
  $ne: comparing((order) => order !== 0),
  $gt: comparing((order) => order > 0),
  $gte: comparing((order) => order >= 0),
  $lt: comparing((order) => order < 0),
  $lte: comparing((order) => order <= 0),
  $cmp: comparing((order) => new Int32(Math.sign(order))),
};

function comparing(answer: (order: number) => unknown): OperatorCompiler {
  return operator(2, 2, ([a, b], _name, scope) => answer(compareValues(a, b, scope.collation)));
}
