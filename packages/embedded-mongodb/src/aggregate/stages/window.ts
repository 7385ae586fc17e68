import { Int32 } from 'bson';
import { editPath } from '../../update/path-edit.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { compareValues } from '../../values/compare.ts';
import { encodeKey } from '../../values/key.ts';
import { toDouble } from '../../values/numeric.ts';
import { failedToParse, location } from '../../values/refusals.ts';
import { compileSort, parseSort, sortDocuments, sortValue } from '../../values/sort.ts';
import { compileAccumulator, groupAccumulators } from '../compile-accumulator.ts';
import { isNullish } from '../expression-scope.ts';
import type { PipelineScope, Stage } from '../stage.ts';
import { parseWindow, type Window } from './window-bounds.ts';

/** The output value for each document of one sorted partition. */
type WindowFunction = (docs: readonly Doc[]) => unknown[];

/** `$setWindowFields`: https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/ */
export function compileSetWindowFields(operand: unknown, scope: PipelineScope): Stage {
  if (!isDocument(operand))
    throw failedToParse(`the $setWindowFields stage specification must be an object, found ${bsonTypeOf(operand)}`);
  const unknown = Object.keys(operand).find((name) => !['partitionBy', 'sortBy', 'output'].includes(name));
  if (unknown) throw location(40415, `BSON field '$setWindowFields.${unknown}' is an unknown field.`);
  if (operand['output'] === undefined)
    throw location(40414, "BSON field '$setWindowFields.output' is missing but a required field");
  if (!isDocument(operand['output']))
    throw location(14, "BSON field '$setWindowFields.output' is the wrong type, expected type 'object'");
  const { compile, values } = scope.variables;
  const partitionBy = Object.hasOwn(operand, 'partitionBy')
    ? compile.compile(operand['partitionBy'], compile)
    : () => null;
  const sortBy = operand['sortBy'];
  if (sortBy !== undefined) parseSort(sortBy);
  const outputs = Object.entries(operand['output']).map(([path, spec]) => ({
    path: path.split('.'),
    compute: compileFunction(path, spec, sortBy, scope),
  }));
  return function* windowed(docs) {
    const partitions = new Map<string, Doc[]>();
    for (const doc of docs) {
      const id = partitionBy(doc, values);
      if (Array.isArray(id))
        throw location(14, 'An expression used to partition cannot evaluate to value of type array');
      const key = encodeKey(id ?? null, { collation: scope.collation });
      const rows = partitions.get(key);
      if (rows) rows.push(doc);
      else partitions.set(key, [doc]);
    }
    const ordered = [...partitions.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, rows] of ordered) {
      const sorted = sortBy === undefined ? rows : sortDocuments(rows, sortBy, scope.collation);
      const columns = outputs.map((output) => output.compute(sorted));
      yield* sorted.map((doc, row) =>
        outputs.reduce(
          (made, output, column) => editPath(made, output.path, () => columns[column]?.[row] ?? null, 'create'),
          doc,
        ),
      );
    }
  };
}

type FunctionCompiler = (operand: unknown, sortBy: unknown, scope: PipelineScope, name: string) => WindowFunction;

/** Functions that only windows have; the others are `$group`'s accumulators. */
export const windowFunctions: Readonly<Record<string, FunctionCompiler>> = {
  $documentNumber: (operand, sortBy, _scope, name) => {
    requireRanking(operand, sortBy, name);
    return (docs) => docs.map((_doc, index) => new Int32(index + 1));
  },
  $rank: (operand, sortBy, scope, name) => {
    requireRanking(operand, sortBy, name);
    return (docs) => ranks(docs, sortBy, scope, (index) => index + 1);
  },
  $denseRank: (operand, sortBy, scope, name) => {
    requireRanking(operand, sortBy, name);
    return (docs) => ranks(docs, sortBy, scope, (_index, distinct) => distinct);
  },
  $shift: (operand, sortBy, scope, name) => {
    if (!isDocument(operand)) throw failedToParse(`${name} requires an object`);
    if (sortBy === undefined) throw location(5371602, `'${name}' requires a sortBy`);
    const unknown = Object.keys(operand).find((field) => !['output', 'by', 'default'].includes(field));
    if (unknown) throw failedToParse(`Unknown argument in ${name}: ${unknown}`);
    const by = isNumeric(operand['by']) ? toDouble(operand['by']) : Number.NaN;
    if (!Number.isInteger(by)) throw failedToParse(`'by' must be an integer in ${name}`);
    const { compile, values } = scope.variables;
    const output = compile.compile(operand['output'], compile);
    const fallback = Object.hasOwn(operand, 'default')
      ? compile.compile(operand['default'], compile)({}, values)
      : null;
    return (docs) =>
      docs.map((_doc, index) => {
        const other = docs[index + by];
        return other ? output(other, values) : fallback;
      });
  },
  $locf: (operand, _sortBy, scope) => {
    const { compile, values } = scope.variables;
    const expression = compile.compile(operand, compile);
    return (docs) => {
      let last: unknown = null;
      return docs.map((doc) => {
        const value = expression(doc, values);
        if (!isNullish(value)) last = value;
        return last;
      });
    };
  },
};

