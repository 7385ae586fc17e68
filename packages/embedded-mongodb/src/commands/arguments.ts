import { CommandError } from '../command-error.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import type { CommandContext } from './command.ts';

const GENERIC: ReadonlySet<string> = new Set([
  ...['$db', 'lsid', 'txnNumber', '$clusterTime', 'readConcern', 'writeConcern', 'maxTimeMS', 'comment'],
  ...['$readPreference', 'apiVersion', 'apiStrict', 'apiDeprecationErrors', 'autocommit', 'startTransaction'],
  ...['$client', '$audit', 'help', 'databaseVersion', 'shardVersion', 'maxTimeMSOpOnly'],
]);

/** Refuses fields a command has not, as MongoDB's parser does (code 40415). `where` names the struct in the message. */
export function assertKnownFields(body: Doc, where: string, known: readonly string[]): void {
  for (const name of Object.keys(body)) {
    if (known.includes(name) || (GENERIC.has(name) && !where.includes('.'))) continue;
    throw new CommandError(40415, `BSON field '${where}.${name}' is an unknown field.`);
  }
}

function mismatch(name: string, value: unknown, expected: string): CommandError {
  return new CommandError(
    14,
    `BSON field '${name}' is the wrong type '${bsonTypeOf(value)}', expected type '${expected}'`,
  );
}

export function optionalDocument(body: Doc, name: string): Doc | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isDocument(value)) throw mismatch(name, value, 'object');
  return value;
}

export function requireDocument(body: Doc, name: string, where: string): Doc {
  const value = optionalDocument(body, name);
  if (!value) throw new CommandError(40414, `BSON field '${where}.${name}' is missing but a required field`);
  return value;
}

export function optionalString(body: Doc, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw mismatch(name, value, 'string');
  return value;
}

export function requireString(body: Doc, name: string, where: string): string {
  const value = optionalString(body, name);
  if (value === undefined)
    throw new CommandError(40414, `BSON field '${where}.${name}' is missing but a required field`);
  return value;
}

/** Booleans, and numbers as MongoDB takes them. */
export function flagOf(body: Doc, name: string): boolean {
  const value = body[name];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  if (isNumeric(value)) return toDouble(value) !== 0;
  throw mismatch(name, value, 'bool');
}

/** A whole number that is not negative. */
export function countOf(body: Doc, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isNumeric(value)) throw mismatch(name, value, 'long');
  const number = Math.trunc(toDouble(value));
  if (number < 0) throw new CommandError(51024, `BSON field '${name}' value must be >= 0, actual value '${number}'`);
  return number;
}

export function requireArray(body: Doc, name: string, where: string): unknown[] {
  const value = body[name];
  if (value === undefined)
    throw new CommandError(40414, `BSON field '${where}.${name}' is missing but a required field`);
  if (!Array.isArray(value)) throw mismatch(`${where}.${name}`, value, 'array');
  return value;
}

/** The collection that the command's first field names, as a namespace. */
export function namespaceOf(context: CommandContext): string {
  const name = context.body[context.commandName];
  if (typeof name !== 'string') {
    throw new CommandError(73, `collection name has invalid type ${bsonTypeOf(name)}`);
  }
  if (name === '' || name.includes('\0') || name.startsWith('.')) {
    throw new CommandError(73, `Invalid namespace specified '${context.database}.${name}'`);
  }
  return `${context.database}.${name}`;
}
