import { Int32 } from 'bson';
import { bsonTypeOf, type Doc, isDocument } from '../values/bson-type.ts';
import { getField, plainDocument } from '../values/fields.ts';
import { encodeKey } from '../values/key.ts';
import { compileJsonSchema } from './json-schema.ts';
import { compileRegex } from './regex.ts';

/** Says why a value fails one keyword of a schema that it is known to fail. */
type Explain = (value: unknown, operand: unknown, schema: Doc) => Doc[];

/**
 * The rules of a schema that a value does not satisfy, in the form and order of
 * https://www.mongodb.com/docs/manual/core/schema-validation/handle-invalid-documents/ .
 */
export function schemaFailures(schema: Doc, value: unknown): Doc[] {
  return Object.entries(explainers).flatMap(([keyword, explain]) => {
    const operand = schema[keyword];
    return operand === undefined || satisfies(value, keyword, schema) ? [] : explain(value, operand, schema);
  });
}

/** Some keywords mean something only beside others. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  maximum: ['exclusiveMaximum'],
  minimum: ['exclusiveMinimum'],
  additionalItems: ['items'],
  additionalProperties: ['properties', 'patternProperties'],
};

function satisfies(value: unknown, keyword: string, schema: Doc): boolean {
  // What the companions themselves demand is told under their own names.
  if (keyword === 'additionalProperties' && !isDocument(value)) return true;
  if (keyword === 'additionalProperties')
    return additionalNames(value as Doc, schema).every(fits(value as Doc, schema));
  if (keyword === 'additionalItems') return !Array.isArray(value) || failingItem(value, schema) < 0;
  const companions = (COMPANIONS[keyword] ?? []).filter((name) => schema[name] !== undefined);
  const alone = Object.fromEntries([keyword, ...companions].map((name) => [name, schema[name]]));
  return compileJsonSchema(alone)(value as Doc);
}

const explainers: Readonly<Record<string, Explain>> = {
  maximum: leaf('maximum', 'comparison failed', ['exclusiveMaximum']),
  minimum: leaf('minimum', 'comparison failed', ['exclusiveMinimum']),
  maxLength: leaf('maxLength', 'specified string length was not satisfied'),
  minLength: leaf('minLength', 'specified string length was not satisfied'),
  pattern: leaf('pattern', 'regular expression did not match'),
  multipleOf: leaf('multipleOf', 'considered value is not a multiple of the specified value'),
  minItems: counted('minItems'),
  maxItems: counted('maxItems'),
  uniqueItems: (value, operand) => [
    {
      ...told('uniqueItems', operand, 'found a duplicate item', value),
      duplicatedValue: firstDuplicate(value as unknown[]),
    },
  ],
  items: explainItems,
  additionalItems: explainAdditionalItems,
  properties: (value, operand) => {
    const failing = Object.entries(operand as Doc).flatMap(([propertyName, schema]) => {
      const found = getField(value as Doc, propertyName);
      const details = found === undefined ? [] : schemaFailures(schema as Doc, found);
      return details.length === 0 ? [] : [{ propertyName, ...annotations(schema as Doc), details }];
    });
    return [{ operatorName: 'properties', propertiesNotSatisfied: failing }];
  },
  additionalProperties: explainAdditionalProperties,
  patternProperties: (value, operand) => {
    const details = Object.entries(operand as Doc).flatMap(([regexMatched, schema]) => {
      const regex = compileRegex(regexMatched, '');
      const failing = Object.entries(plainDocument(value as Doc)).find(
        ([name, field]) => regex.test(name) && schemaFailures(schema as Doc, field).length > 0,
      );
      if (!failing) return [];
      const [propertyName, field] = failing;
      const found = schemaFailures(schema as Doc, field);
      return [{ propertyName, ...annotations(schema as Doc), regexMatched, details: found }];
    });
    return [{ operatorName: 'patternProperties', details }];
  },
  required: (value, operand) => {
    const missingProperties = missing(value as Doc, operand as string[]);
    return [{ operatorName: 'required', specifiedAs: { required: operand }, missingProperties }];
  },
  minProperties: numbered('minProperties'),
  maxProperties: numbered('maxProperties'),
  dependencies: explainDependencies,
  allOf: listed('allOf'),
  anyOf: listed('anyOf'),
  oneOf: (value, operand, schema) => {
    const schemas = operand as Doc[];
    const matching = schemas.flatMap((sub, index) => (compileJsonSchema(sub)(value as Doc) ? [new Int32(index)] : []));
    if (matching.length === 0) return listed('oneOf')(value, operand, schema);
    const reason = 'more than one subschema matched';
    return [{ operatorName: 'oneOf', reason, matchingSchemaIndexes: matching }];
  },
  not: () => [{ operatorName: 'not', reason: 'child expression matched' }],
  enum: leaf('enum', 'value was not found in enum'),
  type: typed('type'),
  bsonType: typed('bsonType'),
};

function told(operatorName: string, operand: unknown, reason: string, consideredValue: unknown): Doc {
  return { operatorName, specifiedAs: { [operatorName]: operand }, reason, consideredValue };
}

function leaf(keyword: string, reason: string, companions: readonly string[] = []): Explain {
  return (value, operand, schema) => {
    const beside = companions.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]]);
    const specifiedAs = { [keyword]: operand, ...Object.fromEntries(beside) };
    return [{ operatorName: keyword, specifiedAs, reason, consideredValue: value }];
  };
}

function typed(keyword: string): Explain {
  return (value, operand) => [
    { ...told(keyword, operand, 'type did not match', value), consideredType: bsonTypeOf(value) },
  ];
}

function counted(keyword: string): Explain {
  return (value, operand) => [
    {
      ...told(keyword, operand, 'array did not match specified length', value),
      numberOfItems: new Int32((value as unknown[]).length),
    },
  ];
}

function numbered(keyword: string): Explain {
  return (value, operand) => [
    {
      operatorName: keyword,
      specifiedAs: { [keyword]: operand },
      reason: 'specified number of properties was not satisfied',
      numberOfProperties: new Int32(Object.keys(plainDocument(value as Doc)).length),
    },
  ];
}

function listed(keyword: string): Explain {
  return (value, operand) => {
    const schemasNotSatisfied = (operand as Doc[]).flatMap((schema, index) => {
      const details = schemaFailures(schema, value);
      return details.length === 0 ? [] : [{ index: new Int32(index), ...annotations(schema), details }];
    });
    return [{ operatorName: keyword, schemasNotSatisfied }];
  };
}

function explainItems(value: unknown, operand: unknown): Doc[] {
  const items = value as unknown[];
  if (Array.isArray(operand)) {
    const details = operand.flatMap((schema, index) => {
      const found = index < items.length ? schemaFailures(schema, items[index]) : [];
      return found.length === 0 ? [] : [{ itemIndex: new Int32(index), details: found }];
    });
    return [{ operatorName: 'items', details }];
  }
  const schema = operand as Doc;
  const itemIndex = items.findIndex((item) => !compileJsonSchema(schema)(item as Doc));
  const reason = 'At least one item did not match the sub-schema';
  const details = schemaFailures(schema, items[itemIndex]);
  return [{ operatorName: 'items', ...annotations(schema), reason, itemIndex: new Int32(itemIndex), details }];
}

/** The place of the first item behind those that `items` lists which fails; -1 for none. */
function failingItem(items: readonly unknown[], schema: Doc): number {
  const { items: known, additionalItems } = schema;
  if (!Array.isArray(known) || additionalItems === true) return -1;
  return items.findIndex(
    (item, index) =>
      index >= known.length && (additionalItems === false || !compileJsonSchema(additionalItems)(item as Doc)),
  );
}

