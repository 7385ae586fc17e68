import { type AccumulatorFactory, simpleAccumulators } from '../accumulators.ts';
import { compileArguments, type OperatorCompiler } from '../expression-scope.ts';
import { compilePercentile } from '../percentile.ts';

/** Accumulators used as expressions: over their arguments, or over one argument that is an array. */
export const accumulationOperators: Readonly<Record<string, OperatorCompiler>> = {
  ...Object.fromEntries(
    ['$sum', '$avg', '$min', '$max', '$stdDevPop', '$stdDevSamp'].map((name) => [name, accumulating(name)]),
  ),
  $median: compilePercentile,
  $percentile: compilePercentile,
};

function accumulating(accumulator: string): OperatorCompiler {
  const create = simpleAccumulators[accumulator] as AccumulatorFactory;
  return (operand, scope, name) => {
    const args = compileArguments(name, operand, scope, 0, Number.POSITIVE_INFINITY);
    return (doc, variables) => {
      const values = args.map((arg) => arg(doc, variables));
      const state = create(scope.collation);
      const only = values.length === 1 && Array.isArray(values[0]) ? (values[0] as unknown[]) : values;
      for (const value of only) state.add(value);
      return state.result();
    };
  };
}
