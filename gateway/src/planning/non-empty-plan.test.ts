import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { requireNonEmptyPlan } from './non-empty-plan.ts';
import { pickOperation } from './parsed-operation.ts';

describe('an empty plan', () => {
  const emptyPlan = { kind: 'QueryPlan' } as const;
  const check = (query: string) => () => requireNonEmptyPlan(emptyPlan, pickOperation(parse(query), undefined));

  test.each(['{ a }', '{ __typename a }', '{ ...F } fragment F on Query { a }', '{ ... @include(if: true) { a } }'])(
    'is an error for %s, which needs data',
    (query) => expect(check(query)).toThrow('No subgraph can answer'),
  );
  test.each([
    '{ __typename }',
    '{ __schema { description } }',
    '{ a @skip(if: true) }',
    '{ ... @include(if: false) { a } }',
  ])('is right for %s, which needs none', (query) => expect(check(query)).not.toThrow());
});
