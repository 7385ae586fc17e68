import { describe, expect, it } from 'vitest';
import { parseCollation } from '../../src/values/collation.ts';
import { compileSort, sortDocuments } from '../../src/values/sort.ts';
import { errorCode } from './decoded.ts';

const ids = (docs: readonly Record<string, unknown>[]): unknown[] => docs.map((doc) => doc['_id']);

describe('sortDocuments', () => {
  it('sorts by the least element of an array ascending and by the greatest descending', () => {
    const docs = [
      { _id: 1, a: [5, 1] },
      { _id: 2, a: 3 },
      { _id: 3, a: [2, 4] },
    ];
    expect(ids(sortDocuments(docs, { a: 1 }))).toEqual([1, 3, 2]);
    expect(ids(sortDocuments(docs, { a: -1 }))).toEqual([1, 3, 2]);
  });

  it('puts empty arrays before null and missing, and those before numbers', () => {
    const docs = [{ _id: 1, a: 0 }, { _id: 2, a: null }, { _id: 3 }, { _id: 4, a: [] }];
    expect(ids(sortDocuments(docs, { a: 1 }))).toEqual([4, 2, 3, 1]);
  });

  it('takes the second field where the first is equal, and keeps the order of equals', () => {
    const docs = [
      { _id: 1, a: 1, b: 1 },
      { _id: 2, a: 1, b: 2 },
      { _id: 3, a: 0, b: 2 },
      { _id: 4, a: 1, b: 2 },
    ];
    expect(ids(sortDocuments(docs, { a: -1, b: -1 }))).toEqual([2, 4, 1, 3]);
  });

  it('sorts by a field of documents in an array', () => {
    const docs = [
      { _id: 1, a: [{ b: 9 }, { b: 2 }] },
      { _id: 2, a: { b: 1 } },
    ];
    expect(ids(sortDocuments(docs, { 'a.b': 1 }))).toEqual([2, 1]);
  });

  it('sorts strings by the collation, in both directions', () => {
    const docs = ['b', 'A', 'a', 'C', 'B'].map((name, _id) => ({ _id, name }));
    const collation = parseCollation({ locale: 'en', strength: 2 });
    expect(ids(sortDocuments(docs, { name: 1, _id: -1 }, collation))).toEqual([2, 1, 4, 0, 3]);
    expect(ids(sortDocuments(docs, { name: -1, _id: 1 }, collation))).toEqual([3, 0, 4, 1, 2]);
  });

  it('takes two fields of one array from the same element', () => {
    const docs = [
      {
        _id: 1,
        a: [
          { b: 1, c: 9 },
          { b: 2, c: 0 },
        ],
      },
      { _id: 2, a: [{ b: 1, c: 5 }] },
    ];
    expect(ids(sortDocuments(docs, { 'a.b': 1, 'a.c': 1 }))).toEqual([2, 1]);
    expect(ids(sortDocuments(docs, { 'a.b': -1, 'a.c': 1 }))).toEqual([1, 2]);
  });

  it('refuses two different arrays in one sort', () => {
    expect(errorCode(() => sortDocuments([{ a: [1, 2], b: [3] }], { a: 1, b: 1 }))).toBe(2);
  });

  it('does not look into an array reached by its position', () => {
    const docs = [
      { _id: 1, a: [[5]] },
      { _id: 2, a: [7] },
    ];
    expect(ids(sortDocuments(docs, { 'a.0': 1 }))).toEqual([2, 1]);
  });

  it('refuses a path that is both a position and a field name, as it cannot know which is meant', () => {
    expect(errorCode(() => sortDocuments([{ a: [{ 0: 5 }] }], { 'a.0': 1 }))).toBe(16746);
  });

  it.each([
    [{ a: 'up' }, 15974],
    [{ a: 2 }, 15975],
    [{ a: 0 }, 15975],
    [{ '': 1 }, 40353],
    [{ $a: 1 }, 16410],
    [5, 2],
  ])('refuses %o with code %i', (spec, code) => {
    expect(errorCode(() => compileSort(spec))).toBe(code);
  });
});
