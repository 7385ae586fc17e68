import { isOperatorDocument } from '../query/field-condition.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { regexParts, typeRank } from '../values/compare.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import { isIndexName } from '../values/paths.ts';
import { after, before, type KeyInterval, merge, pointInterval } from './key-interval.ts';

/**
 * Where the index keys of a matching document must lie: at least one key of each lies in one of the intervals. Never
 * fewer than the documents that match; the filter itself decides afterwards.
 */
export interface FieldConstraint {
  readonly path: string;
  readonly intervals: readonly KeyInterval[];
  /** One value exactly. */
  readonly isPoint: boolean;
  /** A list of values. */
  readonly isPoints: boolean;
  /** The values themselves, for points. */
  readonly values: readonly unknown[];
  /** The one range operator with its operand. */
  readonly range?: { readonly operator: string; readonly operand: unknown };
  /** Which index serves: one with any collation, one with the query's own, or one without (regular expressions know none). */
  readonly collation: 'any' | 'same' | 'none';
  /** A document without the field may match: a sparse index would miss it. */
  readonly acceptsMissing: boolean;
}

/** The constraints that hold together in a filter; what cannot be read from an index is left out. */
export function fieldConstraints(filter: Doc, collation: Collation | undefined): FieldConstraint[] {
  return Object.entries(filter).flatMap(([name, operand]) => {
    if (name === '$and' && Array.isArray(operand)) {
      return operand.filter(isDocument).flatMap((clause) => fieldConstraints(clause, collation));
    }
    // A number in a path means a position or a name, by document: no index tells which.
    if (name.startsWith('$') || name.split('.').some(isIndexName)) return [];
    return conditionsOf(name, operand, collation);
  });
}

function conditionsOf(path: string, operand: unknown, collation: Collation | undefined): FieldConstraint[] {
  if (bsonTypeOf(operand) === 'regex') return prefixConstraint(path, operand);
  if (bsonTypeOf(operand) !== 'object' || !isOperatorDocument(operand as Doc))
    return pointsConstraint(path, [operand], collation);
  const operators = operand as Doc;
  return Object.entries(operators).flatMap(([operator, value]) => {
    switch (operator) {
      case '$eq':
        return pointsConstraint(path, [value], collation);
      case '$in':
        return Array.isArray(value) ? pointsConstraint(path, value, collation) : [];
      case '$all':
        return Array.isArray(value) ? allConstraint(path, value, collation) : [];
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte':
        return rangeConstraint(path, operator, value, collation);
      case '$regex':
        return operators['$options'] === undefined || operators['$options'] === '' ? prefixConstraint(path, value) : [];
      default:
        return [];
    }
  });
}

/** Each value must be there, so the first that can be looked up will do. */
function allConstraint(path: string, values: readonly unknown[], collation: Collation | undefined): FieldConstraint[] {
  for (const value of values) {
    if (bsonTypeOf(value) === 'object' && isOperatorDocument(value as Doc)) continue;
    const found = pointsConstraint(path, [value], collation);
    if (found.length > 0) return found;
  }
  return [];
}

const isOpaque = (value: unknown): boolean => {
  const type = bsonTypeOf(value);
  // An array is compared whole but indexed by its elements; an expression matches many values.
  return type === 'array' || type === 'regex' || type === 'missing';
};

const holdsText = (value: unknown): boolean => {
  const type = bsonTypeOf(value);
  return type === 'string' || type === 'symbol' || type === 'object';
};

function pointsConstraint(
  path: string,
  values: readonly unknown[],
  collation: Collation | undefined,
): FieldConstraint[] {
  if (values.some(isOpaque)) return [];
  const acceptsMissing = values.includes(null);
  const keys = values.map((value) => encodeKey(value, { collation }));
  if (acceptsMissing) keys.push(encodeKey(undefined));
  return [
    {
      path,
      intervals: merge(keys.map(pointInterval)),
      isPoint: keys.length === 1,
      isPoints: true,
      values,
      collation: values.some(holdsText) ? 'same' : 'any',
      acceptsMissing,
    },
  ];
}

function rangeConstraint(
  path: string,
  operator: '$gt' | '$gte' | '$lt' | '$lte',
  operand: unknown,
  collation: Collation | undefined,
): FieldConstraint[] {
  const type = bsonTypeOf(operand);
  if (isOpaque(operand) || type === 'minKey' || type === 'maxKey') return [];
  if (type === 'null' || (isNumeric(operand) && Number.isNaN(toDouble(operand)))) {
    return operator === '$gte' || operator === '$lte' ? pointsConstraint(path, [operand], collation) : [];
  }
  const key = encodeKey(operand, { collation });
  const bracket = pointInterval(String.fromCharCode(typeRank[type]));
  const interval: KeyInterval = {
    low: operator === '$gt' ? after(key) : operator === '$gte' ? before(key) : bracket.low,
    high: operator === '$lt' ? before(key) : operator === '$lte' ? after(key) : bracket.high,
  };
  return [
    {
      path,
      intervals: [interval],
      isPoint: false,
      isPoints: false,
      values: [],
      range: { operator, operand },
      collation: holdsText(operand) ? 'same' : 'any',
      acceptsMissing: false,
    },
  ];
}

/** `/^literal.../`: strings that begin so, and stored regular expressions, which equal ones match. */
function prefixConstraint(path: string, value: unknown): FieldConstraint[] {
  const parts =
    typeof value === 'string'
      ? { pattern: value, options: '' }
      : bsonTypeOf(value) === 'regex'
        ? regexParts(value)
        : undefined;
  const prefix = parts && parts.options === '' ? literalPrefix(parts.pattern) : '';
  if (prefix === '') return [];
  const textKey = encodeKey(prefix).slice(0, -2);
  return [
    {
      path,
      intervals: [pointInterval(textKey), pointInterval(String.fromCharCode(typeRank.regex))],
      isPoint: false,
      isPoints: false,
      values: [],
      collation: 'none',
      acceptsMissing: false,
    },
  ];
}

/** The literal text an anchored pattern begins with; empty when there is none or an alternative could avoid it. */
export function literalPrefix(pattern: string): string {
  if (!pattern.startsWith('^') || pattern.includes('|')) return '';
  let prefix = '';
  let at = 1;
  while (at < pattern.length) {
    const match = /^(?:\\([^\w\s])|([^\\^$.|?*+()[\]{}\s]| ))/u.exec(pattern.slice(at, at + 4));
    if (!match) break;
    const next = pattern[at + match[0].length];
    if (next === '*' || next === '?' || next === '{') break;
    prefix += match[1] ?? match[2];
    at += match[0].length;
  }
  return prefix;
}
