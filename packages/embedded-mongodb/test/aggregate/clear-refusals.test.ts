import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, ObjectId, Timestamp } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupAccumulators } from '../../src/aggregate/compile-accumulator.ts';
import { evaluateExpression, expressionOperators } from '../../src/aggregate/expressions.ts';
import { compileProjection } from '../../src/aggregate/project.ts';
import { pipelineStages, runPipeline } from '../../src/aggregate/run-pipeline.ts';
import { windowFunctions } from '../../src/aggregate/stages/window.ts';
import { CommandError } from '../../src/command-error.ts';
import { compileFilter, topLevelOperators } from '../../src/query/compile-filter.ts';
import { fieldOperators } from '../../src/query/field-condition.ts';
import { applyUpdate, upsertBase } from '../../src/update/apply-update.ts';
import { updateModifiers } from '../../src/update/compile-update.ts';
import type { Doc } from '../../src/values/bson-type.ts';
import { decoded } from '../values/decoded.ts';

const now = new Date('2026-01-02T03:04:05Z');
const scalars = fc.constantFrom<unknown>(
  null,
  true,
  false,
  'x',
  '',
  '$a',
  '$a.b',
  '$$NOW',
  '$$this',
  'a.b',
  '%Y',
  'UTC',
  'day',
  '[',
  'int',
  new Int32(0),
  new Int32(-1),
  new Int32(3),
  new Double(1.5),
  new Double(Number.NaN),
  new Double(Number.POSITIVE_INFINITY),
  Long.MAX_VALUE,
  Decimal128.fromString('1.5'),
  Decimal128.fromString('9E+6144'),
  Decimal128.fromString('-1E-6176'),
  '1e9999',
  Decimal128.fromString('NaN'),
  new ObjectId('65f000000000000000000001'),
  new Date(0),
  new Date(8.64e15),
  new Date(Number.NaN),
  new Timestamp({ t: 1, i: 1 }),
  new Binary(new Uint8Array([1, 2])),
  new BSONRegExp('a', 'i'),
  new MaxKey(),
);
const fieldNames = fc.constantFrom(
  'a',
  'b',
  'toString',
  'valueOf',
  'constructor',
  'a.b',
  'a.0',
  'a.$',
  'a.$[]',
  'a.$[e]',
  '_id',
  '__proto__',
  '',
  'input',
  'in',
  'n',
  'output',
  'sortBy',
  'date',
  'unit',
  'format',
  'cond',
  '$each',
  '$slice',
);
const operatorNames = [
  ...Object.keys(fieldOperators),
  ...Object.keys(topLevelOperators),
  ...Object.keys(updateModifiers),
  '$rename',
  ...Object.keys(expressionOperators),
];
const { operand } = fc.letrec((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small' },
    scalars,
    fc.array(tie('operand'), { maxLength: 4 }),
    fc.dictionary(fieldNames, tie('operand'), { maxKeys: 3, noNullPrototype: true }),
    fc.tuple(fc.constantFrom(...operatorNames), tie('operand')).map(([name, value]) => ({ [name]: value })),
  ),
}));
const anyOf = (table: object): fc.Arbitrary<string> => fc.constantFrom(...Object.keys(table));
const docs = [
  { _id: 1, a: [{ b: 1 }, { b: [2, 'x'] }], b: 'text', c: now },
  { _id: 2, a: { b: { c: 5 } }, b: [1, [2]], '': 0 },
  { _id: 3 },
].map(decoded);

/** Operators with named arguments: random names would never get past their check. */
const named: Readonly<Record<string, readonly string[]>> = {
  $dateAdd: ['startDate', 'unit', 'amount', 'timezone'],
  $dateSubtract: ['startDate', 'unit', 'amount', 'timezone'],
  $dateDiff: ['startDate', 'endDate', 'unit', 'timezone', 'startOfWeek'],
  $dateTrunc: ['date', 'unit', 'binSize', 'timezone', 'startOfWeek'],
  $dateToString: ['date', 'format', 'timezone', 'onNull'],
  $dateFromString: ['dateString', 'format', 'timezone', 'onError'],
  $dateToParts: ['date', 'timezone', 'iso8601'],
  $dateFromParts: ['year', 'month', 'day', 'hour', 'minute', 'millisecond', 'timezone'],
  $hour: ['date', 'timezone'],
  $convert: ['input', 'to', 'onNull'],
  $trim: ['input', 'chars'],
  $replaceAll: ['input', 'find', 'replacement'],
  $regexFindAll: ['input', 'regex', 'options'],
  $map: ['input', 'in'],
  $filter: ['input', 'cond', 'limit'],
  $reduce: ['input', 'initialValue', 'in'],
  $zip: ['inputs', 'useLongestLength', 'defaults'],
  $sortArray: ['input', 'sortBy'],
  $firstN: ['input', 'n'],
  $maxN: ['input', 'n'],
  $percentile: ['input', 'p', 'method'],
  $setField: ['field', 'input', 'value'],
  $getField: ['field', 'input'],
};
const namedOperand = fc
  .constantFrom(...Object.keys(named))
  .chain((name) =>
    fc
      .record(Object.fromEntries((named[name] as string[]).map((argument) => [argument, fc.oneof(scalars, operand)])))
      .map((value) => ({ [name]: value })),
  );

