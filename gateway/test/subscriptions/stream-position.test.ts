import { buildSchema, parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { pickOperation } from '../../src/planning/parsed-operation.ts';
import { courseOf, positionRuleOf, resumable, subscriptionField } from '../../src/subscriptions/stream-position.ts';

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
    only(afterSequence: Int): Single!
    unclear(afterSequence: Int): Unclear!
  }
  type Single { maybe: Numbered latest: Numbered! text: String }
  type Unclear { latest: Numbered! first: Numbered! }
  type Numbered { sequence: Int! }
  type Wrapped { maybe: Numbered aNow: Numbered! event: Numbered! now: Numbered! }
  type Versioned { version: Int }
`);

describe('where a stream stands', () => {
  test.each([
    ['direct', { argument: 'afterSequence', path: ['sequence'] }],
    ['nested', { argument: 'afterSequence', path: ['event', 'sequence'] }],
    ['only', { argument: 'afterSequence', path: ['latest', 'sequence'] }],
    // Two that could be it: the wrong one would lose events.
    ['unclear', undefined],
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
    ['unclear', { argument: 'afterSequence', path: ['first', 'sequence'] }, true],
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

describe('what a stream is apart from where it begins', () => {
  const rule = { argument: 'afterSequence', path: ['sequence'] };
  test.each([
    ['subscription ($n: Int) { direct(afterSequence: $n) { sequence } }', { variable: 'n' }, '{ direct { sequence } }'],
    ['subscription { direct(afterSequence: 7) { sequence } }', { value: 7 }, '{ direct { sequence } }'],
    ['subscription { direct(afterSequence: null) { sequence } }', { value: null }, '{ direct { sequence } }'],
    ['subscription { direct { sequence } }', undefined, '{ direct { sequence } }'],
    [
      'subscription ($id: ID!, $n: Int) { nested(id: $id, afterSequence: $n) { event { sequence } } }',
      { variable: 'n' },
      'subscription ($id: ID!) { nested(id: $id) { event { sequence } } }',
    ],
    // The variable says something else too, so it stays.
    [
      'subscription ($n: Int) { direct(afterSequence: $n) { sequence other(first: $n) } }',
      { variable: 'n' },
      'subscription ($n: Int) { direct { sequence other(first: $n) } }',
    ],
    // A field below of the same argument is no beginning.
    [
      'subscription { direct(afterSequence: 1) { inner(afterSequence: 2) } }',
      { value: 1 },
      '{ direct { inner(afterSequence: 2) } }',
    ],
  ])('is read from %s', (text, start, rest) => {
    const parsed = pickOperation(parse(text), undefined);
    const field = subscriptionField(parsed);
    const course = field && courseOf(parsed, field, rule);
    const plain = (printed: string) => printed.replaceAll(/\s+/g, ' ');
    expect(course?.start).toEqual(start);
    expect(plain(print(course?.operation.operation ?? parse('{ none }')))).toBe(
      plain(rest.startsWith('{') ? `subscription ${rest}` : rest),
    );
  });

  test('is read in fragments as well', () => {
    const text = 'subscription { ...F } fragment F on Subscription { direct(afterSequence: 3) { sequence } }';
    const parsed = pickOperation(parse(text), undefined);
    const field = subscriptionField(parsed);
    const course = field && courseOf(parsed, field, rule);
    expect(course?.start).toEqual({ value: 3 });
    expect(print(course?.operation.fragments.get('F') ?? parse('{ none }'))).not.toContain('afterSequence');
  });
});
