import { Decimal128, Double } from 'bson';
import { integerOf, widerType } from '../../values/arithmetic.ts';
import { bsonTypeOf } from '../../values/bson-type.ts';
import { decimalFrom, type Exact } from '../../values/decimal-rounding.ts';
import { fitsInt64, integerValue, isZero, toDecimal, toDouble, toExact } from '../../values/numeric.ts';
import { badValue, location } from '../../values/refusals.ts';

/** Division; decimal when either side is, else double. Throws BadValue on zero. */
export function divideNumbers(a: unknown, b: unknown): unknown {
  if (isZero(b)) throw badValue("can't $divide by zero");
  if (widerType(a, b) !== 'decimal') return new Double(toDouble(a) / toDouble(b));
  return divideDecimals(toExact(toDecimal(a)), toExact(toDecimal(b)));
}

function divideDecimals(a: Exact, b: Exact): Decimal128 {
  if (typeof a === 'number') return decimalFrom(a / (typeof b === 'number' ? b : Number(b.coefficient)));
  if (typeof b === 'number') return decimalFrom(Number.isNaN(b) ? b : { coefficient: 0n, exponent: 0 });
  // Enough digits that one more division step cannot change the 34 that are kept; a remainder leaves a sticky digit.
  const shift = Math.max(0, 36 + b.coefficient.toString().length - a.coefficient.toString().length);
  const dividend = a.coefficient * 10n ** BigInt(shift);
  let quotient = dividend / b.coefficient;
  let exponent = a.exponent - shift - b.exponent;
  if (quotient * b.coefficient !== dividend) {
    quotient = quotient * 10n + (dividend < 0n === b.coefficient < 0n ? 1n : -1n);
    exponent -= 1;
  } else {
    while (exponent < a.exponent - b.exponent && quotient % 10n === 0n) {
      quotient /= 10n;
      exponent += 1;
    }
  }
  return decimalFrom({ coefficient: quotient, exponent });
}

/** Remainder with the dividend's sign. Throws Location16610 on zero. */
export function moduloNumbers(a: unknown, b: unknown): unknown {
  if (isZero(b)) throw location(16610, "can't $mod by zero");
  const type = widerType(a, b);
  if (type === 'double') return new Double(toDouble(a) % toDouble(b));
  if (type !== 'decimal') return integerValue(integerOf(a) % integerOf(b), type === 'long');
  const left = toExact(toDecimal(a));
  const right = toExact(toDecimal(b));
  if (typeof left === 'number' || typeof right === 'number') {
    return typeof left === 'number' || Number.isNaN(right) ? Decimal128.fromString('NaN') : toDecimal(a);
  }
  const exponent = Math.min(left.exponent, right.exponent);
  const dividend = left.coefficient * 10n ** BigInt(left.exponent - exponent);
  const divisor = right.coefficient * 10n ** BigInt(right.exponent - exponent);
  return decimalFrom({ coefficient: dividend % divisor, exponent });
}

export type RoundingMode = 'ceil' | 'floor' | 'trunc' | 'half-even';

/** Rounds at a decimal place (negative: left of the point), keeping the value's type. */
export function roundTo(value: unknown, place: number, mode: RoundingMode): unknown {
  const type = bsonTypeOf(value);
  const exact = toExact(value);
  if (typeof exact === 'number' || -place <= exact.exponent) return value;
  const rounded = roundExact(exact, -place, mode);
  if (type === 'decimal') return decimalFrom(rounded);
  if (type === 'double') return new Double(Number(`${rounded.coefficient}e${rounded.exponent}`));
  const whole = rounded.coefficient * 10n ** BigInt(rounded.exponent);
  return fitsInt64(whole) ? integerValue(whole, type === 'long') : new Double(Number(whole));
}

function roundExact(exact: Exclude<Exact, number>, exponent: number, mode: RoundingMode): Exclude<Exact, number> {
  const unit = 10n ** BigInt(exponent - exact.exponent);
  const truncated = exact.coefficient / unit;
  const rest = exact.coefficient - truncated * unit;
  if (rest === 0n || mode === 'trunc') return { coefficient: truncated, exponent };
  if (mode === 'ceil') return { coefficient: rest > 0n ? truncated + 1n : truncated, exponent };
  if (mode === 'floor') return { coefficient: rest < 0n ? truncated - 1n : truncated, exponent };
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const away = twice > unit || (twice === unit && truncated % 2n !== 0n);
  return { coefficient: away ? truncated + (rest < 0n ? -1n : 1n) : truncated, exponent };
}

/** Power; integers stay integers while they fit, and go on as double. Throws Location28764 for 0 to a negative power. */
export function powerOf(base: unknown, exponent: unknown): unknown {
  if (toDouble(base) === 0 && toDouble(exponent) < 0)
    throw location(28764, '$pow cannot take a base of 0 and a negative exponent');
  const type = widerType(base, exponent);
  if (type === 'decimal') return decimalPower(base, exponent);
  if (type === 'double' || toDouble(exponent) < 0) return new Double(toDouble(base) ** toDouble(exponent));
  const approximate = toDouble(base) ** toDouble(exponent);
  if (Math.abs(approximate) > 2 ** 64) return new Double(approximate);
  const power = integerOf(base) ** integerOf(exponent);
  return fitsInt64(power) ? integerValue(power, type === 'long') : new Double(approximate);
}

function decimalPower(base: unknown, exponent: unknown): Decimal128 {
  const exact = toExact(toDecimal(base));
  const times = toDouble(exponent);
  if (typeof exact !== 'number' && Number.isInteger(times) && times >= 0 && times <= 1000) {
    return decimalFrom({ coefficient: exact.coefficient ** BigInt(times), exponent: exact.exponent * times });
  }
  return toDecimal(new Double(toDouble(base) ** times));
}
