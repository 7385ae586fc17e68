/**
 * What kind of BSON value a decoded JavaScript value is.
 *
 * bson 7 with `promoteValues: false, bsonRegExp: true` gives: Int32, Double, Long, Decimal128, ObjectId, Binary (UUID for
 * subtype 4), BSONRegExp, Timestamp, Code, MinKey, MaxKey, BSONSymbol and DBRef as wrapper objects; strings, booleans,
 * null, arrays, plain objects and Dates stay native, and BSON undefined becomes `undefined`, which here means "missing".
 * Integer-like field names ("0", "12") come first in a JavaScript object whatever their place on the wire.
 */
export type Doc = Record<string, unknown>;

/** Type aliases as `$type` spells them, plus `missing`. */
export type BsonTypeName =
  | 'double'
  | 'string'
  | 'object'
  | 'array'
  | 'binData'
  | 'objectId'
  | 'bool'
  | 'date'
  | 'null'
  | 'regex'
  | 'javascript'
  | 'symbol'
  | 'javascriptWithScope'
  | 'int'
  | 'timestamp'
  | 'long'
  | 'decimal'
  | 'minKey'
  | 'maxKey'
  | 'missing';

/** BSON type numbers: https://www.mongodb.com/docs/manual/reference/bson-types/ */
export const bsonTypeNumbers: Readonly<Record<Exclude<BsonTypeName, 'missing'>, number>> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};

const wrapperTypes: Readonly<Record<string, BsonTypeName>> = {
  Int32: 'int',
  Double: 'double',
  Long: 'long',
  Decimal128: 'decimal',
  ObjectId: 'objectId',
  Binary: 'binData',
  BSONRegExp: 'regex',
  Timestamp: 'timestamp',
  MinKey: 'minKey',
  MaxKey: 'maxKey',
  BSONSymbol: 'symbol',
  DBRef: 'object',
};

/** The BSON type of a decoded value; native numbers are int when they fit int32, else double. */
export function bsonTypeOf(value: unknown): BsonTypeName {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return (value | 0) === value && !Object.is(value, -0) ? 'int' : 'double';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'long';
    case 'object':
      return objectType(value);
    default:
      return 'missing';
  }
}

function objectType(value: object | null): BsonTypeName {
  if (value === null) return 'null';
  // The prototype decides, so that a stored field called `_bsontype` or `constructor` cannot pretend.
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'object';
  const wrapper = (value as { _bsontype?: string })._bsontype;
  if (wrapper === undefined) return nativeType(value);
  if (wrapper === 'Code') return (value as { scope?: unknown }).scope ? 'javascriptWithScope' : 'javascript';
  return (Object.hasOwn(wrapperTypes, wrapper) ? wrapperTypes[wrapper] : undefined) ?? 'object';
}

function nativeType(value: object): BsonTypeName {
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  return value instanceof RegExp ? 'regex' : 'object';
}

/** True for plain documents and DBRefs (which are documents on the wire). */
export function isDocument(value: unknown): value is Doc {
  return typeof value === 'object' && value !== null && objectType(value) === 'object';
}

/** True for int, long, double, decimal and native numbers. */
export function isNumeric(value: unknown): boolean {
  const type = bsonTypeOf(value);
  return type === 'int' || type === 'double' || type === 'long' || type === 'decimal';
}
