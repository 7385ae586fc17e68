import { Double, Int32, Long } from 'bson';
import { integerOf } from '../../values/arithmetic.ts';
import { bsonTypeOf, isNumeric } from '../../values/bson-type.ts';
import { toDecimal, toDouble } from '../../values/numeric.ts';
import { location } from '../../values/refusals.ts';
import { isNullish, nullableOperator, type OperatorCompiler, operator } from '../expression-scope.ts';

const unbounded = Number.POSITIVE_INFINITY;

/** Trigonometry and bits: https://www.mongodb.com/docs/manual/reference/operator/aggregation/#trigonometry-expression-operators */
export const mathOperators: Readonly<Record<string, OperatorCompiler>> = {
  $sin: trigonometric(Math.sin, -unbounded, unbounded, false),
  $cos: trigonometric(Math.cos, -unbounded, unbounded, false),
  $tan: trigonometric(Math.tan, -unbounded, unbounded, false),
  $asin: trigonometric(Math.asin, -1, 1),
  $acos: trigonometric(Math.acos, -1, 1),
  $atan: trigonometric(Math.atan),
  $sinh: trigonometric(Math.sinh),
  $cosh: trigonometric(Math.cosh),
  $tanh: trigonometric(Math.tanh),
  $asinh: trigonometric(Math.asinh),
  $acosh: trigonometric(Math.acosh, 1, unbounded),
  $atanh: trigonometric(Math.atanh, -1, 1),
  $degreesToRadians: trigonometric((degrees) => (degrees * Math.PI) / 180),
  $radiansToDegrees: trigonometric((radians) => (radians * 180) / Math.PI),
  $atan2: nullableOperator(2, 2, ([y, x], name) => {
    for (const value of [y, x])
      if (!isNumeric(value)) throw location(51044, `${name} only supports numeric types, not ${bsonTypeOf(value)}`);
    return fraction(Math.atan2(toDouble(y), toDouble(x)), [y, x]);
  }),
  $bitAnd: bitwise((a, b) => a & b, -1n),
  $bitOr: bitwise((a, b) => a | b, 0n),
  $bitXor: bitwise((a, b) => a ^ b, 0n),
  $bitNot: nullableOperator(1, 1, ([value], name) => {
    requireBits(value, name);
    return bsonTypeOf(value) === 'long' ? Long.fromBigInt(~integerOf(value)) : new Int32(~toDouble(value));
  }),
};

function fraction(result: number, inputs: readonly unknown[]): unknown {
  const double = new Double(result);
  return inputs.some((input) => bsonTypeOf(input) === 'decimal') ? toDecimal(double) : double;
}

function trigonometric(
  evaluate: (value: number) => number,
  least = -unbounded,
  most = unbounded,
  allowsInfinity = true,
): OperatorCompiler {
  return nullableOperator(1, 1, ([value], name) => {
    if (!isNumeric(value)) throw location(28765, `${name} only supports numeric types, not ${bsonTypeOf(value)}`);
    const number = toDouble(value);
    if (number < least || number > most || (!allowsInfinity && Math.abs(number) === unbounded)) {
      throw location(50989, `cannot apply ${name} to ${number}, value must be in [${least},${most}]`);
    }
    return fraction(evaluate(number), [value]);
  });
}

function requireBits(value: unknown, name: string): void {
  const type = bsonTypeOf(value);
  if (type !== 'int' && type !== 'long') throw location(14, `${name} only supports int and long, not: ${type}.`);
}

function bitwise(combine: (a: bigint, b: bigint) => bigint, identity: bigint): OperatorCompiler {
  return operator(0, unbounded, (args, name) => {
    let isLong = false;
    let bits = identity;
    for (const arg of args) {
      if (isNullish(arg)) return null;
      requireBits(arg, name);
      isLong ||= bsonTypeOf(arg) === 'long';
      bits = combine(bits, integerOf(arg));
    }
    return isLong ? Long.fromBigInt(BigInt.asIntN(64, bits)) : new Int32(Number(BigInt.asIntN(32, bits)));
  });
}
