import { bsonTypeOf } from './bson-type.ts';
import { decimalFrom, type Exact } from './decimal-rounding.ts';
import { doubleValue, fitsInt64, integerValue, toDecimal, toDouble, toExact } from './numeric.ts';

/** The wider of the operands' numeric types, which is the result's: int, long, double, decimal. */
export type NumberType = 'int' | 'long' | 'double' | 'decimal';
const widths: readonly NumberType[] = ['int', 'long', 'double', 'decimal'];

export function widerType(a: unknown, b: unknown): NumberType {
  const left = widths.indexOf(bsonTypeOf(a) as NumberType);
  const right = widths.indexOf(bsonTypeOf(b) as NumberType);
  return widths[Math.max(left, right)] as NumberType;
}

interface Operation {
  readonly integers: (a: bigint, b: bigint) => bigint;
  readonly doubles: (a: number, b: number) => number;
  readonly exact: (a: Exact, b: Exact) => Exact;
}

const addition: Operation = {
  integers: (a, b) => a + b,
  doubles: (a, b) => a + b,
  exact: (a, b) => {
    if (typeof a === 'number' || typeof b === 'number') return finiteAs(a, 0) + finiteAs(b, 0);
    const exponent = Math.min(a.exponent, b.exponent);
    return { coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
  },
};

const multiplication: Operation = {
  integers: (a, b) => a * b,
  doubles: (a, b) => a * b,
  exact: (a, b) => {
    if (typeof a === 'number' || typeof b === 'number') return signOf(a) * signOf(b);
    return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
  },
};

const subtraction: Operation = {
  integers: (a, b) => a - b,
  doubles: (a, b) => a - b,
  exact: (a, b) =>
    addition.exact(a, typeof b === 'number' ? -b : { coefficient: -b.coefficient, exponent: b.exponent }),
};

function scaled(value: Exclude<Exact, number>, exponent: number): bigint {
  return value.coefficient * 10n ** BigInt(value.exponent - exponent);
}

const finiteAs = (value: Exact, finite: number): number => (typeof value === 'number' ? value : finite);
const signOf = (value: Exact): number =>
  typeof value === 'number' ? value : Number(value.coefficient > 0n) - Number(value.coefficient < 0n);

/** `undefined` when two integers give a result beyond int64: updates refuse that, expressions go on as double. */
export type NumberOperation = (a: unknown, b: unknown) => unknown;

function operate(operation: Operation, a: unknown, b: unknown): unknown {
  const type = widerType(a, b);
  if (type === 'decimal') return decimalFrom(operation.exact(toExact(toDecimal(a)), toExact(toDecimal(b))));
  if (type === 'double') return doubleValue(operation.doubles(toDouble(a), toDouble(b)));
  const result = operation.integers(integerOf(a), integerOf(b));
  return fitsInt64(result) ? integerValue(result, type === 'long') : undefined;
}

/** An int or long as bigint. */
export function integerOf(value: unknown): bigint {
  return bsonTypeOf(value) === 'long' && typeof value === 'object'
    ? (value as { toBigInt(): bigint }).toBigInt()
    : BigInt(toDouble(value));
}

/** int + int is int or, when too large, long; with a double double; with a decimal decimal. */
export const addNumbers: NumberOperation = (a, b) => operate(addition, a, b);
export const subtractNumbers: NumberOperation = (a, b) => operate(subtraction, a, b);
export const multiplyNumbers: NumberOperation = (a, b) => operate(multiplication, a, b);
