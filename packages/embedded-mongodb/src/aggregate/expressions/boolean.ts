import { isTruthy } from '../../query/element-tests.ts';
import { compileArguments, type OperatorCompiler } from '../expression-scope.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#boolean-expression-operators */
export const booleanOperators: Readonly<Record<string, OperatorCompiler>> = {
  $and: (operand, scope, name) => {
    const args = compileArguments(name, operand, scope, 0, Number.POSITIVE_INFINITY);
    return (doc, variables) => args.every((arg) => isTruthy(arg(doc, variables)));
  },
  $or: (operand, scope, name) => {
    const args = compileArguments(name, operand, scope, 0, Number.POSITIVE_INFINITY);
    return (doc, variables) => args.some((arg) => isTruthy(arg(doc, variables)));
  },
  $not: (operand, scope, name) => {
    const [arg] = compileArguments(name, operand, scope, 1);
    return (doc, variables) => !isTruthy(arg?.(doc, variables));
  },
};
