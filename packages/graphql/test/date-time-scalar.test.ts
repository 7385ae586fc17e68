import { buildSchema, type GraphQLSchema, graphql } from 'graphql';
import { describe, expect, it } from 'vitest';
import { dateTimeScalar } from '../src/index.ts';

describe('DateTime', () => {
  it.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00.123456Z', '2026-01-31T09:30:00.123Z'],
    ['2026-01-31T15:00:00+05:30', '2026-01-31T09:30:00.000Z'],
    ['2024-02-29t23:59:59z', '2024-02-29T23:59:59.000Z'],
  ])('reads %s as the instant %s', (text, instant) => {
    expect(dateTimeScalar.parseValue(text).toISOString()).toBe(instant);
  });

  it.each([
    ['a day that does not exist', '2026-02-30T00:00:00Z'],
    ['29 February of a common year', '2025-02-29T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['hour 24', '2026-01-01T24:00:00Z'],
    ['no offset, which would mean the server its own zone', '2026-01-01T00:00:00'],
    ['a date alone', '2026-01-01'],
    ['milliseconds since 1970', 1_767_225_600_000],
    ['nothing', ''],
  ])('refuses %s', (_why, value) => {
    expect(() => dateTimeScalar.parseValue(value)).toThrow(
      expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } }),
    );
  });

  it('writes dates, and texts from events, in UTC', () => {
    expect(dateTimeScalar.serialize(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(dateTimeScalar.serialize('2026-01-31T15:00:00+05:30')).toBe('2026-01-31T09:30:00.000Z');
    expect(() => dateTimeScalar.serialize(new Date(Number.NaN))).toThrow(TypeError);
    expect(() => dateTimeScalar.serialize(null)).toThrow(TypeError);
  });

  it('reads literals and variables alike inside a schema', async () => {
    const schema: GraphQLSchema = buildSchema('scalar DateTime  type Query { echo(at: DateTime!): DateTime }');
    Object.assign(schema.getType('DateTime') as object, {
      parseValue: dateTimeScalar.parseValue,
      parseLiteral: dateTimeScalar.parseLiteral,
      serialize: dateTimeScalar.serialize,
    });
    const rootValue = { echo: ({ at }: { at: Date }) => at };
    const literal = await graphql({ schema, rootValue, source: '{ echo(at: "2026-01-31T15:00:00+05:30") }' });
    const variable = await graphql({
      schema,
      rootValue,
      source: 'query ($at: DateTime!) { echo(at: $at) }',
      variableValues: { at: '2026-01-31T09:30:00Z' },
    });
    expect(literal.data).toEqual({ echo: '2026-01-31T09:30:00.000Z' });
    expect(variable.data).toEqual(literal.data);
    expect((await graphql({ schema, rootValue, source: '{ echo(at: 5) }' })).errors).toHaveLength(1);
  });
});
