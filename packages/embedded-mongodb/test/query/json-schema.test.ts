import { describe, expect, it } from 'vitest';
import { compileJsonSchema } from '../../src/query/json-schema.ts';
import { decoded, errorCode } from '../values/decoded.ts';

// https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/#available-keywords
const cases: readonly [string, object, object, object][] = [
  ['type', { properties: { a: { type: 'number' } } }, { a: 1.5 }, { a: 'x' }],
  ['bsonType', { properties: { a: { bsonType: ['int', 'null'] } } }, { a: null }, { a: 1.5 }],
  ['enum', { properties: { a: { enum: ['x', 1] } } }, { a: 1 }, { a: 2 }],
  ['allOf', { allOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1, b: 1 }, { a: 1 }],
  ['anyOf', { anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { b: 1 }, { c: 1 }],
  ['oneOf', { oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { b: 1 }, { a: 1, b: 1 }],
  ['not', { not: { required: ['a'] } }, { b: 1 }, { a: 1 }],
  ['multipleOf', { properties: { a: { multipleOf: 5 } } }, { a: 10 }, { a: 11 }],
  ['maximum', { properties: { a: { maximum: 5 } } }, { a: 5 }, { a: 6 }],
  ['exclusiveMaximum', { properties: { a: { maximum: 5, exclusiveMaximum: true } } }, { a: 4 }, { a: 5 }],
  ['minimum', { properties: { a: { minimum: 5 } } }, { a: 5 }, { a: 4 }],
  ['exclusiveMinimum', { properties: { a: { minimum: 5, exclusiveMinimum: true } } }, { a: 6 }, { a: 5 }],
  ['maxLength', { properties: { a: { maxLength: 2 } } }, { a: '₹₹' }, { a: 'abc' }],
  ['minLength', { properties: { a: { minLength: 2 } } }, { a: 'ab' }, { a: 'a' }],
  ['pattern', { properties: { a: { pattern: '^a' } } }, { a: 'ab' }, { a: 'b' }],
  ['maxProperties', { maxProperties: 1 }, { a: 1 }, { a: 1, b: 1 }],
  ['minProperties', { minProperties: 2 }, { a: 1, b: 1 }, { a: 1 }],
  ['required', { required: ['a'] }, { a: null }, {}],
  ['additionalProperties', { properties: { a: {} }, additionalProperties: false }, { a: 1 }, { b: 1 }],
  ['patternProperties', { patternProperties: { '^n_': { bsonType: 'int' } } }, { n_a: 1 }, { n_a: 'x' }],
  ['dependencies', { dependencies: { a: ['b'] } }, { a: 1, b: 1 }, { a: 1 }],
  ['items', { properties: { a: { items: { bsonType: 'int' } } } }, { a: [1, 2] }, { a: [1, 'x'] }],
  ['additionalItems', { properties: { a: { items: [{}], additionalItems: false } } }, { a: [1] }, { a: [1, 2] }],
  ['maxItems', { properties: { a: { maxItems: 1 } } }, { a: [1] }, { a: [1, 2] }],
  ['minItems', { properties: { a: { minItems: 1 } } }, { a: [1] }, { a: [] }],
  ['uniqueItems', { properties: { a: { uniqueItems: true } } }, { a: [1, 2] }, { a: [1, 1] }],
  ['title', { title: 'shop', description: 'any', required: ['a'] }, { a: 1 }, {}],
];

describe('$jsonSchema', () => {
  it.each(cases)('judges by %s', (_keyword, schema, valid, invalid) => {
    const matches = compileJsonSchema(decoded(schema));
    expect([matches(decoded(valid)), matches(decoded(invalid))]).toEqual([true, false]);
  });

  it('lets absent fields pass every keyword but required', () => {
    expect(compileJsonSchema(decoded({ properties: { a: { bsonType: 'int', minimum: 5 } } }))(decoded({}))).toBe(true);
  });

  it.each([
    [{ type: 'integer' }, 9],
    [{ type: 5 }, 14],
    [{ type: 'string', bsonType: 'string' }, 9],
    [{ enum: [] }, 9],
    [{ required: [] }, 9],
    [{ multipleOf: 0 }, 9],
    [{ exclusiveMaximum: true }, 9],
    [{ maximum: 'x' }, 14],
    [{ minLength: -1 }, 9],
    [{ allOf: [] }, 9],
    [{ properties: 5 }, 14],
    [{ uniqueItems: 1 }, 14],
    [{ pattern: 5 }, 14],
  ])('refuses %o with code %i', (schema, code) => {
    expect(errorCode(() => compileJsonSchema(decoded(schema)))).toBe(code);
  });
});
