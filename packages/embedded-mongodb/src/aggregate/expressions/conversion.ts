import { type Binary, Decimal128, Double, type Long, ObjectId } from 'bson';
import { isTruthy, parseTypes } from '../../query/element-tests.ts';
import { type BsonTypeName, bsonTypeOf, isNumeric } from '../../values/bson-type.ts';
import { binaryBytes, stringOf } from '../../values/compare.ts';
import { dateAt, isoDate } from '../../values/dates.ts';
import { decimalFrom } from '../../values/decimal-rounding.ts';
import { fitsInt64, integerValue, toDecimal, toDouble, toExact } from '../../values/numeric.ts';
import { location, refusal } from '../../values/refusals.ts';
import { parseDateText } from './date-text.ts';

const conversionFailure = (message: string): Error => refusal(241, message);

/** Converts as `$convert` does. Throws ConversionFailure (241). */
export function convertValue(value: unknown, to: BsonTypeName): unknown {
  const from = bsonTypeOf(value);
  if (from === to) return value;
  switch (to) {
    case 'bool':
      return isTruthy(value);
    case 'string':
      return convertToString(value, from);
    case 'double':
    case 'decimal':
      return convertToFraction(value, from, to);
    case 'int':
    case 'long':
      return convertToInteger(value, from, to);
    case 'date':
      return convertToDate(value, from);
    case 'objectId':
      if (from === 'string' && /^[0-9a-fA-F]{24}$/.test(value as string)) return new ObjectId(value as string);
      if (from === 'string')
        throw conversionFailure(
          `Failed to parse objectId '${value}' in $convert with no onError value: Invalid string length for parsing to OID, expected 24 but found ${(value as string).length}`,
        );
      throw unsupported(from, to);
    default:
      throw unsupported(from, to);
  }
}

function unsupported(from: string, to: string): Error {
  return conversionFailure(`Unsupported conversion from ${from} to ${to} in $convert with no onError value`);
}

function convertToString(value: unknown, from: BsonTypeName): string {
  switch (from) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'objectId':
      return (value as ObjectId).toHexString();
    case 'date':
      return isoDate(value as Date);
    case 'symbol':
      return stringOf(value);
    case 'binData':
      return Buffer.from(binaryBytes(value as Binary)).toString('base64');
    default:
      if (isNumeric(value)) return numberText(value);
      throw unsupported(from, 'string');
  }
}

export function numberText(value: unknown): string {
  const type = bsonTypeOf(value);
  if (type === 'decimal' || type === 'long') return String(value);
  return String(toDouble(value));
}

const decimalText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?(?:inf|infinity|nan)$/i;

function convertToFraction(value: unknown, from: BsonTypeName, to: 'double' | 'decimal'): unknown {
  if (isNumeric(value)) {
    if (to === 'decimal') return toDecimal(value);
    const number = toDouble(value);
    if (!Number.isFinite(number) && typeof toExact(value) !== 'number')
      throw conversionFailure(
        `Conversion would overflow target type in $convert with no onError value: ${numberText(value)}`,
      );
    return new Double(number);
  }
  if (from === 'bool' || from === 'date') {
    const number = from === 'bool' ? Number(value) : dateAt((value as Date).getTime()).getTime();
    return to === 'double' ? new Double(number) : Decimal128.fromString(String(number));
  }
  if (from !== 'string') throw unsupported(from, to);
  const text = value as string;
  if (!decimalText.test(text))
    throw conversionFailure(`Failed to parse number '${text}' in $convert with no onError value`);
  if (to === 'decimal') return decimalOfText(text);
  const special = /^([+-]?)(inf|nan)/i.exec(text);
  if (!special) return new Double(Number(text));
  return new Double(
    special[2]?.toLowerCase() === 'nan'
      ? Number.NaN
      : special[1] === '-'
        ? Number.NEGATIVE_INFINITY
        : Number.POSITIVE_INFINITY,
  );
}

