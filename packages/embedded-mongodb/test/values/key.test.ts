import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCollation } from '../../src/values/collation.ts';
import { compareValues } from '../../src/values/compare.ts';
import { encodeCompoundKey, encodeKey } from '../../src/values/key.ts';

const edgeNumbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  1.5,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  -(2 ** 63),
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];
const edgeDecimals = [
  '0',
  '-0',
  '0.1',
  '1',
  '1.0',
  '1E+3',
  '9007199254740993',
  '1E-400',
  '-1E-400',
  '1E+400',
  '-1E+400',
  'NaN',
  'Infinity',
  '-Infinity',
  '9223372036854775807.5',
];

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value));
const numbers = fc.oneof(
  fc.integer().map((value) => new Int32(value)),
  fc.double().map((value) => new Double(value)),
  fc.constantFrom(...edgeNumbers).map((value) => new Double(value)),
  long,
  fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 4n }).map((value) => Long.fromBigInt(value)),
  fc.constantFrom(...edgeDecimals).map((value) => Decimal128.fromString(value)),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -60, max: 60 }))
    .map(([digits, exponent]) => Decimal128.fromString(`${digits}E${exponent}`)),
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '\0', 'a', 'a\0', 'a\0b', 'ab', '\uffff', '\u{10000}', '\ue000'),
);
const scalar = fc.oneof(
  numbers,
  text,
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => new Binary(bytes)),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.tuple(fc.nat(), fc.nat()).map(([t, i]) => new Timestamp({ t, i })),
  fc.constantFrom(
    new MinKey(),
    new MaxKey(),
    new BSONRegExp('a', 'i'),
    new BSONRegExp('b'),
    new Code('a'),
    new Code('a', { x: 1 }),
  ),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', ''), tie('value'), { maxKeys: 3 }),
  ),
}));

const sign = (order: number): number => Math.sign(order);
const orderOf = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const runs = { numRuns: 4000 };

describe('encodeKey', () => {
  it('orders any two values as compareValues does, so that an index walks in sort order', () => {
    fc.assert(
      fc.property(value, value, (a, b) => sign(compareValues(a, b)) === orderOf(encodeKey(a), encodeKey(b))),
      runs,
    );
  });

  it('orders numbers of four types by their exact value', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => sign(compareValues(a, b)) === orderOf(encodeKey(a), encodeKey(b))),
      runs,
    );
  });

  it('turns the order round when descending', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const descending = orderOf(encodeKey(a, { descending: true }), encodeKey(b, { descending: true }));
        return descending === orderOf(encodeKey(b), encodeKey(a));
      }),
      runs,
    );
  });

  it('keeps compound keys in the order of their first differing part, so that parts never run into each other', () => {
    fc.assert(
      fc.property(value, value, value, value, (a1, a2, b1, b2) => {
        const expected = sign(compareValues(a1, b1)) || -sign(compareValues(a2, b2));
        return orderOf(encodeCompoundKey([a1, a2], [1, -1]), encodeCompoundKey([b1, b2], [1, -1])) === (expected || 0);
      }),
      runs,
    );
  });

  it('gives equal numbers of every type one key', () => {
    const ones = [
      1,
      new Int32(1),
      Long.fromNumber(1),
      new Double(1),
      Decimal128.fromString('1'),
      Decimal128.fromString('1.00'),
    ];
    expect(new Set(ones.map((one) => encodeKey(one))).size).toBe(1);
  });

  it('uses byte-sized characters only, so that keys can be stored as latin1', () => {
    fc.assert(fc.property(value, (any) => [...encodeKey(any)].every((unit) => unit.charCodeAt(0) < 256)));
  });

  it.each([1, 2, 3])('agrees with comparison under collation strength %i', (strength) => {
    const collation = parseCollation({ locale: 'en', strength });
    const words = fc.oneof(text, fc.constantFrom('cafe', 'Cafe', 'café', 'CAFÉ', 'caff', 'a b', 'ab', 'A'));
    fc.assert(
      fc.property(
        words,
        words,
        (a, b) =>
          sign(compareValues(a, b, collation)) === orderOf(encodeKey(a, { collation }), encodeKey(b, { collation })),
      ),
    );
  });
});
