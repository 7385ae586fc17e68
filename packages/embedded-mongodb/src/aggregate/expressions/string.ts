import { Int32 } from 'bson';
import { bsonTypeOf, isNumeric } from '../../values/bson-type.ts';
import { compareStrings, stringOf } from '../../values/compare.ts';
import { toDouble } from '../../values/numeric.ts';
import { location } from '../../values/refusals.ts';
import { compileNamed, isNullish, nullableOperator, type OperatorCompiler, operator } from '../expression-scope.ts';
import { textOf } from './conversion.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#string-expression-operators */
export const stringOperators: Readonly<Record<string, OperatorCompiler>> = {
  $concat: nullableOperator(0, Number.POSITIVE_INFINITY, (args) =>
    args
      .map((arg) => {
        if (!isText(arg)) throw location(16702, `$concat only supports strings, not ${bsonTypeOf(arg)}`);
        return stringOf(arg);
      })
      .join(''),
  ),
  // mongod folds ASCII letters only.
  $toLower: operator(1, 1, ([value], name) => textOf(value, name).replace(/[A-Z]+/g, (run) => run.toLowerCase())),
  $toUpper: operator(1, 1, ([value], name) => textOf(value, name).replace(/[a-z]+/g, (run) => run.toUpperCase())),
  $strLenBytes: operator(1, 1, ([value]) => new Int32(Buffer.byteLength(requireText(value, '$strLenBytes', 34473)))),
  $strLenCP: operator(1, 1, ([value]) => new Int32([...requireText(value, '$strLenCP', 34471)].length)),
  $strcasecmp: operator(
    2,
    2,
    ([a, b], name) =>
      new Int32(Math.sign(compareStrings(textOf(a, name).toUpperCase(), textOf(b, name).toUpperCase()))),
  ),
  $substr: operator(3, 3, (args, name) => substrBytes(args, name)),
  $substrBytes: operator(3, 3, (args, name) => substrBytes(args, name)),
  $substrCP: operator(3, 3, ([value, start, length], name) => {
    const text = [...textOf(value, name)];
    const from = requireIndex(start, 34450, 34451, `${name}: starting index`);
    const count = requireIndex(length, 34452, 34453, `${name}: length`);
    if (from < 0) throw location(34455, `${name}: the starting index must be nonnegative integer.`);
    if (count < 0) throw location(34454, `${name}: length must be a nonnegative integer.`);
    return text.slice(from, from + count).join('');
  }),
  $indexOfBytes: indexOf((text) => Buffer.from(text), 40091, 40092),
  $indexOfCP: indexOf((text) => [...text], 40093, 40094),
  $split: nullableOperator(2, 2, ([value, delimiter]) => {
    if (!isText(value))
      throw location(
        40085,
        `$split requires an expression that evaluates to a string as a first argument, found: ${bsonTypeOf(value)}`,
      );
    if (!isText(delimiter))
      throw location(
        40086,
        `$split requires an expression that evaluates to a string as a second argument, found: ${bsonTypeOf(delimiter)}`,
      );
    if (delimiter === '') throw location(40087, '$split requires a non-empty separator');
    return stringOf(value).split(stringOf(delimiter));
  }),
  $trim: trimming(true, true),
  $ltrim: trimming(true, false),
  $rtrim: trimming(false, true),
  $replaceOne: replacing((input, find, replacement) => {
    const at = input.indexOf(find);
    return at < 0 ? input : input.slice(0, at) + replacement + input.slice(at + find.length);
  }),
  $replaceAll: replacing((input, find, replacement) =>
    find === ''
      ? [...input].reduce((text, character) => text + character + replacement, replacement)
      : input.split(find).join(replacement),
  ),
};

function isText(value: unknown): boolean {
  return typeof value === 'string' || bsonTypeOf(value) === 'symbol';
}

function requireText(value: unknown, name: string, code: number): string {
  if (!isText(value)) throw location(code, `${name} requires a string argument, found: ${bsonTypeOf(value)}`);
  return stringOf(value);
}

function requireIndex(value: unknown, notNumber: number, notInteger: number, what: string): number {
  if (!isNumeric(value))
    throw location(notNumber, `${what} must be a numeric type (is BSON type ${bsonTypeOf(value)})`);
  const number = toDouble(value);
  if (!Number.isInteger(number)) throw location(notInteger, `${what} cannot be represented as a 32-bit integral value`);
  return number;
}

