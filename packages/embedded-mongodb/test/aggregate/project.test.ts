import { describe, expect, it } from 'vitest';
import { compileProjection } from '../../src/aggregate/project.ts';
import { compileFilter } from '../../src/query/compile-filter.ts';
import { canonical, decoded, errorCode } from '../values/decoded.ts';

const doc = {
  _id: 1,
  item: 'journal',
  status: 'A',
  size: { h: 14, uom: 'cm' },
  instock: [
    { w: 'A', qty: 5 },
    { w: 'C', qty: 15 },
  ],
  n: [1, 2, 3, 4, 5],
};

// https://www.mongodb.com/docs/manual/tutorial/project-fields-from-query-results/ and reference/operator/projection
const cases: readonly [string, object, object, object?][] = [
  ['everything for an empty projection', {}, doc],
  ['included fields and _id', { item: 1, status: true }, { _id: 1, item: 'journal', status: 'A' }],
  ['no _id when it is excluded', { item: 1, _id: 0 }, { item: 'journal' }],
  ['only _id', { _id: 1 }, { _id: 1 }],
  ['all but excluded fields', { status: 0, instock: 0, n: 0, size: 0 }, { _id: 1, item: 'journal' }],
  ['fields of embedded documents', { 'size.uom': 1 }, { _id: 1, size: { uom: 'cm' } }],
  ['the same as nested documents', { size: { uom: 1 } }, { _id: 1, size: { uom: 'cm' } }],
  [
    'embedded documents without a field',
    { 'size.uom': 0, instock: 0, n: 0 },
    { _id: 1, item: 'journal', status: 'A', size: { h: 14 } },
  ],
  ['fields of documents in arrays', { 'instock.qty': 1, _id: 0 }, { instock: [{ qty: 5 }, { qty: 15 }] }],
  ['an empty document for a missing path inside', { 'size.none': 1, 'item.x': 1 }, { _id: 1, size: {} }],
  ['included fields in the order of the document', { status: 1, item: 1, _id: 0 }, { item: 'journal', status: 'A' }],
  ['the first elements with $slice, and all other fields', { n: { $slice: 2 } }, { ...doc, n: [1, 2] }],
  [
    'the last elements with a negative $slice',
    { n: { $slice: -2 }, _id: 1, item: 1 },
    { _id: 1, item: 'journal', n: [4, 5] },
  ],
  ['a stretch with $slice', { n: { $slice: [1, 2] }, item: 1 }, { _id: 1, item: 'journal', n: [2, 3] }],
  ['a stretch from the end', { n: { $slice: [-3, 2] }, item: 1 }, { _id: 1, item: 'journal', n: [3, 4] }],
  [
    'the first matching element with $elemMatch',
    { instock: { $elemMatch: { qty: { $gt: 10 } } } },
    { _id: 1, instock: [{ w: 'C', qty: 15 }] },
  ],
  ['no field when $elemMatch finds none', { instock: { $elemMatch: { qty: 100 } } }, { _id: 1 }],
  ['the element the query found with positional $', { 'n.$': 1 }, { _id: 1, n: [4] }, { n: { $gt: 3 } }],
  [
    'the element of an embedded condition with positional $',
    { 'instock.$': 1 },
    { _id: 1, instock: [{ w: 'C', qty: 15 }] },
    { 'instock.qty': { $gte: 10 } },
  ],
  [
    'expressions',
    { total: { $sum: '$instock.qty' }, label: { $concat: ['$item', '!'] }, _id: 0 },
    { total: 20, label: 'journal!' },
  ],
  [
    'strings as field paths and as themselves',
    { copy: '$item', text: 'item', _id: 0 },
    { copy: 'journal', text: 'item' },
  ],
];

describe('compileProjection', () => {
  it.each(cases)('gives %s', (_name, projection, expected, filter) => {
    const project = compileProjection(decoded(projection), { filter: compileFilter(decoded(filter ?? {})) });
    expect(canonical(project(decoded(doc)))).toBe(canonical(expected));
  });

  it.each([
    ['inclusion with an excluded field', { a: 1, b: 0 }, 31254],
    ['exclusion with an included field', { a: 0, b: 1 }, 31253],
    ['exclusion with an expression', { a: 0, b: '$c' }, 31252],
    ['colliding paths', { a: 1, 'a.b': 1 }, 31249],
    ['the other way round too', { 'a.b': 1, a: 1 }, 31250],
    ['positional $ with exclusion', { 'a.$': 1, b: 0 }, 31254],
    ['positional $ inside a path', { 'a.$.b': 1 }, 31394],
    ['two positional $', { 'a.$': 1, 'b.$': 1 }, 31276],
    ['$elemMatch on a nested path', { 'a.b': { $elemMatch: { c: 1 } } }, 31275],
    ['an unknown operator', { a: { $nosuch: 1 } }, 168],
    ['a field name that is an operator', { $a: 1 }, 16410],
    ['positional $ when the query found no element', { 'n.$': 1 }, 51246],
  ])('refuses %s', (_name, projection, code) => {
    expect(errorCode(() => compileProjection(decoded(projection), { filter: compileFilter({}) })(decoded(doc)))).toBe(
      code,
    );
  });
});
