import { describe, expect, it } from 'vitest';
import { groupAccumulators } from '../../src/aggregate/compile-accumulator.ts';
import { pipelineStages, runPipeline } from '../../src/aggregate/run-pipeline.ts';
import { windowFunctions } from '../../src/aggregate/stages/window.ts';
import type { Doc } from '../../src/values/bson-type.ts';
import { canonical, decoded, decodedValue, errorCode } from '../values/decoded.ts';
import { accumulatorCases } from './accumulator-table.ts';
import { gapCases } from './gap-table.ts';
import { stageRefusals } from './stage-refusal-table.ts';
import { collections, stageCases } from './stage-table.ts';
import { windowCases } from './window-table.ts';

const now = new Date('2026-01-02T03:04:05Z');

function run(
  docs: readonly object[],
  pipeline: readonly unknown[],
  options: { let?: Doc; collation?: object } = {},
): Doc[] {
  return [
    ...runPipeline(docs.map(decoded), decodedValue(pipeline) as unknown[], {
      now,
      lookupCollection: (name) => (collections[name] ?? []).map(decoded),
      ...options,
    }),
  ];
}

const cases = [...gapCases, ...stageCases, ...accumulatorCases, ...windowCases];

/** Refused always: only the aggregate command can do them, or this server cannot. */
const alwaysRefused = ['$out', '$merge', '$changeStream', '$geoNear'];

describe('stages, accumulators and window functions by the manual', () => {
  it.each(cases)('%s answers as aggregation/%s says', (_stage, _page, docs, pipeline, out) => {
    expect(run(docs, pipeline).map(canonical)).toEqual(out.map(canonical));
  });

  it.each(stageRefusals)('%s is refused as aggregation/%s says: %o', (_stage, _page, pipeline, code) => {
    expect(errorCode(() => run([{ _id: 1 }], pipeline))).toBe(code);
  });

  it('has a right and an error case for every one, so that none is untested', () => {
    const all = [...Object.keys(pipelineStages), ...Object.keys(groupAccumulators), ...Object.keys(windowFunctions)];
    const right = new Set([...cases.map(([stage]) => stage), ...alwaysRefused]);
    const refused = new Set(stageRefusals.map(([stage]) => stage));
    expect(all.filter((name) => !right.has(name) || !refused.has(name))).toEqual([]);
  });
});

describe('runPipeline', () => {
  it('refuses a wrong stage before it reads a document', () => {
    const unread: Iterable<Doc> = {
      [Symbol.iterator]: () => {
        throw new Error('was read');
      },
    };
    expect(
      errorCode(() => runPipeline(unread, [{ $match: {} }, { $nosuch: 1 }], { now, lookupCollection: () => [] })),
    ).toBe(40324);
  });

  it('stops reading when a limit is reached', () => {
    let read = 0;
    function* endless(): Iterable<Doc> {
      while (true) yield { _id: read++ };
    }
    expect([...runPipeline(endless(), [{ $limit: 2 }], { now, lookupCollection: () => [] })]).toHaveLength(2);
    expect(read).toBe(2);
  });

  it("reads the command's let variables, also inside $lookup", () => {
    const out = run(
      [{ _id: 1 }],
      [{ $lookup: { from: 'members', pipeline: [{ $match: { $expr: { $eq: ['$name', '$$who'] } } }], as: 'm' } }],
      {
        let: decoded({ who: 'panda' }),
      },
    );
    expect(canonical(out)).toBe(canonical([{ _id: 1, m: [{ _id: 3, name: 'panda' }] }]));
  });

  it('groups, sorts and matches under a collation', () => {
    const docs = [{ n: 'b' }, { n: 'A' }, { n: 'a' }, { n: 'B' }];
    const out = run(
      docs,
      [{ $match: { n: { $gte: 'a' } } }, { $group: { _id: '$n', c: { $sum: 1 } } }, { $sort: { _id: 1 } }],
      { collation: decoded({ locale: 'en', strength: 2 }) },
    );
    expect(canonical(out)).toBe(
      canonical([
        { _id: 'A', c: 2 },
        { _id: 'b', c: 2 },
      ]),
    );
  });

  it('gives each outer document of a $lookup its own variables', () => {
    const out = run(
      [
        { _id: 1, w: 'artie' },
        { _id: 2, w: 'panda' },
      ],
      [
        {
          $lookup: {
            from: 'members',
            let: { w: '$w' },
            pipeline: [{ $match: { $expr: { $eq: ['$name', '$$w'] } } }],
            as: 'm',
          },
        },
        { $project: { m: '$m._id' } },
      ],
    );
    expect(canonical(out)).toBe(
      canonical([
        { _id: 1, m: [1] },
        { _id: 2, m: [3] },
      ]),
    );
  });

  it('leaves its input as it was', () => {
    const doc = decoded({ _id: 1, a: [{ b: 1 }], n: 2 });
    const before = canonical(doc);
    const pipeline = decodedValue([
      { $set: { 'a.b': 5 } },
      { $unset: 'n' },
      { $unwind: '$a' },
      { $set: { 'a.c': 1 } },
    ]) as unknown[];
    expect([...runPipeline([doc], pipeline, { now, lookupCollection: () => [] })]).toHaveLength(1);
    expect(canonical(doc)).toBe(before);
  });
});
