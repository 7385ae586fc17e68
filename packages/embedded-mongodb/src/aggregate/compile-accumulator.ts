import { bsonTypeOf, type Doc, isDocument } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { compareValues } from '../values/compare.ts';
import { failedToParse, location } from '../values/refusals.ts';
import { compileSort } from '../values/sort.ts';
import { simpleAccumulators } from './accumulators.ts';
import {
  type CompileScope,
  compileNamed,
  type Expression,
  isNullish,
  namedOperands,
  type Variables,
} from './expression-scope.ts';
import { requireN } from './expressions/array-iteration.ts';
import { NO_JAVASCRIPT } from './expressions/object.ts';
import { parsePercentile } from './percentile.ts';

/** An accumulator's state for one group or window. */
export interface AccumulatorState {
  add(doc: Doc, variables: Variables): void;
  result(): unknown;
}

export interface CompiledAccumulator {
  /** Begins a group; its first document may fix the accumulator's own arguments. */
  start(first: Doc, variables: Variables): AccumulatorState;
}

type AccumulatorCompiler = (operand: unknown, scope: CompileScope, name: string) => CompiledAccumulator;

/** Every accumulator of `$group` by name. */
export const groupAccumulators: Readonly<Record<string, AccumulatorCompiler>> = {
  ...Object.fromEntries(Object.keys(simpleAccumulators).map((name) => [name, compileSimple])),
  $count: (operand, scope) => {
    if (!isDocument(operand) || Object.keys(operand).length > 0)
      throw failedToParse('$count takes no arguments, i.e. $count:{}');
    return compileSimple(1, scope, '$sum');
  },
  $firstN: compileN((rows, n) => rows.slice(0, n), false),
  $lastN: compileN((rows, n) => rows.slice(-n), false),
  $minN: compileN((rows, n, compare) => [...rows].sort(compare).slice(0, n), true),
  $maxN: compileN((rows, n, compare) => [...rows].sort((a, b) => compare(b, a)).slice(0, n), true),
  $top: compileRanked(1, true),
  $bottom: compileRanked(-1, true),
  $topN: compileRanked(1, false),
  $bottomN: compileRanked(-1, false),
  $median: compilePercentile,
  $percentile: compilePercentile,
};

/** Compiles `{ $sum: expression }`. Throws Location15952 for unknown accumulators. */
export function compileAccumulator(spec: Doc, scope: CompileScope): CompiledAccumulator {
  const [name, operand] = Object.entries(spec)[0] as [string, unknown];
  if (name === '$accumulator') throw location(31264, NO_JAVASCRIPT);
  const compile = Object.hasOwn(groupAccumulators, name) ? groupAccumulators[name] : undefined;
  if (!compile) throw location(15952, `unknown group operator '${name}'`);
  return compile(operand, scope, name);
}

function compileSimple(operand: unknown, scope: CompileScope, name: string): CompiledAccumulator {
  const create = simpleAccumulators[name];
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

type Compare = (a: unknown, b: unknown) => number;

function compileN(
  take: (values: readonly unknown[], n: number, compare: Compare) => unknown[],
  skipsNull: boolean,
): AccumulatorCompiler {
  return (operand, scope, name) => {
    const args = compileNamed(name, operand, scope, {
      required: ['input', 'n'],
      notObject: 5787801,
      unknown: 5787901,
      missing: 5787906,
    });
    const compare: Compare = (a, b) => compareValues(a, b, scope.collation);
    return {
      start(first, variables) {
        const n = requireN(args['n']?.(first, variables));
        const values: unknown[] = [];
        return {
          add(doc, bound) {
            const value = args['input']?.(doc, bound);
            if (!skipsNull || !isNullish(value)) values.push(value ?? null);
          },
          result: () => take(values, n, compare),
        };
      },
    };
  };
}

/** `$top`, `$bottom` and their N: output of the documents that come first or last in an order. */
function compileRanked(side: 1 | -1, isSingle: boolean): AccumulatorCompiler {
  return (operand, scope, name) => {
    const required = isSingle ? ['sortBy', 'output'] : ['sortBy', 'output', 'n'];
    const fields = namedOperands(name, operand, { required, notObject: 5788001, unknown: 5788002, missing: 5788003 });
    if (!isDocument(fields['sortBy']))
      throw location(
        5788604,
        `expected 'sortBy' to already be an object in the arguments to ${name}, but found ${bsonTypeOf(fields['sortBy'])}`,
      );
    const compare = sortOrder(fields['sortBy'], scope.collation);
    const output = scope.compile(fields['output'], scope);
    const count = isSingle ? undefined : scope.compile(fields['n'], scope);
    return {
      start: (first, variables) => ranked(compare, output, side, count ? requireN(count(first, variables)) : undefined),
    };
  };
}

const sortOrder = (sortBy: Doc, collation: Collation | undefined) => compileSort(sortBy, collation);

function ranked(
  compare: (a: Doc, b: Doc) => number,
  output: Expression,
  side: 1 | -1,
  n: number | undefined,
): AccumulatorState {
  const rows: { doc: Doc; value: unknown }[] = [];
  return {
    add(doc, variables) {
      rows.push({ doc, value: output(doc, variables) ?? null });
    },
    result() {
      const values = [...rows].sort((a, b) => compare(a.doc, b.doc)).map((row) => row.value);
      if (n === undefined) return values.at(side === 1 ? 0 : -1) ?? null;
      return side === 1 ? values.slice(0, n) : values.slice(-n);
    },
  };
}

function compilePercentile(operand: unknown, scope: CompileScope, name: string): CompiledAccumulator {
  const plan = parsePercentile(operand, scope, name);
  return {
    start(first, bound) {
      const values: unknown[] = [];
      return {
        add: (doc, variables) => {
          values.push(plan.input(doc, variables));
        },
        result: () => plan.answer(values, first, bound),
      };
    },
  };
}
