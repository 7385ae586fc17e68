import { type Doc, isDocument } from '../values/bson-type.ts';
import { location } from '../values/refusals.ts';
import { simpleAccumulators } from './accumulators.ts';
import type { CompileScope, Variables } from './expression-scope.ts';

/** An accumulator's state for one group. */
export interface AccumulatorState {
  add(doc: Doc, variables: Variables): void;
  result(): unknown;
}

export interface CompiledAccumulator {
  /** Begins a group; the first document may fix the accumulator's own arguments. */
  start(first: Doc, variables: Variables): AccumulatorState;
}

/** Compiles `{ $sum: expression }`. Throws Location15952 for unknown accumulators. */
export function compileAccumulator(spec: Doc, scope: CompileScope): CompiledAccumulator {
  const [name, operand] = Object.entries(spec)[0] as [string, unknown];
  if (name === '$count') {
    if (!isDocument(operand) || Object.keys(operand).length > 0)
      throw location(9, '$count takes no arguments, i.e. $count:{}');
    return compileAccumulator({ $sum: 1 }, scope);
  }
  const create = Object.hasOwn(simpleAccumulators, name) ? simpleAccumulators[name] : undefined;
  if (!create) throw location(15952, `unknown group operator '${name}'`);
  if (Array.isArray(operand) && operand.length !== 1)
    throw location(40237, `The ${name} accumulator is a unary operator`);
  const expression = scope.compile(Array.isArray(operand) ? operand[0] : operand, scope);
  return {
    start() {
      const accumulator = create(scope.collation);
      return {
        add: (doc, variables) => accumulator.add(expression(doc, variables)),
        result: () => accumulator.result(),
      };
    },
  };
}
