import { CommandError } from '../command-error.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import type { IndexDefinition } from './index-definition.ts';

/** E11000 in mongod's words: clients (mongoose among them) read the message, `keyPattern` and `keyValue`. */
export function duplicateKeyError(
  namespace: string,
  definition: IndexDefinition,
  values: readonly unknown[],
): CommandError {
  const keyValue: Doc = {};
  definition.fields.forEach(({ path }, position) => {
    keyValue[path] = values[position] ?? null;
  });
  const collation = definition.collation ? ` collation: ${shellText(definition.spec['collation'])}` : '';
  const message = `E11000 duplicate key error collection: ${namespace} index: ${definition.name}${collation} dup key: ${shellText(keyValue)}`;
  return new CommandError(11000, message, { keyPattern: definition.spec['key'], keyValue });
}

/** A value as mongod prints it in messages: `{ email: "a@b.in", n: 1, at: new Date(0) }`. */
export function shellText(value: unknown): string {
  switch (bsonTypeOf(value)) {
    case 'string':
      return `"${value}"`;
    case 'objectId':
      return `ObjectId('${value}')`;
    case 'date':
      return `new Date(${(value as Date).getTime()})`;
    case 'double': {
      const number = toDouble(value);
      return Number.isInteger(number) ? number.toFixed(1) : String(number);
    }
    case 'decimal':
      return `Decimal128('${value}')`;
    case 'array':
      return `[ ${(value as unknown[]).map(shellText).join(', ')} ]`;
    case 'object': {
      const fields = Object.entries(value as Doc).map(([name, item]) => `${name}: ${shellText(item)}`);
      return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
    }
    case 'binData': {
      const binary = value as { sub_type: number; toString(encoding: string): string };
      return `BinData(${binary.sub_type}, ${binary.toString('hex').toUpperCase()})`;
    }
    default:
      return String(value);
  }
}
