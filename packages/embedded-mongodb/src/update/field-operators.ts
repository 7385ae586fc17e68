import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import { addNumbers, integerOf, multiplyNumbers } from '../values/arithmetic.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { compareValues } from '../values/compare.ts';
import { preview } from '../values/preview.ts';
import { badValue, failedToParse, typeMismatch } from '../values/refusals.ts';
import type { CompiledModifier, ModifierCompiler } from './modifier.ts';
import { keep, remove } from './path-edit.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/update-field/ and update-bitwise */
export const fieldModifiers: Readonly<Record<string, ModifierCompiler>> = {
  $set: (_path, operand) => creating(() => operand),
  $setOnInsert: (_path, operand) => ({ ...creating(() => operand), onInsertOnly: true }),
  $unset: () => ({ missing: 'ignore', edit: (value) => (value === undefined ? keep : remove) }),
  $inc: arithmetic('$inc', addNumbers, (operand) => operand),
  $mul: arithmetic('$mul', multiplyNumbers, zeroLike),
  $min: (_path, operand, scope) =>
    creating((value) => (value === undefined || compareValues(operand, value, scope.collation) < 0 ? operand : keep)),
  $max: (_path, operand, scope) =>
    creating((value) => (value === undefined || compareValues(operand, value, scope.collation) > 0 ? operand : keep)),
  $currentDate: compileCurrentDate,
  $bit: compileBit,
};

/** Zero of the operand's own type. */
function zeroLike(operand: unknown): unknown {
  const type = bsonTypeOf(operand);
  if (type === 'double') return new Double(0);
  if (type === 'decimal') return Decimal128.fromString('0');
  return type === 'long' ? Long.fromNumber(0) : new Int32(0);
}

function creating(edit: CompiledModifier['edit']): CompiledModifier {
  return { missing: 'create', edit };
}

function arithmetic(
  name: '$inc' | '$mul',
  combine: (a: unknown, b: unknown) => unknown,
  initial: (operand: unknown) => unknown,
): ModifierCompiler {
  const verb = name === '$inc' ? 'increment' : 'multiply';
  return (path, operand) => {
    if (!isNumeric(operand)) {
      throw typeMismatch(`Cannot ${verb} with non-numeric argument: {${path.join('.')}: ${preview(operand)}}`);
    }
    return creating((value, context) => {
      if (value === undefined) return initial(operand);
      if (!isNumeric(value)) {
        const id = isDocument(context.doc) ? preview(context.doc['_id']) : '';
        throw typeMismatch(
          `Cannot apply ${name} to a value of non-numeric type. {_id: ${id}} has the field '${path.at(-1)}' of non-numeric type ${bsonTypeOf(value)}`,
        );
      }
      const result = combine(value, operand);
      if (result === undefined) {
        throw badValue(
          `Failed to apply ${name} operations to current value ((NumberLong)${String(value)}) for document {_id: ${preview(context.doc['_id'])}}`,
        );
      }
      return result;
    });
  };
}

/** true or { $type: 'date' } writes the time, { $type: 'timestamp' } a timestamp. */
function compileCurrentDate(path: readonly string[], operand: unknown): CompiledModifier {
  if (typeof operand === 'boolean') return creating((_value, context) => context.now);
  if (bsonTypeOf(operand) !== 'object') {
    throw badValue(
      `${bsonTypeOf(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  for (const name of Object.keys(operand as Doc)) {
    if (name !== '$type') throw badValue(`Unrecognized $currentDate option: ${name}`);
  }
  const type = (operand as Doc)['$type'];
  if (type === 'date') return creating((_value, context) => context.now);
  if (type === 'timestamp') {
    return creating((_value, context) => new Timestamp({ t: Math.floor(context.now.getTime() / 1000), i: 1 }));
  }
  throw badValue(
    `The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {${path.join('.')} : {$type: 'date'}}}`,
  );
}

const bitOperations: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

function compileBit(path: readonly string[], operand: unknown): CompiledModifier {
  if (bsonTypeOf(operand) !== 'object') {
    throw badValue(
      `The $bit modifier is not compatible with a ${bsonTypeOf(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  }
  const steps = Object.entries(operand as Doc).map(([name, argument]) => {
    const apply = Object.hasOwn(bitOperations, name) ? bitOperations[name] : undefined;
    if (!apply) {
      throw badValue(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${preview(argument)}}`,
      );
    }
    const type = bsonTypeOf(argument);
    if (type !== 'int' && type !== 'long') {
      throw badValue(
        `The $bit modifier field must be an Integer(32/64 bit); a '${type}' is not supported here: {${name}: ${preview(argument)}}`,
      );
    }
    return { apply, argument };
  });
  if (steps.length === 0)
    throw badValue(`You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}`);
  return creating((value, context) => {
    const type = bsonTypeOf(value);
    if (value !== undefined && type !== 'int' && type !== 'long') {
      throw badValue(
        `Cannot apply $bit to a value of non-integral type.{_id: ${preview(context.doc['_id'])}} has the field ${path.at(-1)} of non-integer type ${type}`,
      );
    }
    let isLong = type === 'long';
    let bits = value === undefined ? 0n : integerOf(value);
    for (const { apply, argument } of steps) {
      isLong ||= bsonTypeOf(argument) === 'long';
      bits = apply(bits, integerOf(argument));
    }
    return isLong ? Long.fromBigInt(BigInt.asIntN(64, bits)) : new Int32(Number(BigInt.asIntN(32, bits)));
  });
}

/** `$rename`'s destination, checked. Throws BadValue. */
export function renameTarget(source: string, operand: unknown): string {
  if (typeof operand !== 'string')
    throw badValue(`The 'to' field for $rename must be a string: ${source}: ${preview(operand)}`);
  if (operand === source)
    throw badValue(`The source and target field for $rename must differ: ${source}: "${operand}"`);
  if (operand.includes('\0')) throw badValue("The 'to' field for $rename cannot contain an embedded null byte");
  for (const path of [source, operand]) {
    if (path.split('.').some((part) => /^\$(\[.*\])?$/.test(part))) {
      const end = path === source ? 'source' : 'destination';
      throw badValue(`The ${end} field for $rename may not be dynamic: ${path}`);
    }
  }
  if (operand === '') throw failedToParse('An empty update path is not valid.');
  return operand;
}