function substrBytes([value, start, length]: unknown[], name: string): string {
  const bytes = Buffer.from(textOf(value, name));
  if (!isNumeric(start))
    throw location(16034, `${name}: starting index must be a numeric type (is BSON type ${bsonTypeOf(start)})`);
  if (!isNumeric(length))
    throw location(16035, `${name}: length must be a numeric type (is BSON type ${bsonTypeOf(length)})`);
  const from = Math.trunc(toDouble(start));
  const count = Math.trunc(toDouble(length));
  if (from < 0) throw location(50752, `${name}: starting index must be non-negative (got: ${from})`);
  if (from >= bytes.length) return '';
  const end = count < 0 ? bytes.length : Math.min(bytes.length, from + count);
  if (isContinuation(bytes[from]))
    throw location(28656, `${name}: Invalid range, starting index is a UTF-8 continuation byte.`);
  if (isContinuation(bytes[end]))
    throw location(28657, `${name}: Invalid range, ending index is in the middle of a UTF-8 character.`);
  return bytes.subarray(from, end).toString();
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

type Units = Buffer | readonly string[];

function indexOf(unitsOf: (text: string) => Units, notText: number, notSubstring: number): OperatorCompiler {
  return operator(2, 4, ([value, part, start, end], name) => {
    if (isNullish(value)) return null;
    if (!isText(value))
      throw location(notText, `${name} requires a string as the first argument, found: ${bsonTypeOf(value)}`);
    if (!isText(part))
      throw location(notSubstring, `${name} requires a string as the second argument, found: ${bsonTypeOf(part)}`);
    const units = unitsOf(stringOf(value));
    const wanted = unitsOf(stringOf(part));
    const from = start === undefined ? 0 : requireBound(start, name, 'starting');
    const to = Math.min(end === undefined ? units.length : requireBound(end, name, 'ending'), units.length);
    for (let at = from; at + wanted.length <= to; at += 1) {
      if (wanted.every((unit: string | number, offset: number) => units[at + offset] === unit)) return new Int32(at);
    }
    return new Int32(-1);
  });
}

function requireBound(value: unknown, name: string, which: string): number {
  const number = requireIndex(value, 40096, 40096, `${name} requires an integral ${which} index`);
  if (number < 0) throw location(40097, `${name} requires a nonnegative ${which} index, found: ${number}`);
  return number;
}

// The characters that mongod trims when none are given.
const whitespace = [...'\0\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'];

function trimming(start: boolean, end: boolean): OperatorCompiler {
  return (operand, scope, name) => {
    const args = compileNamed(name, operand, scope, {
      required: ['input'],
      optional: ['chars'],
      notObject: 50696,
      unknown: 50694,
      missing: 50695,
    });
    return (doc, variables) => {
      const input = args['input']?.(doc, variables);
      const chars = args['chars'] ? args['chars'](doc, variables) : undefined;
      if (isNullish(input) || (args['chars'] && isNullish(chars))) return null;
      if (!isText(input))
        throw location(50699, `${name} requires its input to be a string, got ${bsonTypeOf(input)} instead.`);
      if (args['chars'] && !isText(chars))
        throw location(50700, `${name} requires 'chars' to be a string, got ${bsonTypeOf(chars)} instead.`);
      return trimText(stringOf(input), args['chars'] ? [...stringOf(chars)] : whitespace, start, end);
    };
  };
}

function trimText(text: string, unwanted: readonly string[], start: boolean, end: boolean): string {
  const characters = [...text];
  let from = 0;
  let to = characters.length;
  while (start && from < to && unwanted.includes(characters[from] as string)) from += 1;
  while (end && to > from && unwanted.includes(characters[to - 1] as string)) to -= 1;
  return characters.slice(from, to).join('');
}

function replacing(replace: (input: string, find: string, replacement: string) => string): OperatorCompiler {
  return (operand, scope, name) => {
    const args = compileNamed(name, operand, scope, {
      required: ['input', 'find', 'replacement'],
      notObject: 51751,
      unknown: 51750,
      missing: 51749,
    });
    const codes: Readonly<Record<string, number>> = { input: 51746, find: 51745, replacement: 51744 };
    return (doc, variables) => {
      const values = ['input', 'find', 'replacement'].map((argument) => {
        const value = args[argument]?.(doc, variables);
        if (!isNullish(value) && !isText(value)) {
          throw location(
            codes[argument] as number,
            `${name} requires that '${argument}' be a string, found: ${bsonTypeOf(value)}`,
          );
        }
        return value;
      });
      if (values.some(isNullish)) return null;
      const [input, find, replacement] = values.map(stringOf) as [string, string, string];
      return replace(input, find, replacement);
    };
  };
}
