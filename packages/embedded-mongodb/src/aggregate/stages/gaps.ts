import { Double } from 'bson';
import { editPath, valueAtPath } from '../../update/path-edit.ts';
import { addNumbers } from '../../values/arithmetic.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { compareValues } from '../../values/compare.ts';
import { encodeKey } from '../../values/key.ts';
import { toDouble } from '../../values/numeric.ts';
import { failedToParse, location } from '../../values/refusals.ts';
import { parseSort, sortDocuments } from '../../values/sort.ts';
import { isNullish } from '../expression-scope.ts';
import { shiftDate } from '../expressions/date-arithmetic.ts';
import type { PipelineScope, Stage, StageCompiler } from '../stage.ts';

/** Stages that make up for what is missing: values (`$fill`) and whole documents (`$densify`). */
export const gapStages: Readonly<Record<string, StageCompiler>> = { $fill: compileFill, $densify: compileDensify };

type Filler = (rows: readonly Doc[]) => unknown[];

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/fill/ */
function compileFill(operand: unknown, scope: PipelineScope): Stage {
  const spec = requireSpec(operand, '$fill', ['partitionBy', 'partitionByFields', 'sortBy', 'output']);
  if (!isDocument(spec['output'])) throw location(40414, "BSON field '$fill.output' is missing but a required field");
  if (spec['partitionBy'] !== undefined && spec['partitionByFields'] !== undefined)
    throw location(6050204, 'Maximum one of partitionBy and partitionByFields can be specified in $fill');
  const sortBy = spec['sortBy'];
  if (sortBy !== undefined) parseSort(sortBy);
  const fillers = Object.entries(spec['output']).map(([path, rule]) => ({
    parts: path.split('.'),
    fill: compileFiller(path, rule, sortBy, scope),
  }));
  const partition = partitionOf(spec, scope);
  return function* filled(docs) {
    for (const rows of partitions(docs, partition)) {
      const sorted = sortBy === undefined ? rows : sortDocuments(rows, sortBy, scope.collation);
      const columns = fillers.map(({ fill }) => fill(sorted));
      yield* sorted.map((doc, row) =>
        fillers.reduce(
          (made, { parts }, column) =>
            isNullish(valueAtPath(made, parts))
              ? editPath(made, parts, () => columns[column]?.[row] ?? null, 'create')
              : made,
          doc,
        ),
      );
    }
  };
}

function compileFiller(path: string, rule: unknown, sortBy: unknown, scope: PipelineScope): Filler {
  if (!isDocument(rule) || Object.keys(rule).length !== 1)
    throw failedToParse(`Each fill output specification must have exactly one of 'method' and 'value': ${path}`);
  const parts = path.split('.');
  if (Object.hasOwn(rule, 'value')) {
    const { compile, values } = scope.variables;
    const expression = compile.compile(rule['value'], compile);
    return (rows) => rows.map((doc) => expression(doc, values));
  }
  if (rule['method'] === 'locf') {
    if (sortBy === undefined) throw location(6050200, "$fill's method 'locf' requires a sortBy");
    return (rows) => {
      let last: unknown = null;
      return rows.map((doc) => {
        const value = valueAtPath(doc, parts);
        if (!isNullish(value)) last = value;
        return last;
      });
    };
  }
  if (rule['method'] !== 'linear') throw location(6050202, 'Method must be either locf or linear');
  const [part, ...more] = sortBy === undefined ? [] : parseSort(sortBy);
  if (!part || more.length > 0)
    throw location(605001, '$linearFill must be specified with a top level sortBy expression with exactly one element');
  return (rows) => linearly(rows, parts, part.path.split('.'));
}

/** Between two known values on the straight line over the sort field; nothing before the first and after the last. */
function linearly(rows: readonly Doc[], path: readonly string[], sortPath: readonly string[]): unknown[] {
  const known = rows.flatMap((doc, row) => {
    const value = valueAtPath(doc, path);
    if (isNullish(value)) return [];
    if (!isNumeric(value))
      throw location(605000, `Value to be filled must be numeric or nullish: ${bsonTypeOf(value)}`);
    return [{ row, x: positionOf(doc, sortPath), y: toDouble(value) }];
  });
  let next = 0;
  return rows.map((doc, row) => {
    while (next < known.length && (known[next]?.row ?? 0) < row) next += 1;
    const [before, after] = [known[next - 1], known[next]];
    if (!before || !after) return null;
    const share = (positionOf(doc, sortPath) - before.x) / (after.x - before.x);
    return new Double(before.y + (after.y - before.y) * share);
  });
}

