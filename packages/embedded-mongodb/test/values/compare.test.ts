import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { parseCollation } from '../../src/values/collation.ts';
import { compareValues, valuesEqual } from '../../src/values/compare.ts';

// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
const ascending: readonly unknown[] = [
  new MinKey(),
  undefined,
  null,
  new Double(Number.NaN),
  new Double(Number.NEGATIVE_INFINITY),
  new Int32(-1),
  new Int32(0),
  Decimal128.fromString('0.1'),
  // The double nearest to 0.1 is a little more than 0.1.
  new Double(0.1),
  new Double(2 ** 53),
  Long.fromString('9007199254740993'),
  Decimal128.fromString('9007199254740993.5'),
  new Double(Number.POSITIVE_INFINITY),
  'Z',
  'a',
  '\uffff',
  '\u{10000}',
  {},
  { a: 1 },
  { a: 2 },
  { b: 0 },
  { a: 'x' },
  [],
  [1],
  [1, 2],
  [2],
  new Binary(new Uint8Array([255])),
  new Binary(new Uint8Array([0, 0])),
  new Binary(new Uint8Array([0, 0]), 5),
  new ObjectId('000000000000000000000001'),
  new ObjectId('ff0000000000000000000000'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Timestamp({ t: 1, i: 0 }),
  new Timestamp({ t: 4_000_000_000, i: 0 }),
  new BSONRegExp('a'),
  new BSONRegExp('a', 'i'),
  new Code('a'),
  new Code('a', { x: 1 }),
  new MaxKey(),
];

describe('compareValues', () => {
  it("follows the manual's order over all types and within each", () => {
    for (let left = 0; left < ascending.length; left += 1) {
      for (let right = 0; right < ascending.length; right += 1) {
        expect(Math.sign(compareValues(ascending[left], ascending[right])), `${left} against ${right}`).toBe(
          Math.sign(left - right),
        );
      }
    }
  });

  it('does not let a stored _bsontype or constructor field pass for a type', () => {
    const disguised = { _bsontype: 'ObjectId', constructor: 'x' };
    expect(compareValues(disguised, new ObjectId())).toBeLessThan(0);
  });

  it('compares field order too: the same fields in another order are another value', () => {
    expect(valuesEqual({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
  });

  it.each([
    [1, 'cafe', 'CAFÉ', true],
    [2, 'cafe', 'CAFE', true],
    [2, 'cafe', 'café', false],
    [3, 'cafe', 'CAFE', false],
  ])('under collation strength %i calls %s and %s equal: %s', (strength, a, b, equal) => {
    expect(valuesEqual(a, b, parseCollation({ locale: 'en', strength }))).toBe(equal);
  });

  it('orders digits by number when the collation asks for it', () => {
    const collation = parseCollation({ locale: 'en', numericOrdering: true });
    expect(['a10', 'a2', 'a1'].sort((a, b) => compareValues(a, b, collation))).toEqual(['a1', 'a2', 'a10']);
  });
});
