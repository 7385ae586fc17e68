import type { Binary } from 'bson';
import { type BsonTypeName, bsonTypeNumbers, bsonTypeOf, isNumeric } from '../values/bson-type.ts';
import { binaryBytes } from '../values/compare.ts';
import { isZero, toDouble, toExact } from '../values/numeric.ts';
import { preview } from '../values/preview.ts';
import { badValue, failedToParse, typeMismatch } from '../values/refusals.ts';
import { type Predicate, valuePredicate } from './predicate.ts';

const namesByNumber = new Map(Object.entries(bsonTypeNumbers).map(([name, number]) => [number, name as BsonTypeName]));

/** Type names that `$type`, `bsonType` and `$convert` accept, by alias or number; "number" is four of them. */
export function parseTypes(operand: unknown): ReadonlySet<BsonTypeName> {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw failedToParse('$type must match at least one type');
  const types = new Set<BsonTypeName>();
  for (const item of list) {
    if (item === 'number') for (const name of ['int', 'long', 'double', 'decimal'] as const) types.add(name);
    else types.add(parseType(item));
  }
  return types;
}

function parseType(item: unknown): BsonTypeName {
  if (typeof item === 'string') {
    if (item === 'undefined' || item === 'dbPointer') return 'missing';
    if (!Object.hasOwn(bsonTypeNumbers, item)) throw badValue(`Unknown type name alias: ${item}`);
    return item as BsonTypeName;
  }
  if (!isNumeric(item)) throw typeMismatch('type must be represented as a number or a string');
  const number = toDouble(item);
  if (number === 6 || number === 12) return 'missing';
  const name = namesByNumber.get(number);
  if (!name) throw badValue(`Invalid numerical type code: ${number}`);
  return name;
}

export function typePredicate(operand: unknown): Predicate {
  const types = parseTypes(operand);
  return valuePredicate((value) => value !== undefined && types.has(bsonTypeOf(value)));
}

export function existsPredicate(operand: unknown): Predicate {
  const wanted = isTruthy(operand);
  // The whole path is asked: "exists" if any value is there, so false is its negation.
  const exists = valuePredicate((value) => value !== undefined, false);
  if (wanted) return exists;
  return {
    single: (value) => value === undefined,
    at(path) {
      const matcher = exists.at(path);
      return (doc) => !matcher(doc, null);
    },
  };
}

/** BSON truth: false, null, missing and zero are false. */
export function isTruthy(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !isNumeric(value) || !isZero(value);
}

export function sizePredicate(operand: unknown): Predicate {
  const size = requireInteger('$size', operand);
  if (size < 0) throw badValue(`Failed to parse $size. Expected a non-negative number in: $size: ${size}`);
  return valuePredicate((value) => Array.isArray(value) && value.length === size, false);
}

function requireInteger(operator: string, operand: unknown): number {
  const number = isNumeric(operand) ? toDouble(operand) : Number.NaN;
  if (!isNumeric(operand)) throw badValue(`Failed to parse ${operator}. Expected a number`);
  if (!Number.isInteger(number))
    throw badValue(`Failed to parse ${operator}. Expected an integer: ${operator}: ${number}`);
  return number;
}

/** `$mod: [divisor, remainder]`; both are cut to integers, and so is the field's value. */
export function modPredicate(operand: unknown): Predicate {
  if (!Array.isArray(operand)) throw badValue('malformed mod, needs to be an array');
  if (operand.length < 2) throw badValue('malformed mod, not enough elements');
  if (operand.length > 2) throw badValue('malformed mod, too many elements');
  const [divisor, remainder] = operand;
  if (!isNumeric(divisor)) throw badValue('malformed mod, divisor not a number');
  if (!isNumeric(remainder)) throw badValue('malformed mod, remainder not a number');
  const by = truncated(divisor);
  const rest = truncated(remainder);
  if (by === undefined || rest === undefined) throw badValue('malformed mod, divisor value is invalid');
  if (by === 0n) throw badValue('divisor cannot be 0');
  return valuePredicate((value) => {
    if (!isNumeric(value)) return false;
    const whole = truncated(value);
    return whole !== undefined && whole % by === rest;
  });
}

function truncated(value: unknown): bigint | undefined {
  const exact = toExact(value);
  if (typeof exact === 'number') return undefined;
  const { coefficient, exponent } = exact;
  return exponent >= 0 ? coefficient * 10n ** BigInt(exponent) : coefficient / 10n ** BigInt(-exponent);
}

export type BitOperator = '$bitsAllSet' | '$bitsAllClear' | '$bitsAnySet' | '$bitsAnyClear';

/** The bit tests on integers and binary values: https://www.mongodb.com/docs/manual/reference/operator/query-bitwise/ */
export function bitsPredicate(operator: BitOperator, operand: unknown): Predicate {
  const positions = bitPositions(operator, operand);
  const wantsSet = operator === '$bitsAllSet' || operator === '$bitsAnySet';
  const all = operator === '$bitsAllSet' || operator === '$bitsAllClear';
  return valuePredicate((value) => {
    const isSet = bitReader(value);
    if (!isSet) return false;
    return all
      ? positions.every((position) => isSet(position) === wantsSet)
      : positions.some((position) => isSet(position) === wantsSet);
  });
}

function bitPositions(operator: string, operand: unknown): number[] {
  if (Array.isArray(operand)) {
    return operand.map((item) => {
      const position = isNumeric(item) ? toDouble(item) : Number.NaN;
      if (!Number.isInteger(position))
        throw badValue(`Failed to parse bit position. Expected an integer: ${preview(item)}`);
      if (position < 0) throw badValue(`Failed to parse bit position. Expected a non-negative number in: ${position}`);
      return position;
    });
  }
  if (bsonTypeOf(operand) === 'binData') {
    const isSet = bitReader(operand) as (position: number) => boolean;
    return Array.from({ length: (operand as Binary).position * 8 }, (_, index) => index).filter(isSet);
  }
  if (!isNumeric(operand))
    throw badValue(`${operator} takes an Array, a number, or a BinData but received: ${bsonTypeOf(operand)}`);
  const mask = truncated(operand);
  if (mask === undefined || !Number.isInteger(toDouble(operand))) {
    throw failedToParse(`Expected an integer: ${operator}: ${toDouble(operand)}`);
  }
  if (mask < 0n) throw failedToParse(`Expected a non-negative number in: ${operator}: ${mask}`);
  return Array.from({ length: 64 }, (_, index) => index).filter((index) => (mask >> BigInt(index)) & 1n);
}

/** Reads bits of an integral number (sign-extended) or of binary data; undefined for other values. */
function bitReader(value: unknown): ((position: number) => boolean) | undefined {
  if (bsonTypeOf(value) === 'binData') {
    const bytes = binaryBytes(value as Binary);
    return (position) => (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
  }
  if (!isNumeric(value) || !Number.isInteger(toDouble(value))) return undefined;
  const bits = truncated(value) as bigint;
  if (bits < -(2n ** 63n) || bits >= 2n ** 63n) return undefined;
  return (position) => ((bits >> BigInt(Math.min(position, 63))) & 1n) === 1n;
}