/** Any error but a CommandError would be the server's own fault: a crash instead of an answer. */
function answersOrRefuses(work: () => unknown): void {
  try {
    const result = work();
    if (result !== null && typeof result === 'object' && Symbol.iterator in result)
      Array.from(result as Iterable<unknown>);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    expect(error.code).toBeGreaterThan(0);
  }
}

function always(
  arbitraries: [fc.Arbitrary<string>, fc.Arbitrary<unknown>],
  work: (name: string, value: unknown, doc: Doc) => unknown,
): void {
  fc.assert(
    fc.property(...arbitraries, (name, value) => {
      for (const doc of docs) answersOrRefuses(() => work(name, value, doc));
    }),
    { numRuns: 1500 },
  );
}

describe('whatever a client sends is answered or refused by a CommandError', () => {
  it('filters', () => {
    always([anyOf(fieldOperators), operand], (name, value, doc) =>
      compileFilter({ a: { [name]: value } }).matchArray(doc),
    );
    always([anyOf(topLevelOperators), operand], (name, value, doc) => compileFilter({ [name]: value }).matches(doc));
  });

  it('updates', () => {
    const names = fc.constantFrom(...Object.keys(updateModifiers), '$rename');
    always([names, operand], (name, value, doc) => applyUpdate(doc, { [name]: value }, { now, arrayIndex: 0 }));
    always([names, operand], (name, value, doc) => applyUpdate(doc, { [name]: { a: value, 'b.c': value } }, { now }));
  });

  it('array filters', () => {
    always([fieldNames, operand], (name, value, doc) =>
      applyUpdate(doc, { $set: { 'a.$[e]': 1 } }, { now, arrayFilters: [{ [`e.${name}`]: value }] }),
    );
    always([fieldNames, operand], (_name, value, doc) =>
      applyUpdate(doc, { $set: { 'a.$[e]': 1 } }, { now, arrayFilters: value }),
    );
  });

  it('upsert bases', () => {
    always([fieldNames, operand], (name, value) => {
      const filter = { [name]: value, $and: [{ c: value }] };
      compileFilter(filter);
      return upsertBase(filter);
    });
  });

  it('expressions', () => {
    always([anyOf(expressionOperators), operand], (name, value, doc) =>
      evaluateExpression({ [name]: value }, doc, { now }),
    );
  });

  it('expressions with named arguments', () => {
    always([fieldNames, namedOperand], (_name, value, doc) => evaluateExpression(value, doc, { now }));
  });

  it('stages, accumulators and windows', () => {
    const run = (stage: object, doc: Doc) =>
      runPipeline([doc, ...docs], [stage], { now, lookupCollection: () => docs });
    always([anyOf(pipelineStages), operand], (name, value, doc) => run({ [name]: value }, doc));
    always([anyOf(groupAccumulators), operand], (name, value, doc) =>
      run({ $group: { _id: '$b', r: { [name]: value } } }, doc),
    );
    const windows = fc.constantFrom(...Object.keys(groupAccumulators), ...Object.keys(windowFunctions));
    always([windows, operand], (name, value, doc) =>
      run({ $setWindowFields: { sortBy: { _id: 1 }, output: { w: { [name]: value } } } }, doc),
    );
    always([windows, operand], (name, value, doc) =>
      run({ $setWindowFields: { sortBy: { _id: 1 }, output: { w: { [name]: '$_id', window: value } } } }, doc),
    );
  });

  it('projections and sorts', () => {
    always([fieldNames, operand], (name, value, doc) =>
      compileProjection({ [name]: value, b: 1 }, { filter: compileFilter({}) })(doc),
    );
    always([fieldNames, operand], (name, value, doc) =>
      runPipeline([doc, ...docs], [{ $sort: { [name]: value } }], { now, lookupCollection: () => [] }),
    );
  });
});
