import type { Binary, Code, ObjectId, Timestamp } from 'bson';
import { bsonTypeOf, type Doc } from './bson-type.ts';
import { type Collation, collationKey } from './collation.ts';
import { binaryBytes, regexParts, stringOf, typeRank } from './compare.ts';
import type { Exact } from './decimal-rounding.ts';
import { plainDocument } from './fields.ts';
import { compareExact, exactDouble, toDouble, toExact } from './numeric.ts';

export interface KeyOptions {
  readonly descending?: boolean;
  readonly collation?: Collation | undefined;
}

/**
 * One value as a string of byte-sized characters whose order is compareValues' order; equal values (1, Long 1, 1.0)
 * have equal keys, and no key is a proper prefix of another. Descending inverts every byte.
 */
export function encodeKey(value: unknown, options: KeyOptions = {}): string {
  const key = encodeTagged(value, options.collation);
  return options.descending ? invert(key) : key;
}

/** The keys of several values behind each other; a direction is 1 or -1. */
export function encodeCompoundKey(
  values: readonly unknown[],
  directions: readonly number[],
  collation?: Collation,
): string {
  let key = '';
  for (let index = 0; index < values.length; index += 1) {
    key += encodeKey(values[index], { descending: (directions[index] ?? 1) < 0, collation });
  }
  return key;
}

function encodeTagged(value: unknown, collation: Collation | undefined): string {
  return String.fromCharCode(typeRank[bsonTypeOf(value)]) + encodePayload(value, collation);
}

function encodePayload(value: unknown, collation: Collation | undefined): string {
  switch (typeRank[bsonTypeOf(value)]) {
    case typeRank.int:
      return encodeNumber(value);
    case typeRank.string:
      return encodeText(collation ? collationKey(stringOf(value), collation) : stringOf(value));
    case typeRank.object:
      return encodeDocument(value as Doc, collation);
    case typeRank.array:
      return `${(value as unknown[]).map((element) => encodeTagged(element, collation)).join('')}\0`;
    case typeRank.binData:
      return encodeBinary(value as Binary);
    case typeRank.objectId:
      return latin1((value as ObjectId).id);
    case typeRank.bool:
      return value === true ? '\x01' : '\0';
    case typeRank.date:
      return encodeInt64(BigInt((value as Date).getTime() || 0));
    case typeRank.timestamp:
      return encodeUint64(BigInt.asUintN(64, (value as Timestamp).toBigInt()));
    case typeRank.regex: {
      const { pattern, options } = regexParts(value);
      return encodeText(pattern) + encodeText(options);
    }
    case typeRank.javascript:
      return encodeText(String((value as Code).code));
    case typeRank.javascriptWithScope:
      return encodeText(String((value as Code).code)) + encodeDocument((value as Code).scope as Doc, undefined);
    default:
      return '';
  }
}

function encodeDocument(doc: Doc, collation: Collation | undefined): string {
  const plain = plainDocument(doc);
  let key = '';
  for (const name of Object.keys(plain)) {
    const tagged = encodeTagged(plain[name], collation);
    // Type before name before value, as documents compare.
    key += tagged[0] + encodeText(name) + tagged.slice(1);
  }
  return `${key}\0`;
}

const beyondAscii = /[^\u0020-\u007e]/;

/** UTF-8 bytes; a NUL inside is escaped so that the end mark stays below every continuation. */
function encodeText(text: string): string {
  if (!beyondAscii.test(text)) return `${text}\0\0`;
  return `${latin1(Buffer.from(text, 'utf8')).replaceAll('\0', '\0\xff')}\0\0`;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function encodeBinary(value: Binary): string {
  const length = value.position;
  const head = String.fromCharCode((length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
  return head + String.fromCharCode(value.sub_type) + latin1(binaryBytes(value));
}

const nanKey = '\0\0\0\0\0\0\0\0\0';

/** The greatest double not above the number, then nothing more when exact, else the number's own decimal digits. */
function encodeNumber(value: unknown): string {
  const nearest = toDouble(value);
  if (Number.isNaN(nearest)) return nanKey;
  const type = bsonTypeOf(value);
  if (type === 'int' || type === 'double' || (Number.isSafeInteger(nearest) && type === 'long')) {
    return `${encodeDouble(nearest)}\0`;
  }
  const exact = toExact(value);
  if (typeof exact === 'number') return `${encodeDouble(exact)}\0`;
  const order = compareExact(exactDouble(nearest), exact);
  if (order === 0) return `${encodeDouble(nearest)}\0`;
  return `${encodeDouble(order > 0 ? nextDown(nearest) : nearest)}\x01${encodeDigits(exact)}`;
}

function encodeDigits(exact: Exclude<Exact, number>): string {
  const isNegative = exact.coefficient < 0n;
  const digits = (isNegative ? -exact.coefficient : exact.coefficient).toString();
  const magnitude = digits.length + exact.exponent + 0x4000;
  const body = `${String.fromCharCode(magnitude >> 8, magnitude & 255)}${digits.replace(/0+$/, '')}\0`;
  return isNegative ? invert(body) : body;
}

// Written and read within one call only: a number's bytes.
const scratch = new DataView(new ArrayBuffer(8));

function encodeDouble(value: number): string {
  scratch.setFloat64(0, value === 0 ? 0 : value);
  const high = scratch.getUint32(0);
  const low = scratch.getUint32(4);
  return high & 0x80000000 ? encode32(~high) + encode32(~low) : encode32(high | 0x80000000) + encode32(low);
}

function encode32(word: number): string {
  return String.fromCharCode((word >>> 24) & 255, (word >>> 16) & 255, (word >>> 8) & 255, word & 255);
}

function nextDown(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return Number.MAX_VALUE;
  if (value === 0) return -Number.MIN_VALUE;
  scratch.setFloat64(0, value);
  scratch.setBigUint64(0, scratch.getBigUint64(0) + (value > 0 ? -1n : 1n));
  return scratch.getFloat64(0);
}

function encodeInt64(value: bigint): string {
  return encodeUint64(BigInt.asUintN(64, value + 2n ** 63n));
}

function encodeUint64(value: bigint): string {
  return encode32(Number(value >> 32n)) + encode32(Number(value & 0xffffffffn));
}

function invert(key: string): string {
  let inverted = '';
  for (let index = 0; index < key.length; index += 1) inverted += String.fromCharCode(255 - key.charCodeAt(index));
  return inverted;
}
