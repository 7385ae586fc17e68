import { Decimal128, Double, Int32, Long } from 'bson';
import { bsonTypeOf } from './bson-type.ts';
import { decimalFrom, type Exact } from './decimal-rounding.ts';

/** The value as a double, rounded where it does not fit. NaN for what is no number. */
export function toDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  switch (bsonTypeOf(value)) {
    case 'int':
    case 'double':
      return (value as Int32 | Double).value;
    case 'long':
      return (value as Long).toNumber();
    case 'decimal':
      return decimalToNumber(value as Decimal128);
    default:
      return Number.NaN;
  }
}

function decimalToNumber(value: Decimal128): number {
  const text = value.toString();
  if (text === 'Infinity') return Number.POSITIVE_INFINITY;
  if (text === '-Infinity') return Number.NEGATIVE_INFINITY;
  return Number(text);
}

/** Exact form of a Decimal128. */
export function exactDecimal(value: Decimal128): Exact {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(value.toString());
  if (!match) return decimalToNumber(value);
  const fraction = match[3] ?? '';
  const coefficient = BigInt(`${match[2]}${fraction}`);
  return {
    coefficient: match[1] === '-' ? -coefficient : coefficient,
    exponent: Number(match[4] ?? 0) - fraction.length,
  };
}

/** Exact form of a finite double: every double is a decimal fraction. */
export function exactDouble(value: number): Exact {
  if (!Number.isFinite(value)) return value;
  if (Number.isInteger(value)) return { coefficient: BigInt(value), exponent: 0 };
  let scaled = value;
  let shift = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift += 1;
  }
  // n / 2^k = n * 5^k / 10^k
  return { coefficient: BigInt(scaled) * 5n ** BigInt(shift), exponent: -shift };
}

/** Exact form of any numeric value. */
export function toExact(value: unknown): Exact {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 };
  switch (bsonTypeOf(value)) {
    case 'long':
      return { coefficient: (value as Long).toBigInt(), exponent: 0 };
    case 'decimal':
      return exactDecimal(value as Decimal128);
    default:
      return exactDouble(toDouble(value));
  }
}

/** True for zero of any type; a decimal too small for a double is not zero. */
export function isZero(value: unknown): boolean {
  if (bsonTypeOf(value) !== 'decimal') return toDouble(value) === 0;
  const exact = exactDecimal(value as Decimal128);
  return typeof exact !== 'number' && exact.coefficient === 0n;
}

/** Compares exactly; NaN is below every number and equal to itself. */
export function compareNumeric(a: unknown, b: unknown): number {
  const left = safeDouble(a);
  const right = safeDouble(b);
  if (left !== undefined && right !== undefined) return compareDoubles(left, right);
  return compareExact(toExact(a), toExact(b));
}

/** The value as a double when that loses nothing, else undefined. */
function safeDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const type = bsonTypeOf(value);
  if (type === 'int' || type === 'double') return (value as Int32 | Double).value;
  if (type !== 'long') return undefined;
  const number = typeof value === 'bigint' ? Number(value) : (value as Long).toNumber();
  return Number.isSafeInteger(number) ? number : undefined;
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
}

export function compareExact(a: Exact, b: Exact): number {
  if (typeof a === 'number' || typeof b === 'number') {
    // Beside a non-finite number any finite one may stand for itself as its sign.
    return compareDoubles(typeof a === 'number' ? a : 0, typeof b === 'number' ? b : 0);
  }
  const shift = a.exponent - b.exponent;
  const left = shift > 0 ? a.coefficient * 10n ** BigInt(shift) : a.coefficient;
  const right = shift < 0 ? b.coefficient * 10n ** BigInt(-shift) : b.coefficient;
  return left < right ? -1 : left > right ? 1 : 0;
}

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

export function fitsInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max;
}

/** Any numeric value as Decimal128; a double becomes its 15 significant digits, as MongoDB converts it. */
export function toDecimal(value: unknown): Decimal128 {
  const type = bsonTypeOf(value);
  if (type === 'decimal') return value as Decimal128;
  if (type === 'double') {
    const number = toDouble(value);
    return Number.isFinite(number) ? decimalOfDouble(number) : decimalFrom(number);
  }
  return decimalFrom(toExact(value));
}

function decimalOfDouble(value: number): Decimal128 {
  if (Number.isSafeInteger(value)) return Decimal128.fromString(Object.is(value, -0) ? '-0' : String(value));
  return Decimal128.fromString(value.toPrecision(15).toUpperCase());
}

/** An integer as Int32 when it fits and `wide` is not asked for, else Long. */
export function integerValue(value: bigint, wide = false): Int32 | Long {
  if (!wide && value >= -2147483648n && value <= 2147483647n) return new Int32(Number(value));
  return Long.fromBigInt(value);
}

export const doubleValue = (value: number): Double => new Double(value);
