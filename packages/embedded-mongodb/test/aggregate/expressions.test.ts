import { describe, expect, it } from 'vitest';
import { evaluateExpression, expressionOperators } from '../../src/aggregate/expressions.ts';
import { canonical, decoded, decodedValue, errorCode } from '../values/decoded.ts';
import { collectionCases, collectionRefusals } from './collection-table.ts';
import { dateCases, dateRefusals } from './date-table.ts';
import { numberCases, numberRefusals } from './number-table.ts';
import { textCases, textRefusals } from './text-table.ts';

const cases = [...numberCases, ...textCases, ...dateCases, ...collectionCases];
const refusals = [...numberRefusals, ...textRefusals, ...dateRefusals, ...collectionRefusals];

/** Their answer is random or they run JavaScript or need an index that is not there: no right case. */
const withoutRightCase = ['$rand', '$function', '$accumulator', '$meta'];
/** They accept every operand of any number. */
const neverRefused = ['$and', '$or', '$literal', '$const', '$sum', '$avg', '$min', '$max', '$stdDevPop', '$stdDevSamp'];

describe('expression operators by the manual', () => {
  it.each(cases)('%s answers as aggregation/%s says: %o', (_operator, _page, expression, doc, value) => {
    expect(canonical(evaluateExpression(decodedValue(expression), decoded(doc)))).toBe(canonical(value));
  });

  it.each(refusals)('%s is refused as aggregation/%s says: %o', (_operator, _page, expression, doc, code) => {
    expect(errorCode(() => evaluateExpression(decodedValue(expression), decoded(doc)))).toBe(code);
  });

  it('has a right and an error case for every operator, so that none is untested', () => {
    const right = new Set([...cases.map(([operator]) => operator), ...withoutRightCase]);
    const refused = new Set([...refusals.map(([operator]) => operator), ...neverRefused]);
    expect(
      Object.keys(expressionOperators).filter((operator) => !right.has(operator) || !refused.has(operator)),
    ).toEqual([]);
  });
});

describe('expressions', () => {
  const doc = decoded({ a: [{ b: 1 }, { b: [2] }, { c: 3 }], o: { '0': 'zero' }, list: ['x'] });

  it.each([
    ['a dotted path maps over arrays and leaves out the missing', '$a.b', [1, [2]]],
    ['a number in a path is a field name', '$o.0', 'zero'],
    ['a number in a path is no array position', '$list.0', []],
    ['$$ROOT and $$CURRENT are the document', '$$ROOT.o.0', 'zero'],
    ['$$REMOVE is missing', '$$REMOVE', undefined],
    ['an object expression leaves out missing fields', { x: '$nosuch', y: 1 }, { y: 1 }],
    ['an array expression holds null for the missing', ['$nosuch', 1], [null, 1]],
  ])('%s', (_name, expression, value) => {
    expect(canonical(evaluateExpression(decodedValue(expression), doc))).toBe(canonical(value));
  });

  it.each([
    ['an unknown operator', { $nosuch: 1 }, 168],
    ['two operators in one object', { $add: [1], $sum: 1 }, 15983],
    ['an undefined variable', '$$nosuch', 17276],
    ['an empty path', '$', 16872],
    ['a path that ends with a dot', '$a.', 40353],
    ['a dotted name in an object', { 'a.b': 1 }, 16412],
  ])('refuses %s', (_name, expression, code) => {
    expect(errorCode(() => evaluateExpression(decodedValue(expression), doc))).toBe(code);
  });

  it("gives $$NOW the command's time", () => {
    const now = new Date('2026-05-06T07:08:09Z');
    expect(evaluateExpression('$$NOW', doc, { now })).toEqual(now);
  });
});
