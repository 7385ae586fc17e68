import { describe, expect, it } from 'vitest';
import { splitOutput } from '../../src/aggregate/output-stage.ts';
import type { Doc } from '../../src/values/bson-type.ts';
import { canonical, decoded, decodedValue, errorCode } from '../values/decoded.ts';

const options = { now: new Date(0) };
const split = (pipeline: readonly object[]) => splitOutput(decodedValue(pipeline) as unknown[], options);

function merged(spec: object, doc: object, matched?: object): unknown {
  const { output } = split([{ $merge: { into: 'x', ...spec } }]);
  if (output?.kind !== 'merge') throw new Error('no $merge');
  return output.merge(decoded(doc), matched && decoded(matched));
}

// https://www.mongodb.com/docs/manual/reference/operator/aggregation/out and .../merge
describe('splitOutput', () => {
  it('leaves a pipeline without output whole', () => {
    const pipeline: Doc[] = [{ $match: {} }];
    expect(splitOutput(pipeline, options)).toEqual({ stages: pipeline });
  });

  it.each([
    [[{ $match: {} }, { $out: 'x' }], { kind: 'out', collection: 'x' }],
    [[{ $out: { db: 'd', coll: 'x' } }], { kind: 'out', database: 'd', collection: 'x' }],
    [[{ $merge: 'x' }], { kind: 'merge', collection: 'x', on: ['_id'] }],
    [
      [{ $merge: { into: { db: 'd', coll: 'x' }, on: ['a', 'b'] } }],
      { kind: 'merge', database: 'd', collection: 'x', on: ['a', 'b'] },
    ],
  ])('reads the target of %o', (pipeline, output) => {
    expect(split(pipeline as object[]).output).toMatchObject(output);
  });

  it.each([
    [[{ $out: 'x' }, { $match: {} }], 40601],
    [[{ $out: 5 }], 16990],
    [[{ $merge: { on: 'a' } }], 40414],
    [[{ $merge: { into: 'x', on: [] } }], 51187],
    [[{ $merge: { into: 'x', whenMatched: 'nosuch' } }], 14],
    [[{ $merge: { into: 'x', whenNotMatched: 'nosuch' } }], 9],
    [[{ $merge: { into: 'x', whenMatched: [{ $group: {} }] } }], 72],
  ])('refuses %o with code %i', (pipeline, code) => {
    expect(errorCode(() => split(pipeline as object[]))).toBe(code);
  });

  it.each([
    ['inserts what matches nothing', {}, { _id: 1 }, undefined, { kind: 'insert' }],
    ['discards it when told', { whenNotMatched: 'discard' }, { _id: 1 }, undefined, { kind: 'discard' }],
    [
      'merges fields by default',
      {},
      { _id: 1, b: 2 },
      { _id: 1, a: 1, b: 1 },
      { kind: 'replace', after: { _id: 1, a: 1, b: 2 } },
    ],
    [
      'replaces when told',
      { whenMatched: 'replace' },
      { _id: 1, b: 2 },
      { _id: 1, a: 1 },
      { kind: 'replace', after: { _id: 1, b: 2 } },
    ],
    [
      'keeps the existing when told',
      { whenMatched: 'keepExisting' },
      { _id: 1 },
      { _id: 1, a: 1 },
      { kind: 'discard' },
    ],
    [
      'runs a pipeline with $$new',
      { whenMatched: [{ $set: { n: { $add: ['$n', '$$new.n'] } } }] },
      { _id: 1, n: 2 },
      { _id: 1, n: 1 },
      { kind: 'replace', after: { _id: 1, n: 3 } },
    ],
    [
      'binds let from the new document',
      { let: { by: '$n' }, whenMatched: [{ $set: { n: '$$by' } }] },
      { _id: 1, n: 2 },
      { _id: 1, n: 1 },
      { kind: 'replace', after: { _id: 1, n: 2 } },
    ],
  ])('%s', (_name, spec, doc, matched, action) => {
    expect(canonical(merged(spec, doc, matched))).toBe(canonical(action));
  });

  it.each([
    ['a match when told to fail', { whenMatched: 'fail' }, { _id: 1 }, { _id: 1 }, 11000],
    ['no match when told to fail', { whenNotMatched: 'fail' }, { _id: 1 }, undefined, 13113],
    ['another _id', { on: 'k', whenMatched: 'replace' }, { _id: 2, k: 1 }, { _id: 1, k: 1 }, 66],
    ['a missing on field', { on: 'k' }, { _id: 2 }, undefined, 51132],
  ])('refuses %s', (_name, spec, doc, matched, code) => {
    expect(errorCode(() => merged(spec, doc, matched))).toBe(code);
  });
});