function decimalOfText(text: string): Decimal128 {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return Decimal128.fromString(text.replace(/^\+/, ''));
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const coefficient = BigInt(`${whole}${fraction}`);
  const decimal = decimalFrom({
    coefficient: sign === '-' ? -coefficient : coefficient,
    exponent: Number(exponent) - fraction.length,
  });
  if (String(decimal).endsWith('Infinity'))
    throw conversionFailure(
      `Failed to parse number '${text}' in $convert with no onError value: Conversion from string to decimal would overflow`,
    );
  return decimal;
}

function convertToInteger(value: unknown, from: BsonTypeName, to: 'int' | 'long'): unknown {
  const whole = wholeNumber(value, from, to);
  const fits = to === 'int' ? BigInt.asIntN(32, whole) === whole : fitsInt64(whole);
  if (!fits)
    throw conversionFailure(`Conversion would overflow target type in $convert with no onError value: ${whole}`);
  return integerValue(whole, to === 'long');
}

function wholeNumber(value: unknown, from: BsonTypeName, to: 'int' | 'long'): bigint {
  if (from === 'bool') return value === true ? 1n : 0n;
  if (from === 'date' && to === 'long') return BigInt(dateAt((value as Date).getTime()).getTime());
  if (from === 'string') {
    if (!/^[+-]?\d+$/.test(value as string))
      throw conversionFailure(
        `Failed to parse number '${value}' in $convert with no onError value: Did not consume whole string.`,
      );
    return BigInt((value as string).replace(/^\+/, ''));
  }
  if (!isNumeric(value)) throw unsupported(from, to);
  const exact = toExact(value);
  if (typeof exact === 'number')
    throw conversionFailure(
      `Attempt to convert ${Number.isNaN(exact) ? 'NaN' : 'infinity'} value to integer type in $convert with no onError value`,
    );
  const { coefficient, exponent } = exact;
  return exponent >= 0 ? coefficient * 10n ** BigInt(exponent) : coefficient / 10n ** BigInt(-exponent);
}

function convertToDate(value: unknown, from: BsonTypeName): Date {
  if (from === 'long' || from === 'double' || from === 'decimal') {
    const milliseconds = toDouble(value);
    if (!Number.isFinite(milliseconds))
      throw conversionFailure('Attempt to convert a non-finite value to date in $convert with no onError value');
    return dateAt(Math.trunc(milliseconds));
  }
  if (from === 'objectId') return (value as ObjectId).getTimestamp();
  if (from === 'timestamp') return new Date((value as Long).getHighBitsUnsigned() * 1000);
  if (from !== 'string') throw unsupported(from, 'date');
  const parsed = parseDateText(value as string);
  if (!parsed) throw conversionFailure(`Error parsing date string '${value}' in $convert with no onError value`);
  return parsed;
}

/** Strings, numbers and dates as text, null and missing as the empty string; for `$toLower`, `$substr` and their kin. */
export function textOf(value: unknown, name: string): string {
  const type = bsonTypeOf(value);
  if (type === 'null' || type === 'missing') return '';
  if (type === 'string' || type === 'symbol') return stringOf(value);
  if (type === 'date') return isoDate(value as Date);
  if (isNumeric(value)) return numberText(value);
  if (type === 'timestamp')
    return `Timestamp(${(value as Long).getHighBitsUnsigned()}, ${(value as Long).getLowBitsUnsigned()})`;
  throw location(16007, `can't convert from BSON type ${type} to String in ${name}`);
}

const targets: readonly BsonTypeName[] = ['double', 'string', 'objectId', 'bool', 'date', 'int', 'long', 'decimal'];

/** A target type of `$convert` by name or number. */
export function conversionTarget(type: unknown): BsonTypeName {
  const [name] = [...parseTypes(type)];
  if (!name || !targets.includes(name))
    throw conversionFailure(`Unsupported conversion to ${String(name)} in $convert with no onError value`);
  return name;
}