function positionOf(doc: Doc, path: readonly string[]): number {
  const value = valueAtPath(doc, path);
  if (value instanceof Date) return value.getTime();
  if (!isNumeric(value)) throw location(605002, 'The sort field of a linear fill must be numeric or a date');
  return toDouble(value);
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/densify/ */
function compileDensify(operand: unknown, _scope: PipelineScope): Stage {
  const spec = requireSpec(operand, '$densify', ['field', 'partitionByFields', 'range']);
  const { field, range } = spec;
  if (typeof field !== 'string') throw location(40414, "BSON field '$densify.field' is missing but a required field");
  if (!isDocument(range)) throw location(40414, "BSON field '$densify.range' is missing but a required field");
  const names = fieldNames(spec['partitionByFields']);
  if (names.some((name) => name === field)) throw location(5733402, 'The densify field must not be a partition field');
  const { step, unit, bounds } = readRange(range);
  const path = field.split('.');
  return function* densified(docs) {
    const all = [...docs];
    const isKnown = (doc: Doc) => !isNullish(valueAtPath(doc, path));
    for (const doc of all) checkDensified(valueAtPath(doc, path), unit);
    const values = all.filter(isKnown).map((doc) => valueAtPath(doc, path));
    const [least, most] = extremes(values);
    yield* all.filter((doc) => !isKnown(doc));
    const groups = partitions(all.filter(isKnown), (doc) => names.map((name) => valueAtPath(doc, name.split('.'))));
    for (const rows of groups) {
      const sorted = sortDocuments(rows, { [field]: 1 });
      const own = extremes(sorted.map((doc) => valueAtPath(doc, path)));
      const [from, to] = bounds === 'full' ? [least, most] : bounds === 'partition' ? own : bounds;
      const isClosed = !Array.isArray(bounds);
      let at = from;
      let row = 0;
      for (let count = 1; compareValues(at, to) < 0 || (isClosed && compareValues(at, to) === 0); count += 1) {
        if (count > MAX_MADE)
          throw location(5897900, `Generated ${MAX_MADE} documents in $densify, which is the limit`);
        while (row < sorted.length && compareValues(valueAtPath(sorted[row] as Doc, path), at) < 0)
          yield sorted[row++] as Doc;
        const present = sorted[row];
        if (present && compareValues(valueAtPath(present, path), at) === 0) yield sorted[row++] as Doc;
        else yield made(sorted[0] as Doc, names, path, at);
        at = advance(from, step, count, unit);
      }
      yield* sorted.slice(row);
    }
  };
}

/** MongoDB's limit for what the stage adds. */
const MAX_MADE = 500_000;

function readRange(range: Doc) {
  const { step, unit, bounds } = requireSpec(range, '$densify.range', ['step', 'unit', 'bounds']);
  if (!isNumeric(step) || !(toDouble(step) > 0))
    throw location(5733401, 'The step parameter in a range must be positive');
  if (unit !== undefined && !(typeof unit === 'string' && UNITS.includes(unit)))
    throw failedToParse(`unknown time unit value: ${String(unit)}`);
  if (unit !== undefined && !Number.isInteger(toDouble(step)))
    throw location(6586400, 'The step parameter in a range must be a whole number when a unit is given');
  const isPair = Array.isArray(bounds) && bounds.length === 2;
  if (bounds !== 'full' && bounds !== 'partition' && !isPair)
    throw location(5946802, "the bounds in a range must be 'full', 'partition' or an array of two");
  if (isPair) for (const bound of bounds) checkDensified(bound, unit as string | undefined);
  return { step, unit: unit as string | undefined, bounds: bounds as 'full' | 'partition' | [unknown, unknown] };
}

const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

function checkDensified(value: unknown, unit: string | undefined): void {
  if (isNullish(value)) return;
  if (value instanceof Date) {
    if (unit === undefined) throw location(6053600, 'A unit is needed to densify dates');
  } else if (!isNumeric(value)) {
    throw location(5733201, `Densify field type must be numeric or date, not ${bsonTypeOf(value)}`);
  } else if (unit !== undefined) throw location(6053600, 'A unit is only for dates, but the field holds a number');
}

function advance(from: unknown, step: unknown, count: number, unit: string | undefined): unknown {
  if (from instanceof Date) {
    const amount = toDouble(step) * count;
    return shiftDate(from, unit as Parameters<typeof shiftDate>[1], amount, () => 0);
  }
  let at = from;
  // Added up in the numbers' own types, as the values beside them are.
  if (bsonTypeOf(step) === 'double' || bsonTypeOf(from) === 'double')
    return new Double(toDouble(from) + toDouble(step) * count);
  for (let done = 0; done < count; done += 1) at = addNumbers(at, step);
  return at;
}

function made(first: Doc, names: readonly string[], path: readonly string[], value: unknown): Doc {
  const withPartition = names.reduce<Doc>((doc, name) => {
    const own = valueAtPath(first, name.split('.'));
    return own === undefined ? doc : editPath(doc, name.split('.'), () => own, 'create');
  }, {});
  return editPath(withPartition, path, () => value, 'create');
}

function extremes(values: readonly unknown[]): [unknown, unknown] {
  const [first] = values;
  let [least, most] = [first, first];
  for (const value of values) {
    if (compareValues(value, least) < 0) least = value;
    if (compareValues(value, most) > 0) most = value;
  }
  return [least, most];
}

function requireSpec(operand: unknown, where: string, known: readonly string[]): Doc {
  if (!isDocument(operand))
    throw failedToParse(`The ${where} specification must be an object, found ${bsonTypeOf(operand)}`);
  const unknown = Object.keys(operand).find((name) => !known.includes(name));
  if (unknown) throw location(40415, `BSON field '${where}.${unknown}' is an unknown field.`);
  return operand;
}

function fieldNames(value: unknown): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string'))
    throw location(14, 'partitionByFields must be an array of strings');
  return value as string[];
}

type PartitionKey = (doc: Doc) => unknown;

function partitionOf(spec: Doc, scope: PipelineScope): PartitionKey {
  const names = fieldNames(spec['partitionByFields']);
  if (names.length > 0) return (doc) => names.map((name) => valueAtPath(doc, name.split('.')));
  if (spec['partitionBy'] === undefined) return () => null;
  const { compile, values } = scope.variables;
  const expression = compile.compile(spec['partitionBy'], compile);
  return (doc) => expression(doc, values);
}

/** The documents of each partition, partitions in the order of their keys. */
function partitions(docs: Iterable<Doc>, partition: PartitionKey): Doc[][] {
  const groups = new Map<string, Doc[]>();
  for (const doc of docs) {
    const key = encodeKey(partition(doc) ?? null);
    const rows = groups.get(key);
    if (rows) rows.push(doc);
    else groups.set(key, [doc]);
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rows]) => rows);
}
