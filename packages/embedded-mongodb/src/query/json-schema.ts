import { moduloNumbers } from '../aggregate/expressions/number-operations.ts';
import { type BsonTypeName, bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { getField, plainDocument } from '../values/fields.ts';
import { encodeKey } from '../values/key.ts';
import { compareNumeric, toDouble } from '../values/numeric.ts';
import { failedToParse, typeMismatch } from '../values/refusals.ts';
import { parseTypes } from './element-tests.ts';
import { compileRegex } from './regex.ts';

/** Judges one present value by one schema. */
type ValueTest = (value: unknown) => boolean;
type KeywordCompiler = (operand: unknown, schema: Doc) => ValueTest | undefined;

/**
 * Compiles a `$jsonSchema` (draft 4 with `bsonType`): https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/.
 * Throws FailedToParse (9) for unknown keywords and TypeMismatch (14) for keywords of the wrong type.
 */
export function compileJsonSchema(schema: unknown): (doc: Doc) => boolean {
  return compileSchema(schema);
}

function compileSchema(schema: unknown): ValueTest {
  if (bsonTypeOf(schema) !== 'object')
    throw typeMismatch(`$jsonSchema must be an object, but found ${bsonTypeOf(schema)}`);
  const fields = plainDocument(schema as Doc);
  if (Object.hasOwn(fields, 'type') && Object.hasOwn(fields, 'bsonType')) {
    throw failedToParse("Cannot specify both $jsonSchema keywords 'type' and 'bsonType'");
  }
  const tests: ValueTest[] = [];
  for (const [keyword, operand] of Object.entries(fields)) {
    const compile = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
    if (!compile) throw failedToParse(`Unknown $jsonSchema keyword: ${keyword}`);
    const test = compile(operand, fields);
    if (test) tests.push(test);
  }
  return (value) => tests.every((test) => test(value));
}

const jsonTypes: Readonly<Record<string, readonly BsonTypeName[]>> = {
  array: ['array'],
  boolean: ['bool'],
  null: ['null'],
  number: ['int', 'long', 'double', 'decimal'],
  object: ['object'],
  string: ['string'],
};

const keywords: Readonly<Record<string, KeywordCompiler>> = {
  type: (operand) => {
    const names = requireStrings(operand, 'type').flatMap((name) => {
      if (name === 'integer') throw failedToParse("$jsonSchema type 'integer' is not currently supported.");
      if (!Object.hasOwn(jsonTypes, name)) throw typeMismatch(`Unknown type name alias: ${name}`);
      return jsonTypes[name] as readonly BsonTypeName[];
    });
    return (value) => names.includes(bsonTypeOf(value));
  },
  bsonType: (operand) => {
    const types = parseTypes(requireStrings(operand, 'bsonType'));
    return (value) => types.has(bsonTypeOf(value));
  },
  enum: (operand) => {
    if (!Array.isArray(operand)) throw typeMismatch("$jsonSchema keyword 'enum' must be an array");
    if (operand.length === 0) throw failedToParse("$jsonSchema keyword 'enum' cannot be an empty array");
    const keys = new Set(operand.map((item) => encodeKey(item)));
    return (value) => keys.has(encodeKey(value));
  },
  allOf: schemaList('allOf', (tests, value) => tests.every((test) => test(value))),
  anyOf: schemaList('anyOf', (tests, value) => tests.some((test) => test(value))),
  oneOf: schemaList('oneOf', (tests, value) => tests.filter((test) => test(value)).length === 1),
  not: (operand) => {
    const test = compileSchema(operand);
    return (value) => !test(value);
  },
  multipleOf: (operand) => {
    if (!isNumeric(operand)) throw typeMismatch("$jsonSchema keyword 'multipleOf' must be a number");
    if (toDouble(operand) <= 0) throw failedToParse("$jsonSchema keyword 'multipleOf' must have a positive value");
    return onNumbers((value) => toDouble(moduloNumbers(value, operand)) === 0);
  },
  maximum: (operand, schema) => {
    const isExclusive = exclusive('Maximum', schema, 'maximum', operand);
    return onNumbers((value) => compareNumeric(value, operand) < (isExclusive ? 0 : 1));
  },
  minimum: (operand, schema) => {
    const isExclusive = exclusive('Minimum', schema, 'minimum', operand);
    return onNumbers((value) => compareNumeric(value, operand) > (isExclusive ? 0 : -1));
  },
  exclusiveMaximum: (_operand, schema) => requireBeside(schema, 'exclusiveMaximum', 'maximum'),
  exclusiveMinimum: (_operand, schema) => requireBeside(schema, 'exclusiveMinimum', 'minimum'),
  maxLength: limit('maxLength', (value, most) => typeof value !== 'string' || [...value].length <= most),
  minLength: limit('minLength', (value, least) => typeof value !== 'string' || [...value].length >= least),
  maxItems: limit('maxItems', (value, most) => !Array.isArray(value) || value.length <= most),
  minItems: limit('minItems', (value, least) => !Array.isArray(value) || value.length >= least),
  maxProperties: limit(
    'maxProperties',
    (value, most) => !isDocument(value) || Object.keys(plainDocument(value)).length <= most,
  ),
  minProperties: limit(
    'minProperties',
    (value, least) => !isDocument(value) || Object.keys(plainDocument(value)).length >= least,
  ),
  pattern: (operand) => {
    if (typeof operand !== 'string') throw typeMismatch("$jsonSchema keyword 'pattern' must be a string");
    const regex = compileRegex(operand, '');
    return (value) => typeof value !== 'string' || regex.test(value);
  },
  uniqueItems: (operand) => {
    if (typeof operand !== 'boolean') throw typeMismatch("$jsonSchema keyword 'uniqueItems' must be a boolean");
    return (value) =>
      !operand || !Array.isArray(value) || new Set(value.map((item) => encodeKey(item))).size === value.length;
  },
  required: (operand) => {
    if (!Array.isArray(operand)) throw typeMismatch("$jsonSchema keyword 'required' must be an array");
    if (operand.length === 0) throw failedToParse("$jsonSchema keyword 'required' cannot be an empty array");
    const names = requireStrings(operand, 'required');
    return (value) => !isDocument(value) || names.every((name) => getField(value, name) !== undefined);
  },
  properties: (operand) => {
    const tests = schemaMap('properties', operand);
    return (value) =>
      !isDocument(value) ||
      tests.every(([name, test]) => getField(value, name) === undefined || test(getField(value, name)));
  },
  patternProperties: (operand) => {
    const tests = schemaMap('patternProperties', operand).map(
      ([pattern, test]) => [compileRegex(pattern, ''), test] as const,
    );
    return onFields((name, value) => tests.every(([regex, test]) => !regex.test(name) || test(value)));
  },
  additionalProperties: (operand, schema) => {
    const isKnown = knownProperty(schema);
    const test = booleanOrSchema('additionalProperties', operand);
    return onFields((name, value) => isKnown(name) || test(value));
  },
  dependencies: compileDependencies,
  items: (operand) => {
    if (!Array.isArray(operand)) {
      const test = compileSchema(operand);
      return (value) => !Array.isArray(value) || value.every(test);
    }
    const tests = operand.map(compileSchema);
    return (value) =>
      !Array.isArray(value) || tests.every((test, index) => index >= value.length || test(value[index]));
  },
  additionalItems: (operand, schema) => {
    const test = booleanOrSchema('additionalItems', operand);
    const items = schema['items'];
    if (!Array.isArray(items)) return undefined;
    return (value) => !Array.isArray(value) || value.slice(items.length).every(test);
  },
  title: requireText('title'),
  description: requireText('description'),
};

function requireStrings(operand: unknown, keyword: string): string[] {
  const list = Array.isArray(operand) ? operand : [operand];
  for (const item of list) {
    if (typeof item !== 'string')
      throw typeMismatch(`$jsonSchema keyword '${keyword}' must be either a string or an array of strings`);
  }
  return list as string[];
}

function requireText(keyword: string): KeywordCompiler {
  return (operand) => {
    if (typeof operand !== 'string') throw typeMismatch(`$jsonSchema keyword '${keyword}' must be of type string`);
    return undefined;
  };
}

function schemaList(keyword: string, judge: (tests: readonly ValueTest[], value: unknown) => boolean): KeywordCompiler {
  return (operand) => {
    if (!Array.isArray(operand)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be an array`);
    if (operand.length === 0) throw failedToParse(`$jsonSchema keyword '${keyword}' must be a non-empty array`);
    const tests = operand.map(compileSchema);
    return (value) => judge(tests, value);
  };
}

function schemaMap(keyword: string, operand: unknown): [string, ValueTest][] {
  if (!isDocument(operand)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be an object`);
  return Object.entries(operand).map(([name, schema]) => [name, compileSchema(schema)]);
}

function booleanOrSchema(keyword: string, operand: unknown): ValueTest {
  if (typeof operand === 'boolean') return () => operand;
  if (!isDocument(operand))
    throw typeMismatch(`$jsonSchema keyword '${keyword}' must be either an object or a boolean`);
  return compileSchema(operand);
}

function onNumbers(test: ValueTest): ValueTest {
  return (value) => !isNumeric(value) || test(value);
}

function onFields(test: (name: string, value: unknown) => boolean): ValueTest {
  return (value) =>
    !isDocument(value) ||
    Object.entries(plainDocument(value)).every(([name, field]) => field === undefined || test(name, field));
}

function limit(keyword: string, test: (value: unknown, bound: number) => boolean): KeywordCompiler {
  return (operand) => {
    const bound = isNumeric(operand) ? toDouble(operand) : Number.NaN;
    if (!isNumeric(operand)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be a number`);
    if (!Number.isInteger(bound) || bound < 0)
      throw failedToParse(`$jsonSchema keyword '${keyword}' must be a non-negative integer`);
    return (value) => test(value, bound);
  };
}

function exclusive(name: string, schema: Doc, keyword: string, operand: unknown): boolean {
  if (!isNumeric(operand)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be a number`);
  const flag = schema[`exclusive${name}`];
  if (flag !== undefined && typeof flag !== 'boolean')
    throw typeMismatch(`$jsonSchema keyword 'exclusive${name}' must be a boolean`);
  return flag === true;
}

function requireBeside(schema: Doc, keyword: string, other: string): undefined {
  if (!Object.hasOwn(schema, other))
    throw failedToParse(`$jsonSchema keyword '${other}' must be a present if ${keyword} is present`);
  return undefined;
}

function knownProperty(schema: Doc): (name: string) => boolean {
  const names = new Set(Object.keys((schema['properties'] ?? {}) as Doc));
  const patterns = Object.keys((schema['patternProperties'] ?? {}) as Doc).map((pattern) => compileRegex(pattern, ''));
  return (name) => names.has(name) || patterns.some((pattern) => pattern.test(name));
}

/** A list names fields that must be there too; a schema judges the whole document. */
function compileDependencies(operand: unknown): ValueTest {
  if (!isDocument(operand)) throw typeMismatch("$jsonSchema keyword 'dependencies' must be an object");
  const tests = Object.entries(operand).map(([name, dependency]) => {
    if (!Array.isArray(dependency)) return [name, compileSchema(dependency)] as const;
    const others = requireStrings(dependency, 'dependencies');
    return [name, (value: unknown) => others.every((other) => getField(value as Doc, other) !== undefined)] as const;
  });
  return (value) =>
    !isDocument(value) || tests.every(([name, test]) => getField(value, name) === undefined || test(value));
}
