import { describe, expect, it } from 'vitest';
import { applyUpdate, compileUpdate, upsertBase } from '../../src/update/apply-update.ts';
import { updateModifiers } from '../../src/update/compile-update.ts';
import type { Doc } from '../../src/values/bson-type.ts';
import { canonical, decoded, decodedValue, errorCode } from '../values/decoded.ts';
import { arrayUpdateCases } from './array-operator-table.ts';
import { now, updateCases } from './operator-table.ts';
import { updateRefusals } from './refusal-table.ts';

describe('update operators by the manual', () => {
  it.each([...updateCases, ...arrayUpdateCases])(
    '$operator does what $page says: $update',
    ({ before, update, after, arrayFilters, arrayIndex, isInsert }) => {
      const options = {
        now,
        arrayFilters: decodedValue(arrayFilters),
        arrayIndex: arrayIndex ?? -1,
        isInsert: isInsert ?? false,
      };
      const doc = decoded(before);
      expect(canonical(applyUpdate(doc, decodedValue(update), options))).toBe(canonical(after));
      expect(canonical(doc), 'the input stays as it was').toBe(canonical(before));
    },
  );

  it.each(updateRefusals)(
    '$operator is refused with code $code as $page says: $update',
    ({ before, update, code, arrayFilters }) => {
      expect(
        errorCode(() =>
          applyUpdate(decoded(before), decodedValue(update), { now, arrayFilters: decodedValue(arrayFilters) }),
        ),
      ).toBe(code);
    },
  );

  it('has a right and an error case for every operator, so that none is untested', () => {
    const all = [...Object.keys(updateModifiers), '$rename', '$', '$[]', '$[<identifier>]', 'replacement', 'pipeline'];
    const right = new Set([...updateCases, ...arrayUpdateCases].map((row) => row.operator));
    const refused = new Set(updateRefusals.map((row) => row.operator));
    expect(all.filter((operator) => !right.has(operator) || !refused.has(operator))).toEqual([]);
  });
});

describe('compileUpdate', () => {
  it('answers the very same document when nothing changed, so that "modified" is an identity check', () => {
    const doc = decoded({ _id: 1, a: { b: 1 }, list: [1] });
    for (const update of [
      { $unset: { x: '' } },
      { $min: { 'a.b': 5 } },
      { $addToSet: { list: 1 } },
      { $pull: { list: 7 } },
      { $pop: { none: 1 } },
    ]) {
      expect(applyUpdate(doc, decoded(update), { now })).toBe(doc);
    }
  });

  it('shares what it did not touch with the document before', () => {
    const doc = decoded({ _id: 1, a: { x: 1 }, b: { y: 1 } });
    expect(applyUpdate(doc, decoded({ $set: { 'a.x': 2 } }), { now })['b']).toBe(doc['b']);
  });

  it('can be applied to many documents', () => {
    const update = compileUpdate(decoded({ $inc: { n: 1 } }));
    const after = [1, 2].map((n) => update.apply(decoded({ _id: n, n }), { now }));
    expect(after.map(canonical)).toEqual(
      [
        { _id: 1, n: 2 },
        { _id: 2, n: 3 },
      ].map(canonical),
    );
  });

  it('finds conflicts that only appear once positions are known', () => {
    const doc = decoded({ _id: 1, a: [1, 2] });
    expect(errorCode(() => applyUpdate(doc, decoded({ $set: { 'a.$[]': 1, 'a.0': 2 } }), { now }))).toBe(40);
  });

  it('lets an update keep the _id it names, of the same type', () => {
    const doc = decoded({ _id: 1 });
    expect(canonical(applyUpdate(doc, decoded({ $set: { _id: 1, a: 1 } }), { now }))).toBe(canonical({ _id: 1, a: 1 }));
  });

  it('names the document, the field and the type when $inc meets a string', () => {
    expect(() => applyUpdate(decoded({ _id: 7, qty: 'ten' }), decoded({ $inc: { qty: 1 } }), { now })).toThrow(
      "Cannot apply $inc to a value of non-numeric type. {_id: 7} has the field 'qty' of non-numeric type string",
    );
  });

  it('compares array elements under a collation', () => {
    const after = applyUpdate(decoded({ _id: 1, tags: ['Red'] }), decoded({ $addToSet: { tags: 'red' } }), {
      now,
      collation: decoded({ locale: 'en', strength: 2 }),
    });
    expect(canonical(after)).toBe(canonical({ _id: 1, tags: ['Red'] }));
  });
});

describe('upsertBase', () => {
  const cases: readonly [string, object, object][] = [
    ['equalities', { a: 1, b: { $eq: 2 }, c: { $gt: 3 } }, { a: 1, b: 2 }],
    ['dotted paths as nested documents', { 'a.b': 1, 'a.c': 2 }, { a: { b: 1, c: 2 } }],
    ['_id first', { a: 1, _id: 9 }, { _id: 9, a: 1 }],
    ['equalities under $and and a single-clause $or', { $and: [{ a: 1 }, { $or: [{ b: 2 }] }] }, { a: 1, b: 2 }],
    ['no equality out of a real $or', { $or: [{ a: 1 }, { a: 2 }] }, {}],
    ['$all and $in of one value', { a: { $all: [1] }, b: { $in: [2] } }, { a: 1, b: 2 }],
    ['no operators and no regex', { a: { $ne: 1 }, b: /x/, c: { $exists: true } }, {}],
    ['whole documents and arrays', { a: { x: 1 }, b: [1, 2] }, { a: { x: 1 }, b: [1, 2] }],
  ];
  it.each(cases)('takes over %s', (_name, filter, base) => {
    expect(canonical(upsertBase(decoded(filter) as Doc))).toBe(canonical(base));
  });

  it.each([
    { a: 1, $and: [{ a: 2 }] },
    { a: { b: 1 }, 'a.b': 1 },
  ])('refuses a path fixed twice with code 54: %o', (filter) => {
    expect(errorCode(() => upsertBase(decoded(filter)))).toBe(54);
  });
});
