import { Decimal128, Double, Int32, Long } from 'bson';
import { describe, expect, it } from 'vitest';
import { createSum } from '../../src/values/sum.ts';
import { canonical } from './decoded.ts';

function sumOf(...values: readonly unknown[]): unknown {
  const sum = createSum();
  for (const value of values) sum.add(value);
  return sum.total();
}

describe('createSum', () => {
  const cases: readonly [string, readonly unknown[], unknown][] = [
    ['nothing as int 0', [], new Int32(0)],
    ['ints as int', [new Int32(1), new Int32(2)], new Int32(3)],
    ['ints beyond int32 as long', [new Int32(2147483647), new Int32(1)], Long.fromNumber(2147483648)],
    ['longs as long', [Long.fromNumber(1), new Int32(2)], Long.fromNumber(3)],
    [
      'longs exactly although the way leads beyond int64',
      [Long.MAX_VALUE, new Int32(1), new Int32(-1)],
      Long.MAX_VALUE,
    ],
    ['longs beyond int64 as double', [Long.MAX_VALUE, Long.MAX_VALUE], new Double(2 ** 64)],
    ['tenths without drift', Array.from({ length: 10 }, () => new Double(0.1)), new Double(1)],
    ['a small number between two large ones', [new Double(1e100), new Double(1), new Double(-1e100)], new Double(1)],
    [
      'decimals as decimal',
      [Decimal128.fromString('0.1'), Decimal128.fromString('0.2'), new Int32(1)],
      Decimal128.fromString('1.3'),
    ],
    ['infinity', [new Double(Number.POSITIVE_INFINITY), new Double(1)], new Double(Number.POSITIVE_INFINITY)],
  ];
  it.each(cases)('adds %s', (_name, values, total) => {
    expect(canonical(sumOf(...values))).toBe(canonical(total));
  });
});
