import { describe, expect, it } from 'vitest';
import { validationDetails } from '../../src/query/validation-details.ts';
import { canonical, decoded } from '../values/decoded.ts';

type Row = readonly [string, object, object, readonly object[]];

const leaf = (name: string, operand: unknown, reason: string, consideredValue: unknown) => ({
  operatorName: name,
  specifiedAs: { [name]: operand },
  reason,
  consideredValue,
});
const ofProperty = (propertyName: string, ...details: object[]) => ({
  operatorName: 'properties',
  propertiesNotSatisfied: [{ propertyName, details }],
});
const typeOfX = { ...leaf('bsonType', 'int', 'type did not match', 'x'), consideredType: 'string' };
const length = 'specified string length was not satisfied';
const missingA = { operatorName: 'required', specifiedAs: { required: ['a'] }, missingProperties: ['a'] };
const missingB = { operatorName: 'required', specifiedAs: { required: ['b'] }, missingProperties: ['b'] };

// https://www.mongodb.com/docs/manual/core/schema-validation/specify-json-schema/ and its neighbours show the form.
const schemaCases: readonly Row[] = [
  ['bsonType', { properties: { a: { bsonType: 'int' } } }, { a: 'x' }, [ofProperty('a', typeOfX)]],
  [
    'several rules of one property',
    { properties: { a: { bsonType: 'int', enum: [1] } } },
    { a: 'x' },
    [ofProperty('a', leaf('enum', [1], 'value was not found in enum', 'x'), typeOfX)],
  ],
  [
    'minimum',
    { properties: { a: { minimum: 5 } } },
    { a: 4 },
    [ofProperty('a', leaf('minimum', 5, 'comparison failed', 4))],
  ],
  [
    'exclusiveMaximum',
    { properties: { a: { maximum: 5, exclusiveMaximum: true } } },
    { a: 5 },
    [
      ofProperty('a', {
        ...leaf('maximum', 5, 'comparison failed', 5),
        specifiedAs: { maximum: 5, exclusiveMaximum: true },
      }),
    ],
  ],
  [
    'maxLength',
    { properties: { a: { maxLength: 1 } } },
    { a: 'xy' },
    [ofProperty('a', leaf('maxLength', 1, length, 'xy'))],
  ],
  [
    'pattern',
    { properties: { a: { pattern: '^a' } } },
    { a: 'b' },
    [ofProperty('a', leaf('pattern', '^a', 'regular expression did not match', 'b'))],
  ],
  [
    'multipleOf',
    { properties: { a: { multipleOf: 5 } } },
    { a: 6 },
    [ofProperty('a', leaf('multipleOf', 5, 'considered value is not a multiple of the specified value', 6))],
  ],
  [
    'minItems',
    { properties: { a: { minItems: 1 } } },
    { a: [] },
    [ofProperty('a', { ...leaf('minItems', 1, 'array did not match specified length', []), numberOfItems: 0 })],
  ],
  [
    'uniqueItems',
    { properties: { a: { uniqueItems: true } } },
    { a: [1, 2, 1] },
    [
      ofProperty('a', {
        ...leaf('uniqueItems', true, 'found a duplicate item', [1, 2, 1]),
        duplicatedValue: 1,
      }),
    ],
  ],
  [
    'items',
    { properties: { a: { items: { bsonType: 'int' } } } },
    { a: [1, 'x'] },
    [
      ofProperty('a', {
        operatorName: 'items',
        reason: 'At least one item did not match the sub-schema',
        itemIndex: 1,
        details: [typeOfX],
      }),
    ],
  ],
  [
    'items by place',
    { properties: { a: { items: [{}, { bsonType: 'int' }] } } },
    { a: [1, 'x'] },
    [ofProperty('a', { operatorName: 'items', details: [{ itemIndex: 1, details: [typeOfX] }] })],
  ],
  [
    'additionalItems',
    { properties: { a: { items: [{}], additionalItems: false } } },
    { a: [1, 2] },
    [
      ofProperty('a', {
        operatorName: 'additionalItems',
        specifiedAs: { additionalItems: false },
        reason: 'found additional items',
        additionalItems: [2],
      }),
    ],
  ],
  [
    'additionalProperties false, beside properties that fit',
    { properties: { a: { bsonType: 'int' } }, additionalProperties: false },
    { a: 1, b: 2 },
    [
      {
        operatorName: 'additionalProperties',
        specifiedAs: { additionalProperties: false },
        additionalProperties: ['b'],
      },
    ],
  ],
  [
    'additionalProperties with a schema',
    { properties: { a: {} }, additionalProperties: { bsonType: 'int' } },
    { a: 1, b: 'x' },
    [
      {
        operatorName: 'additionalProperties',
        reason: 'at least one additional property did not match the subschema',
        failingProperty: 'b',
        details: [typeOfX],
      },
    ],
  ],
  [
    'patternProperties',
    { patternProperties: { '^n': { bsonType: 'int' } } },
    { n1: 'x' },
    [
      {
        operatorName: 'patternProperties',
        details: [{ propertyName: 'n1', regexMatched: '^n', details: [typeOfX] }],
      },
    ],
  ],
  ['required', { required: ['a'] }, { b: 1 }, [missingA]],
  [
    'minProperties',
    { minProperties: 2 },
    { a: 1 },
    [
      {
        operatorName: 'minProperties',
        specifiedAs: { minProperties: 2 },
        reason: 'specified number of properties was not satisfied',
        numberOfProperties: 1,
      },
    ],
  ],
  [
    'dependencies',
    { dependencies: { a: ['b'], c: { required: ['d'] } } },
    { a: 1 },
    [
      {
        operatorName: 'dependencies',
        failingDependencies: [{ conditionalProperty: 'a', missingProperties: ['b'] }],
      },
    ],
  ],
  [
    'anyOf',
    { anyOf: [{ required: ['a'] }, { title: 'b it is', required: ['b'] }] },
    { c: 1 },
    [
      {
        operatorName: 'anyOf',
        schemasNotSatisfied: [
          { index: 0, details: [missingA] },
          { index: 1, title: 'b it is', details: [missingB] },
        ],
      },
    ],
  ],
  [
    'allOf',
    { allOf: [{ required: ['a'] }, { required: ['b'] }] },
    { a: 1 },
    [{ operatorName: 'allOf', schemasNotSatisfied: [{ index: 1, details: [missingB] }] }],
  ],
  [
    'oneOf, of which two match',
    { oneOf: [{ required: ['a'] }, {}] },
    { a: 1 },
    [{ operatorName: 'oneOf', reason: 'more than one subschema matched', matchingSchemaIndexes: [0, 1] }],
  ],
  ['not', { not: { required: ['a'] } }, { a: 1 }, [{ operatorName: 'not', reason: 'child expression matched' }]],
];