function requireRanking(operand: unknown, sortBy: unknown, name: string): void {
  if (!isDocument(operand) || Object.keys(operand).length > 0)
    throw location(5371603, `${name} must be specified with '{}' as the value`);
  if (sortBy === undefined || (name !== '$documentNumber' && Object.keys(sortBy as Doc).length !== 1)) {
    throw location(5371602, `${name} must be specified with a top level sortBy expression with exactly one element`);
  }
}

function ranks(
  docs: readonly Doc[],
  sortBy: unknown,
  scope: PipelineScope,
  number: (index: number, distinct: number) => number,
): Int32[] {
  const compare = compileSort(sortBy, scope.collation);
  let distinct = 0;
  let current = 0;
  return docs.map((doc, index) => {
    const previous = docs[index - 1];
    if (!previous || compare(previous, doc) !== 0) {
      distinct += 1;
      current = number(index, distinct);
    }
    return new Int32(current);
  });
}

function compileFunction(path: string, spec: unknown, sortBy: unknown, scope: PipelineScope): WindowFunction {
  if (!isDocument(spec)) throw failedToParse(`The field '${path}' must be a window function object`);
  const name = Object.keys(spec).find((key) => key.startsWith('$'));
  const extra = Object.keys(spec).find((key) => key !== name && key !== 'window');
  if (name === undefined || extra !== undefined)
    throw failedToParse(`Unrecognized window function specification for '${path}'`);
  const own = Object.hasOwn(windowFunctions, name) ? windowFunctions[name] : undefined;
  if (own) {
    if (Object.hasOwn(spec, 'window')) throw location(5371601, `'window' field is not allowed in ${name}`);
    return own(spec[name], sortBy, scope, name);
  }
  if (!Object.hasOwn(groupAccumulators, name)) throw failedToParse(`Unrecognized window function, ${name}`);
  const accumulator = compileAccumulator({ [name]: spec[name] }, scope.variables.compile);
  const window = parseWindow(spec['window'], sortBy);
  return (docs) => windowed(docs, accumulator, window, sortBy, scope);
}

function windowed(
  docs: readonly Doc[],
  accumulator: ReturnType<typeof compileAccumulator>,
  window: Window,
  sortBy: unknown,
  scope: PipelineScope,
): unknown[] {
  const { values } = scope.variables;
  if (window.kind === 'all' || window.kind === 'running') return accumulated(docs, accumulator, window.kind, values);
  const [part] = window.kind === 'range' ? parseSort(sortBy) : [];
  const keys = part ? docs.map((doc) => sortValue(doc, part, scope.collation)) : [];
  return docs.map((doc, index) => {
    const state = accumulator.start(doc, values);
    for (let other = 0; other < docs.length; other += 1) {
      const isInside =
        window.kind === 'documents'
          ? window.includes(other - index)
          : window.includes(keys[other], keys[index], compareValues);
      if (isInside) state.add(docs[other] as Doc, values);
    }
    return state.result();
  });
}

/** One pass for the windows that begin with the first document: a long partition must not cost its square. */
function accumulated(
  docs: readonly Doc[],
  accumulator: ReturnType<typeof compileAccumulator>,
  kind: 'all' | 'running',
  values: Parameters<ReturnType<typeof compileAccumulator>['start']>[1],
): unknown[] {
  const [first] = docs;
  if (!first) return [];
  const state = accumulator.start(first, values);
  const results = docs.map((doc) => {
    state.add(doc, values);
    return kind === 'running' ? snapshot(state.result()) : undefined;
  });
  if (kind === 'running') return results;
  const result = state.result();
  return results.map(() => result);
}

/** A list or document that goes on growing is copied as it is now. */
function snapshot(value: unknown): unknown {
  if (Array.isArray(value)) return [...value];
  return isDocument(value) ? { ...value } : value;
}