function explainAdditionalItems(value: unknown, operand: unknown, schema: Doc): Doc[] {
  const items = value as unknown[];
  const itemIndex = failingItem(items, schema);
  if (operand === false) {
    const additionalItems = items.slice((schema['items'] as unknown[]).length);
    const specifiedAs = { additionalItems: operand };
    return [{ operatorName: 'additionalItems', specifiedAs, reason: 'found additional items', additionalItems }];
  }
  const reason = 'At least one additional item did not match the sub-schema';
  const details = schemaFailures(operand as Doc, items[itemIndex]);
  return [{ operatorName: 'additionalItems', reason, itemIndex: new Int32(itemIndex), details }];
}

function additionalNames(value: Doc, schema: Doc): string[] {
  const known = Object.keys((schema['properties'] ?? {}) as Doc);
  const patterns = Object.keys((schema['patternProperties'] ?? {}) as Doc).map((pattern) => compileRegex(pattern, ''));
  return Object.keys(plainDocument(value)).filter(
    (name) => !known.includes(name) && !patterns.some((pattern) => pattern.test(name)),
  );
}

function fits(value: Doc, schema: Doc): (name: string) => boolean {
  const additional = schema['additionalProperties'];
  if (typeof additional === 'boolean') return () => additional;
  return (name) => compileJsonSchema(additional)(getField(value, name) as Doc);
}

function explainAdditionalProperties(value: unknown, operand: unknown, schema: Doc): Doc[] {
  const names = additionalNames(value as Doc, schema);
  const operatorName = 'additionalProperties';
  if (operand === false) return [{ operatorName, specifiedAs: { [operatorName]: false }, [operatorName]: names }];
  const failingProperty = names.find((name) => !fits(value as Doc, schema)(name)) as string;
  const reason = 'at least one additional property did not match the subschema';
  const details = schemaFailures(operand as Doc, getField(value as Doc, failingProperty));
  return [{ operatorName, ...annotations(operand as Doc), reason, failingProperty, details }];
}

function explainDependencies(value: unknown, operand: unknown): Doc[] {
  const failingDependencies = Object.entries(operand as Doc).flatMap(([conditionalProperty, dependency]): Doc[] => {
    if (getField(value as Doc, conditionalProperty) === undefined) return [];
    if (Array.isArray(dependency)) {
      const missingProperties = missing(value as Doc, dependency);
      return missingProperties.length === 0 ? [] : [{ conditionalProperty, missingProperties }];
    }
    const details = schemaFailures(dependency as Doc, value);
    return details.length === 0 ? [] : [{ conditionalProperty, details }];
  });
  return [{ operatorName: 'dependencies', failingDependencies }];
}

function missing(value: Doc, names: readonly string[]): string[] {
  return names.filter((name) => getField(value, name) === undefined);
}

/** What a schema says of itself stands beside what it refuses. */
export function annotations(schema: Doc): Doc {
  const named = ['title', 'description'].filter((name) => schema[name] !== undefined);
  return Object.fromEntries(named.map((name) => [name, schema[name]]));
}

function firstDuplicate(items: readonly unknown[]): unknown {
  const seen = new Set<string>();
  return items.find((item) => {
    const key = encodeKey(item);
    return seen.has(key) || !seen.add(key);
  });
}
