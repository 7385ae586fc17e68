import { describe, expect, it } from 'vitest';
import { indexValuesAtPath, valuesAtPath } from '../../src/values/paths.ts';

describe('valuesAtPath', () => {
  const cases: readonly [string, object, string, unknown[]][] = [
    ['a plain field', { a: 1 }, 'a', [1]],
    ['a missing field', {}, 'a', [undefined]],
    ['a nested field', { a: { b: 1 } }, 'a.b', [1]],
    ['a scalar on the way', { a: 1 }, 'a.b', [undefined]],
    ['an array: its elements, then itself', { a: [1, 2] }, 'a', [1, 2, [1, 2]]],
    ['documents in an array', { a: [{ b: 1 }, { b: 2 }] }, 'a.b', [1, 2]],
    ['a document in an array without the field', { a: [{ b: 1 }, {}] }, 'a.b', [1, undefined]],
    ['scalars in an array, passed over', { a: [1, { b: 2 }] }, 'a.b', [2]],
    ['an empty array on the way, which has nothing', { a: [] }, 'a.b', []],
    ['arrays in arrays, not entered by name', { a: [[{ b: 1 }]] }, 'a.b', []],
    ['a position', { a: [5, 6] }, 'a.1', [6]],
    ['a position within a document in an array', { a: [{ b: 1 }, { b: 2 }] }, 'a.1.b', [2, undefined, undefined]],
    ['an array at a position, whole', { a: [[1, 2]] }, 'a.0', [[1, 2]]],
    ['a number as a field name', { a: [{ 0: 'x' }] }, 'a.0', [{ 0: 'x' }, 'x']],
    ['an inherited name', {}, 'constructor', [undefined]],
    ['__proto__', {}, '__proto__.x', [undefined]],
  ];
  it.each(cases)('sees %s', (_name, doc, path, expected) => {
    expect(valuesAtPath(doc as Record<string, unknown>, path)).toEqual(expected);
  });
});

describe('indexValuesAtPath', () => {
  const cases: readonly [string, object, string, unknown[], boolean, boolean][] = [
    ['one key for a scalar', { a: 1 }, 'a', [1], false, false],
    ['a key for each element', { a: [1, 2] }, 'a', [1, 2], true, false],
    ['undefined for an empty array, which sorts before null', { a: [] }, 'a', [undefined], true, false],
    ['missing for a missing field', {}, 'a', [undefined], false, true],
    ['a key for each document in an array', { a: [{ b: 1 }, { b: 2 }] }, 'a.b', [1, 2], true, false],
    ['missing for scalars among documents in an array', { a: [1, { b: 2 }] }, 'a.b', [undefined, 2], true, false],
    ['an array reached by position, whole', { a: [[5]] }, 'a.0', [[5]], true, false],
    ['missing for an empty array on the way', { a: [] }, 'a.b', [undefined], true, true],
    ['missing among documents in an array', { a: [{ b: 1 }, {}] }, 'a.b', [1, undefined], true, false],
  ];
  it.each(cases)('gives %s', (_name, doc, path, values, hasArray, isMissing) => {
    expect(indexValuesAtPath(doc as Record<string, unknown>, path)).toEqual({ values, hasArray, isMissing });
  });
});