describe('errInfo.details of a document that fails its $jsonSchema', () => {
  it.each(schemaCases)('tells of %s', (_keyword, schema, doc, rules) => {
    const details = validationDetails(decoded({ $jsonSchema: schema }), decoded(doc));
    const expected = { operatorName: '$jsonSchema', schemaRulesNotSatisfied: rules };
    expect(canonical(details)).toEqual(canonical(decoded(expected)));
  });

  it('carries the title and the descriptions of the schema, and goes into sub-documents', () => {
    const schema = {
      title: 'Shipping',
      required: ['item'],
      properties: { to: { description: 'where to', properties: { city: { bsonType: 'int' } } } },
    };
    const details = validationDetails(decoded({ $jsonSchema: schema }), decoded({ to: { city: 'x' } }));
    const expected = {
      operatorName: '$jsonSchema',
      title: 'Shipping',
      schemaRulesNotSatisfied: [
        {
          operatorName: 'properties',
          propertiesNotSatisfied: [
            { propertyName: 'to', description: 'where to', details: [ofProperty('city', typeOfX)] },
          ],
        },
        { operatorName: 'required', specifiedAs: { required: ['item'] }, missingProperties: ['item'] },
      ],
    };
    expect(canonical(details)).toEqual(canonical(decoded(expected)));
  });
});

// https://www.mongodb.com/docs/manual/core/schema-validation/specify-query-expression-rules/
const queryCases: readonly (readonly [object, object, object])[] = [
  [
    { total: { $gt: 5 } },
    { total: 3 },
    { operatorName: '$gt', specifiedAs: { total: { $gt: 5 } }, reason: 'comparison failed', consideredValue: 3 },
  ],
  [
    { total: { $type: 'int' } },
    {},
    { operatorName: '$type', specifiedAs: { total: { $type: 'int' } }, reason: 'field was missing' },
  ],
  [
    { $or: [{ phone: { $type: 'string' } }, { status: { $in: ['known'] } }] },
    { phone: 5, status: 'new' },
    {
      operatorName: '$or',
      clausesNotSatisfied: [
        {
          index: 0,
          details: {
            operatorName: '$type',
            specifiedAs: { phone: { $type: 'string' } },
            reason: 'type did not match',
            consideredValue: 5,
            consideredType: 'int',
          },
        },
        {
          index: 1,
          details: {
            operatorName: '$in',
            specifiedAs: { status: { $in: ['known'] } },
            reason: 'no matching value found in array',
            consideredValue: 'new',
          },
        },
      ],
    },
  ],
  [
    { a: { $gte: 1, $lt: 5 }, tags: 'red' },
    { a: 7, tags: ['blue', 'green'] },
    {
      operatorName: '$and',
      clausesNotSatisfied: [
        {
          index: 1,
          details: {
            operatorName: '$lt',
            specifiedAs: { a: { $lt: 5 } },
            reason: 'comparison failed',
            consideredValue: 7,
          },
        },
        {
          index: 2,
          details: {
            operatorName: '$eq',
            specifiedAs: { tags: 'red' },
            reason: 'comparison failed',
            consideredValues: ['blue', 'green'],
          },
        },
      ],
    },
  ],
  [
    { $expr: { $eq: ['$a', '$b'] } },
    { a: 1, b: 2 },
    {
      operatorName: '$expr',
      specifiedAs: { $expr: { $eq: ['$a', '$b'] } },
      reason: 'expression did not match',
      expressionResult: false,
    },
  ],
];

describe('errInfo.details of a document that fails query operators', () => {
  it.each(queryCases)('tells for %o', (validator, doc, expected) => {
    expect(canonical(validationDetails(decoded(validator), decoded(doc)))).toEqual(canonical(decoded(expected)));
  });
});
