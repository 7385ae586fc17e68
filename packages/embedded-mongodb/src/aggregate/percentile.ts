import { Double } from 'bson';
import type { Doc } from '../values/bson-type.ts';
import { isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { badValue, location } from '../values/refusals.ts';
import {
  type CompileScope,
  type Expression,
  namedOperands,
  type OperatorCompiler,
  type Variables,
} from './expression-scope.ts';

export interface PercentilePlan {
  readonly input: Expression;
  /** The answer over all the numbers: one for `$median`, a list for `$percentile`. */
  answer(values: readonly unknown[], doc: Doc, variables: Variables): unknown;
}

/** Parses `$median` and `$percentile`. The method "approximate" is answered exactly. */
export function parsePercentile(operand: unknown, scope: CompileScope, name: string): PercentilePlan {
  const isMedian = name === '$median';
  const fields = namedOperands(name, operand, {
    required: isMedian ? ['input', 'method'] : ['input', 'p', 'method'],
    notObject: isMedian ? 7436100 : 7436200,
    unknown: 40415,
    missing: 40414,
  });
  if (fields['method'] !== 'approximate')
    throw badValue(`Currently only 'approximate' can be used as percentile 'method'.`);
  const input = scope.compile(fields['input'], scope);
  if (isMedian) return { input, answer: (values) => rank(sortedNumbers(values), 0.5) };
  const p = scope.compile(fields['p'], scope);
  return {
    input,
    answer(values, doc, variables) {
      const wanted = p(doc, variables);
      if (!Array.isArray(wanted) || wanted.length === 0)
        throw location(7750301, `The $percentile 'p' field must be an array of numbers from [0.0, 1.0]`);
      const sorted = sortedNumbers(values);
      return wanted.map((fraction) => {
        const part = isNumeric(fraction) ? toDouble(fraction) : Number.NaN;
        if (!(part >= 0 && part <= 1))
          throw location(
            isNumeric(fraction) ? 7750303 : 7750302,
            `The $percentile 'p' field must be an array of numbers from [0.0, 1.0]`,
          );
        return rank(sorted, part);
      });
    },
  };
}

function sortedNumbers(values: readonly unknown[]): number[] {
  return values
    .filter(isNumeric)
    .map(toDouble)
    .sort((a, b) => a - b);
}

/** The discrete percentile: the least value with at least the fraction of values at or below it. */
function rank(sorted: readonly number[], fraction: number): Double | null {
  if (sorted.length === 0) return null;
  const index = Math.max(0, Math.ceil(sorted.length * fraction) - 1);
  return new Double(sorted[index] as number);
}

export const compilePercentile: OperatorCompiler = (operand, scope, name) => {
  const plan = parsePercentile(operand, scope, name);
  return (doc, variables) => {
    const value = plan.input(doc, variables);
    return plan.answer(Array.isArray(value) ? value : [value], doc, variables);
  };
};
