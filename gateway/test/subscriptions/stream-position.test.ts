import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { pickOperation } from '../../src/planning/parsed-operation.ts';
import { positionRuleOf, resumable, subscriptionField } from '../../src/subscriptions/stream-position.ts';

const schema = buildSchema(`
  type Query { none: Int }
  type Subscription {
    direct(afterSequence: Int): Numbered!
    nested(id: ID!, afterSequence: Int): Wrapped!
    text(afterSequence: String): Numbered!
    nullable(afterVersion: Int): Versioned
    list(afterSequence: Int): [Numbered!]!
    plain(id: ID!): Numbered!
    other(since: Int): Numbered!
  }
  type Numbered { sequence: Int! }
  type Wrapped { maybe: Numbered event: Numbered! now: Numbered! }
  type Versioned { version: Int }
`);

describe('where a stream stands', () => {
  test.each([
    ['direct', { argument: 'afterSequence', path: ['sequence'] }],
    ['nested', { argument: 'afterSequence', path: ['event', 'sequence'] }],
    ['text', undefined],
    ['nullable', undefined],
    ['list', undefined],
    ['plain', undefined],
    ['other', undefined],
    ['unknown', undefined],
  ])('is told for %s by the names of its argument and field, or not at all', (field, expected) => {
    expect(positionRuleOf(schema, field, {})).toEqual(expected);
  });

  test.each([
    ['other', { argument: 'since', path: ['sequence'] }, true],
    ['other', { argument: 'since', path: ['nothing'] }, false],
    ['other', { argument: 'nothing', path: ['sequence'] }, false],
    ['nested', 'none' as const, false],
  ])('can be stated for %s, and a rule that does not fit the schema is not used', (field, rule, isUsed) => {
    expect(positionRuleOf(schema, field, { [field]: rule })).toEqual(isUsed ? rule : undefined);
  });
});

test('resumes after a position whatever the client gave, and declares no variable that is left over', () => {
  const rule = { argument: 'afterSequence', path: ['sequence'] };
  const { operation, variables } = resumable(
    'subscription S($id: ID!, $after: Int) { x: nested(id: $id, afterSequence: $after) { event { sequence } } }',
    rule,
  );
  expect(operation.replaceAll(/\s+/g, ' ')).toBe(
    'subscription S($id: ID!, $streamAfter__: Int!) { x: nested(id: $id, afterSequence: $streamAfter__) { event { sequence } } }',
  );
  expect(variables({ id: '1', after: 3 }, 7)).toEqual({ id: '1', streamAfter__: 7 });
});

test.each([
  ['subscription { direct { sequence } }', 'direct'],
  ['subscription { ...F } fragment F on Subscription { ... { direct { sequence } } }', 'direct'],
  ['subscription ($v: Boolean!) { direct @include(if: $v) { sequence } }', undefined],
])('finds the field of %s', (text, name) => {
  expect(subscriptionField(pickOperation(parse(text), undefined))?.name.value).toBe(name);
});
