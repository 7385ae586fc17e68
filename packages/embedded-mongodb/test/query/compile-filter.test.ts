import { describe, expect, it } from 'vitest';
import { compileFilter, topLevelOperators } from '../../src/query/compile-filter.ts';
import { fieldOperators } from '../../src/query/field-condition.ts';
import { canonical, decoded, errorCode } from '../values/decoded.ts';
import { bitwiseCases } from './bitwise-table.ts';
import { geoCases } from './geo-table.ts';
import { queryCases } from './operator-table.ts';
import { queryRefusals } from './refusal-table.ts';

/** Refused whatever their operand, so they have no right case. */
const alwaysRefused = ['$where', '$text'];
/** Accepts every operand. */
const neverRefused = ['$comment'];

describe('query operators by the manual', () => {
  it.each([...queryCases, ...bitwiseCases, ...geoCases])(
    '$operator finds what $page says: $filter',
    ({ docs, filter, finds }) => {
      const compiled = compileFilter(decoded(filter));
      const found = docs
        .map((doc, place) => ({ doc: decoded(doc), id: '_id' in doc ? doc._id : place }))
        .filter(({ doc }) => compiled.matches(doc));
      expect(found.map(({ id }) => canonical(id))).toEqual(finds.map(canonical));
    },
  );

  it.each(queryRefusals)('$operator is refused with code $code as $page says: $filter', ({ filter, code }) => {
    expect(errorCode(() => compileFilter(decoded(filter)))).toBe(code);
  });

  it('has a right and an error case for every operator, so that none is untested', () => {
    const all = [...Object.keys(fieldOperators), ...Object.keys(topLevelOperators)];
    const right = new Set([
      ...[...queryCases, ...bitwiseCases, ...geoCases].map((row) => row.operator),
      ...alwaysRefused,
    ]);
    const refused = new Set([...queryRefusals.map((row) => row.operator), ...neverRefused]);
    expect(all.filter((operator) => !right.has(operator) || !refused.has(operator))).toEqual([]);
  });
});

describe('matchArray, the index behind the positional $', () => {
  const doc = decoded({ a: [5, 7, 9], b: [{ c: 1 }, { c: 2, d: [3, 4] }], n: 1 });
  const cases: readonly [string, object, number][] = [
    ['the element that equals', { a: 7 }, 1],
    ['the first element that satisfies', { a: { $gt: 6 } }, 1],
    ['an element under $and', { $and: [{ n: 1 }, { a: 9 }] }, 2],
    ['the element for an $or of equalities on one path', { $or: [{ a: 100 }, { a: 9 }] }, 2],
    ['nothing for another $or', { $or: [{ a: 9 }, { n: 2 }] }, -1],
    ['the element that $elemMatch chose', { b: { $elemMatch: { c: { $gt: 1 } } } }, 1],
    ['the outer array where arrays nest', { 'b.d': 3 }, 1],
    ['nothing for a negation', { a: { $ne: 100 } }, -1],
    ['nothing for a position asked by number', { 'a.1': 7 }, -1],
    ['nothing when the document does not match', { a: 100 }, -1],
  ];
  it.each(cases)('gives %s', (_name, filter, index) => {
    expect(compileFilter(decoded(filter)).matchArray(doc)).toBe(index);
  });
});

describe('filters with a context', () => {
  it('compares strings by the collation', () => {
    const filter = compileFilter(decoded({ name: { $in: ['ASHA'] } }), {
      collation: decoded({ locale: 'en', strength: 2 }),
    });
    expect(filter.matches(decoded({ name: 'asha' }))).toBe(true);
  });

  it("reads the command's let variables in $expr", () => {
    const filter = compileFilter(decoded({ $expr: { $eq: ['$a', '$$wanted'] } }), { let: decoded({ wanted: 3 }) });
    expect([filter.matches(decoded({ a: 3 })), filter.matches(decoded({ a: 4 }))]).toEqual([true, false]);
  });

  it('refuses an undefined variable', () => {
    expect(errorCode(() => compileFilter(decoded({ $expr: { $eq: ['$a', '$$nosuch'] } })))).toBe(17276);
  });
});
