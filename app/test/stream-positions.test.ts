import { readFileSync } from 'node:fs';
import { buildSchema, GraphQLInt, GraphQLNonNull, getNullableType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { streamPositions } from '../src/gateway-settings.ts';
import { repositoryPath } from '../src/repository-path.ts';

/** The gateway leaves a rule that does not fit aside, and with it the resuming of that stream. */
test.each(Object.entries(streamPositions))('what is said of the position of %s fits the schema', (name, rule) => {
  const schema = buildSchema(readFileSync(repositoryPath('gateway/schema.graphql'), 'utf8'));
  const field = schema.getSubscriptionType()?.getFields()[name];
  if (rule === 'none' || field === undefined) throw new Error(`There is nothing to position in ${name}.`);
  expect(getNullableType(field.args.find((argument) => argument.name === rule.argument)?.type)).toBe(GraphQLInt);
  let type: unknown = getNullableType(field.type);
  for (const part of rule.path.slice(0, -1)) {
    const next = isObjectType(type) ? type.getFields()[part]?.type : undefined;
    expect(next).toBeInstanceOf(GraphQLNonNull);
    type = getNullableType(next);
  }
  const last = isObjectType(type) ? type.getFields()[rule.path.at(-1) ?? '']?.type : undefined;
  expect(String(last)).toBe('Int!');
});
