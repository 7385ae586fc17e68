import { isTruthy } from '../../query/element-tests.ts';
import { type Doc, isDocument } from '../../values/bson-type.ts';
import { location } from '../../values/refusals.ts';
import { compileArguments, isNullish, type OperatorCompiler } from '../expression-scope.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#conditional-expression-operators */
export const conditionalOperators: Readonly<Record<string, OperatorCompiler>> = {
  $cond: (operand, scope, name) => {
    const [condition, whenTrue, whenFalse] = compileArguments(name, condParts(operand), scope, 3);
    return (doc, variables) => (isTruthy(condition?.(doc, variables)) ? whenTrue : whenFalse)?.(doc, variables);
  },
  $ifNull: (operand, scope, name) => {
    if (!Array.isArray(operand) || operand.length < 2) throw location(1257300, '$ifNull needs at least two arguments');
    const args = compileArguments(name, operand, scope, 2, Number.POSITIVE_INFINITY);
    return (doc, variables) => {
      let value: unknown;
      for (const arg of args) {
        value = arg(doc, variables);
        if (!isNullish(value)) return value;
      }
      return value;
    };
  },
  $switch: (operand, scope) => {
    if (!isDocument(operand)) throw location(40060, '$switch requires an object as an argument');
    for (const name of Object.keys(operand)) {
      if (name !== 'branches' && name !== 'default')
        throw location(40067, `$switch found an unknown argument: ${name}`);
    }
    const branches = operand['branches'];
    if (!Array.isArray(branches)) throw location(40061, "$switch expected an array for 'branches'");
    if (branches.length === 0) throw location(40068, '$switch requires at least one branch.');
    const cases = branches.map((branch) => compileBranch(branch, scope));
    const otherwise = Object.hasOwn(operand, 'default') ? scope.compile(operand['default'], scope) : undefined;
    return (doc, variables) => {
      const taken = cases.find((branch) => isTruthy(branch.condition(doc, variables)));
      if (taken) return taken.result(doc, variables);
      if (!otherwise)
        throw location(40066, '$switch could not find a matching branch for an input, and no default was specified.');
      return otherwise(doc, variables);
    };
  },
};

function condParts(operand: unknown): unknown {
  if (!isDocument(operand)) return operand;
  for (const name of Object.keys(operand)) {
    if (!['if', 'then', 'else'].includes(name)) throw location(17083, `Unrecognized parameter to $cond: ${name}`);
  }
  if (!Object.hasOwn(operand, 'if')) throw location(17080, "Missing 'if' parameter to $cond");
  if (!Object.hasOwn(operand, 'then')) throw location(17081, "Missing 'then' parameter to $cond");
  if (!Object.hasOwn(operand, 'else')) throw location(17082, "Missing 'else' parameter to $cond");
  return [operand['if'], operand['then'], operand['else']];
}

function compileBranch(branch: unknown, scope: Parameters<OperatorCompiler>[1]) {
  if (!isDocument(branch)) throw location(40062, '$switch expected each branch to be an object');
  const fields: Doc = branch;
  for (const name of Object.keys(fields)) {
    if (name !== 'case' && name !== 'then')
      throw location(40063, `$switch found an unknown argument to a branch: ${name}`);
  }
  if (!Object.hasOwn(fields, 'case')) throw location(40064, "$switch requires each branch have a 'case' expression");
  if (!Object.hasOwn(fields, 'then')) throw location(40065, "$switch requires each branch have a 'then' expression.");
  return { condition: scope.compile(fields['case'], scope), result: scope.compile(fields['then'], scope) };
}
