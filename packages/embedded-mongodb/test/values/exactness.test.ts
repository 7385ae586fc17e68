import { Decimal128, Double, Int32, Long } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUpdate } from '../../src/update/apply-update.ts';
import { addNumbers, multiplyNumbers } from '../../src/values/arithmetic.ts';
import { compareValues } from '../../src/values/compare.ts';
import { decoded } from './decoded.ts';

const now = new Date(0);

describe('exactness', () => {
  it('carries Longs beyond 2^53 through an update unchanged', () => {
    const id = Long.fromString('9007199254740993');
    const doc = decoded({ _id: 1, id });
    expect(String(applyUpdate(doc, decoded({ $set: { b: 1 } }), { now })['id'])).toBe('9007199254740993');
  });

  it('adds and multiplies Longs exactly', () => {
    const bounded = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n - 1n });
    fc.assert(
      fc.property(
        bounded,
        bounded,
        (a, b) => String(addNumbers(Long.fromBigInt(a), Long.fromBigInt(b))) === String(a + b),
      ),
    );
    const small = fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n });
    fc.assert(
      fc.property(
        small,
        small,
        (a, b) => String(multiplyNumbers(Long.fromBigInt(a), Long.fromBigInt(b))) === String(a * b),
      ),
    );
  });

  it('adds money in Decimal128 without binary fractions, keeping the scale', () => {
    expect(String(addNumbers(Decimal128.fromString('0.10'), Decimal128.fromString('0.20')))).toBe('0.30');
    expect(String(addNumbers(Decimal128.fromString('9999999999999999999999999999999999'), new Int32(1)))).toBe(
      '1.000000000000000000000000000000000E+34',
    );
  });

  it.each([
    ['int + int', new Int32(1), new Int32(2), 'Int32', '3'],
    ['int + int beyond int32', new Int32(2147483647), new Int32(1), 'Long', '2147483648'],
    ['int + long', new Int32(1), Long.fromNumber(2), 'Long', '3'],
    ['long + double', Long.fromNumber(1), new Double(2), 'Double', '3'],
    ['double + decimal', new Double(1.5), Decimal128.fromString('1'), 'Decimal128', '2.50000000000000'],
  ])('%s is of the wider type', (_name, a, b, type, text) => {
    const sum = addNumbers(a, b) as { _bsontype: string };
    expect([sum._bsontype, String(sum)]).toEqual([type, text]);
  });

  it.each([
    ['1E+6144', '10', 'Infinity'],
    ['-1E+6144', '10', '-Infinity'],
    ['1E-6176', '0.1', '0E-6176'],
    ['3E-6176', '0.5', '2E-6176'],
    ['1E+6144', '1', '1.000000000000000000000000000000000E+6144'],
    ['9999999999999999999999999999999999', '1.1', '10999999999999999999999999999999999'],
  ])('rounds %s times %s to what decimal128 can hold', (a, b, product) => {
    const exact = multiplyNumbers(Decimal128.fromString(a), Decimal128.fromString(b)) as Decimal128;
    expect(compareValues(exact, Decimal128.fromStringWithRounding(product))).toBe(0);
  });

  it('keeps a field called __proto__ as data in every copy', () => {
    const doc = decoded(JSON.parse('{ "_id": 1, "__proto__": { "polluted": 1 } }'));
    const after = applyUpdate(doc, decoded({ $set: { 'a.b': 1 } }), { now });
    expect(Object.keys(after)).toEqual(['_id', '__proto__', 'a']);
    const set = applyUpdate(decoded({ _id: 1 }), decoded(JSON.parse('{ "$set": { "__proto__.polluted": 1 } }')), {
      now,
    });
    expect(Object.keys(set)).toEqual(['_id', '__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
