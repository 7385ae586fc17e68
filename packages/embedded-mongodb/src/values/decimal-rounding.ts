import { Decimal128 } from 'bson';

/** An exact finite number `coefficient * 10^exponent`, or the non-finite value as a JavaScript number. */
export type Exact = { readonly coefficient: bigint; readonly exponent: number } | number;

// IEEE 754-2008 decimal128.
const precision = 34;
const leastExponent = -6176;
const greatestExponent = 6111;

/** The nearest Decimal128, half to even: too large is infinity, too small zero. */
export function decimalFrom(exact: Exact): Decimal128 {
  if (typeof exact === 'number') return Decimal128.fromString(Number.isNaN(exact) ? 'NaN' : String(exact));
  const sign = exact.coefficient < 0n ? '-' : '';
  let { coefficient, exponent } = rounded(
    exact.coefficient < 0n ? -exact.coefficient : exact.coefficient,
    exact.exponent,
  );
  if (coefficient === 0n) {
    exponent = Math.min(Math.max(exponent, leastExponent), greatestExponent);
  } else if (digitsOf(coefficient) + exponent > greatestExponent + precision) {
    return Decimal128.fromString(`${sign}Infinity`);
  } else if (exponent > greatestExponent) {
    coefficient *= 10n ** BigInt(exponent - greatestExponent);
    exponent = greatestExponent;
  }
  return Decimal128.fromString(`${sign}${coefficient}E${exponent}`);
}

const digitsOf = (coefficient: bigint): number => coefficient.toString().length;

function rounded(coefficient: bigint, exponent: number): { coefficient: bigint; exponent: number } {
  const digits = digitsOf(coefficient);
  const drop = Math.max(digits - precision, leastExponent - exponent, 0);
  if (drop === 0) return { coefficient, exponent };
  if (drop > digits) return { coefficient: 0n, exponent: leastExponent };
  const unit = 10n ** BigInt(drop);
  const kept = coefficient / unit;
  const twice = (coefficient % unit) * 2n;
  const isUp = twice > unit || (twice === unit && kept % 2n === 1n);
  const result = isUp ? kept + 1n : kept;
  // 99…9 rounds to one digit more, which ends in zero.
  if (digitsOf(result) > precision) return { coefficient: result / 10n, exponent: exponent + drop + 1 };
  return { coefficient: result, exponent: exponent + drop };
}
