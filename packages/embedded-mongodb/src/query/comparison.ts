import { bsonTypeOf, isNumeric } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { compareValues, type RegexParts, regexParts, stringOf, typeRank } from '../values/compare.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import { badValue } from '../values/refusals.ts';
import { notPredicate, type Predicate, valuePredicate } from './predicate.ts';
import { compileRegex } from './regex.ts';

export type Comparison = '$eq' | '$gt' | '$gte' | '$lt' | '$lte';

const accepts: Readonly<Record<Comparison, (order: number) => boolean>> = {
  $eq: (order) => order === 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

const isNaNValue = (value: unknown): boolean => isNumeric(value) && Number.isNaN(toDouble(value));

/**
 * Compares within the operand's type only ("type bracketing"): https://www.mongodb.com/docs/manual/reference/operator/query-comparison/.
 * Missing counts as null for `$eq`, `$gte` and `$lte`; NaN equals NaN and is neither above nor below a number.
 */
export function comparePredicate(operator: Comparison, operand: unknown, collation?: Collation): Predicate {
  return valuePredicate(compareTest(operator, operand, collation));
}

function compareTest(operator: Comparison, operand: unknown, collation?: Collation): (value: unknown) => boolean {
  const type = bsonTypeOf(operand);
  const accept = accepts[operator];
  const includesEqual = operator === '$eq' || operator === '$gte' || operator === '$lte';
  if (type === 'missing') throw badValue(`cannot compare to undefined`);
  if (type === 'null') return (value) => includesEqual && (value === null || value === undefined);
  if (type === 'regex' && operator !== '$eq') throw badValue("Can't have RegEx as arg to predicate over field");
  if (type === 'minKey' || type === 'maxKey') {
    return (value) => accept(compareValues(value === undefined ? null : value, operand));
  }
  if (isNaNValue(operand)) return (value) => includesEqual && isNaNValue(value);
  if (type === 'string' && operator === '$eq' && !collation) {
    return (value) => value === operand || (bsonTypeOf(value) === 'symbol' && stringOf(value) === operand);
  }
  const rank = typeRank[type];
  const isNumber = rank === typeRank.int;
  return (value) => {
    if (typeRank[bsonTypeOf(value)] !== rank) return false;
    if (isNumber && Number.isNaN(toDouble(value))) return false;
    return accept(compareValues(value, operand, collation));
  };
}

/** `$in`: equal to any of the values, or matching any of the regular expressions. */
export function inPredicate(operand: unknown, collation?: Collation): Predicate {
  if (!Array.isArray(operand)) throw badValue('$in needs an array');
  const keys = new Set<string>();
  const regexes: ((value: unknown) => boolean)[] = [];
  for (const item of operand) {
    if (isOperatorObject(item)) throw badValue(`cannot nest $ under $in`);
    keys.add(encodeKey(item ?? null, { collation }));
    if (bsonTypeOf(item) === 'regex') regexes.push(regexTest(regexParts(item)));
  }
  const nullKey = encodeKey(null);
  return valuePredicate((value) => {
    if (keys.has(value === undefined ? nullKey : encodeKey(value, { collation }))) return true;
    return regexes.some((test) => test(value));
  });
}

function isOperatorObject(value: unknown): boolean {
  if (bsonTypeOf(value) !== 'object') return false;
  const first = Object.keys(value as object)[0];
  return first?.startsWith('$') === true && !['$ref', '$id', '$db'].includes(first);
}

export function notInPredicate(operand: unknown, collation?: Collation): Predicate {
  if (!Array.isArray(operand)) throw badValue('$nin needs an array');
  return notPredicate(inPredicate(operand, collation));
}

/** Matches strings by the expression, and a stored equal regular expression. */
export function regexPredicate(regex: RegexParts): Predicate {
  return valuePredicate(regexTest(regex));
}

function regexTest(own: RegexParts): (value: unknown) => boolean {
  const regex = compileRegex(own.pattern, own.options);
  return (value) => {
    if (typeof value === 'string') return regex.test(value);
    const type = bsonTypeOf(value);
    if (type === 'symbol') return regex.test(stringOf(value));
    if (type !== 'regex') return false;
    const parts = regexParts(value);
    return parts.pattern === own.pattern && parts.options === own.options;
  };
}
