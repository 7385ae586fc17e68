import type { Binary, BSONRegExp, BSONSymbol, Code, ObjectId, Timestamp } from 'bson';
import { type BsonTypeName, bsonTypeOf, type Doc } from './bson-type.ts';
import { type Collation, collationKey } from './collation.ts';
import { plainDocument } from './fields.ts';
import { compareNumeric } from './numeric.ts';

/** Type order: https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/ (missing is below null). */
export const typeRank: Readonly<Record<BsonTypeName, number>> = {
  minKey: 1,
  missing: 2,
  null: 5,
  int: 10,
  long: 10,
  double: 10,
  decimal: 10,
  string: 15,
  symbol: 15,
  object: 20,
  array: 25,
  binData: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  javascript: 60,
  javascriptWithScope: 65,
  maxKey: 127,
};

/** MongoDB's comparison of two BSON values: negative, 0 or positive. Numbers of all types compare exactly. */
export function compareValues(a: unknown, b: unknown, collation?: Collation): number {
  if (a === b) return 0;
  const type = bsonTypeOf(a);
  const rank = typeRank[type] - typeRank[bsonTypeOf(b)];
  return rank !== 0 ? rank : compareWithinRank(type, a, b, collation);
}

/** True when MongoDB calls the values equal (1, Long 1 and 1.0 are). */
export function valuesEqual(a: unknown, b: unknown, collation?: Collation): boolean {
  return compareValues(a, b, collation) === 0;
}

function compareWithinRank(type: BsonTypeName, a: unknown, b: unknown, collation: Collation | undefined): number {
  switch (typeRank[type]) {
    case typeRank.int:
      return compareNumeric(a, b);
    case typeRank.string:
      return compareText(stringOf(a), stringOf(b), collation);
    case typeRank.object:
      return compareDocuments(a as Doc, b as Doc, collation);
    case typeRank.array:
      return compareArrays(a as unknown[], b as unknown[], collation);
    case typeRank.binData:
      return compareBinary(a as Binary, b as Binary);
    case typeRank.objectId:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case typeRank.bool:
      return Number(a) - Number(b);
    case typeRank.date:
      return ((a as Date).getTime() || 0) - ((b as Date).getTime() || 0);
    case typeRank.timestamp:
      return (a as Timestamp).compare(b as Timestamp);
    case typeRank.regex:
      return compareRegex(a, b);
    case typeRank.javascript:
    case typeRank.javascriptWithScope:
      return compareCode(a as Code, b as Code);
    default:
      return 0;
  }
}

/** A string or symbol's text. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : (value as BSONSymbol).value;
}

function compareText(a: string, b: string, collation: Collation | undefined): number {
  return collation ? compareStrings(collationKey(a, collation), collationKey(b, collation)) : compareStrings(a, b);
}

/** Order of the UTF-8 bytes, which is code point order: UTF-16 units differ from it where surrogates meet U+E000..U+FFFF. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const leftHigh = left >= 0xd800 && left <= 0xdfff;
    const rightHigh = right >= 0xd800 && right <= 0xdfff;
    if (leftHigh !== rightHigh && left >= 0xd800 && right >= 0xd800) return leftHigh ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

function compareDocuments(left: Doc, right: Doc, collation: Collation | undefined): number {
  const a = plainDocument(left);
  const b = plainDocument(right);
  const names = Object.keys(a);
  const otherNames = Object.keys(b);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    const otherName = otherNames[index];
    if (otherName === undefined) return 1;
    // Field by field: first the type, then the name, then the value.
    const type = bsonTypeOf(a[name]);
    const order =
      typeRank[type] - typeRank[bsonTypeOf(b[otherName])] ||
      compareStrings(name, otherName) ||
      compareWithinRank(type, a[name], b[otherName], collation);
    if (order !== 0) return order;
  }
  return names.length - otherNames.length;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[], collation: Collation | undefined): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareValues(a[index], b[index], collation);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** By length, then subtype, then bytes. */
function compareBinary(a: Binary, b: Binary): number {
  return a.position - b.position || a.sub_type - b.sub_type || Buffer.compare(binaryBytes(a), binaryBytes(b));
}

export function binaryBytes(value: Binary): Uint8Array {
  return value.buffer.subarray(0, value.position);
}

export interface RegexParts {
  readonly pattern: string;
  readonly options: string;
}

/** Pattern and options of a stored regular expression, native or BSON. */
export function regexParts(value: unknown): RegexParts {
  if (value instanceof RegExp) return { pattern: value.source, options: value.flags.replace(/[^imsx]/g, '') };
  const regex = value as BSONRegExp;
  return { pattern: regex.pattern, options: regex.options };
}

function compareRegex(a: unknown, b: unknown): number {
  const left = regexParts(a);
  const right = regexParts(b);
  return compareStrings(left.pattern, right.pattern) || compareStrings(left.options, right.options);
}

function compareCode(a: Code, b: Code): number {
  return compareStrings(String(a.code), String(b.code)) || (a.scope && b.scope ? compareValues(a.scope, b.scope) : 0);
}
