import { expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;
const payment = { __typename: 'Payment', label: 'card' };
const refund = {
  __typename: 'Refund',
  id: 'r1',
  label: 'refund',
  cents: 250,
  reason: { text: 'damaged' },
  trail: [{ __typename: 'Scan', at: 'noon' }],
};
const fee = { __typename: 'Fee', label: 'fee', percent: 3 };

/** Two subgraphs answer `Statement.entries`: refunds come from the ledger alone, fees from the desk alone. */
const statements = (abstract: (members: string[]) => string, implementing: string) => {
  const shared = `
    type Account @key(fields: "id") { id: ID! statement: Statement @shareable }
    type Statement @shareable { entries: [Entry!]! grid: [[Entry!]!]! }
    type Payment ${implementing} @shareable { label: String }`;
  const account = (entries: readonly Row[]) => {
    const statement = { entries, grid: [entries, [...entries].reverse()] };
    const opened = 'May';
    return { __resolveReference: ({ id }: Row) => ({ id, opened, statement }), statement: () => statement };
  };
  return {
    ledger: {
      typeDefs: `
        type Query { ledgerAccount: Account }
        ${shared} ${abstract(['Payment', 'Refund'])}
        extend type Account { opened: String }
        type Refund ${implementing} @key(fields: "id") {
          id: ID! label: String amount(unit: String!): Int reason: Reason trail: [Step!] }
        type Reason { text: String }
        union Step = Scan
        type Scan { at: String }`,
      resolvers: {
        Query: { ledgerAccount: () => ({ id: 'a' }) },
        Account: account([payment, refund]),
        Refund: { amount: ({ cents }: Row, { unit }: Row) => (unit === 'cents' ? cents : 2) },
      },
    },
    desk: {
      typeDefs: `
        type Query { deskAccount: Account }
        ${shared} ${abstract(['Payment', 'Fee'])}
        type Fee ${implementing} { label: String percent: Int }`,
      resolvers: { Query: { deskAccount: () => ({ id: 'a' }) }, Account: account([payment, fee]) },
    },
    notes: {
      typeDefs: `
        type Query { owned: Account }
        type Account @key(fields: "id", resolvable: false) { id: ID! }
        type Refund @key(fields: "id") { id: ID! note: String thread(first: Int): [String] }`,
      resolvers: {
        Query: { owned: () => ({ id: 'a' }) },
        Refund: {
          __resolveReference: ({ id }: Row) => ({ id, note: `about ${id}` }),
          thread: (_: unknown, { first }: Row) => ['x', 'y'].slice(0, Number(first)),
        },
      },
    },
  };
};

const cases = [
  {
    name: 'a member that the other subgraph never gives',
    query: '{ ledgerAccount { statement { entries { __typename ... on Refund { amount(unit: "cents") } } } } }',
    data: {
      ledgerAccount: { statement: { entries: [{ __typename: 'Payment' }, { __typename: 'Refund', amount: 250 }] } },
    },
    fetches: ['ledger'],
  },
  {
    name: 'beside members that both give, from a named fragment',
    query: `{ deskAccount { statement { entries { ...F } } } }
      fragment F on Entry { ... on Payment { label } ... on Fee { percent } ... on Refund { id } }`,
    data: { deskAccount: { statement: { entries: [{ label: 'card' }, { percent: 3 }] } } },
    fetches: ['desk'],
  },
  {
    name: 'nothing is asked of the other subgraph for its own members',
    query: '{ ledgerAccount { statement { entries { __typename ... on Fee { percent } } } } }',
    data: { ledgerAccount: { statement: { entries: [{ __typename: 'Payment' }, { __typename: 'Refund' }] } } },
    fetches: ['ledger'],
  },
  {
    name: 'each member where it comes from, in one operation',
    query: `{
      ledgerAccount { statement { entries { ... on Refund { id } ... on Fee { percent } } } }
      deskAccount { statement { entries { ... on Refund { id } ... on Fee { percent } } } } }`,
    data: {
      ledgerAccount: { statement: { entries: [{}, { id: 'r1' }] } },
      deskAccount: { statement: { entries: [{}, { percent: 3 }] } },
    },
  },
  {
    name: 'objects inside of such a member, in nested lists, under aliases',
    query:
      '{ ledgerAccount { s: statement { g: grid { ... on Refund { why: reason { t: text } trail { ... on Scan { at } } } } } } }',
    data: {
      ledgerAccount: {
        s: {
          g: [
            [{}, { why: { t: 'damaged' }, trail: [{ at: 'noon' }] }],
            [{ why: { t: 'damaged' }, trail: [{ at: 'noon' }] }, {}],
          ],
        },
      },
    },
    fetches: ['ledger'],
  },
  {
    name: 'an argument from a variable that the plan did not use',
    query:
      'query ($unit: String!) { ledgerAccount { statement { entries { ... on Refund { amount(unit: $unit) } } } } }',
    variables: { unit: 'cents' },
    data: { ledgerAccount: { statement: { entries: [{}, { amount: 250 }] } } },
  },
  {
    name: 'a fragment switched on by a variable',
    query:
      'query ($on: Boolean!) { ledgerAccount { statement { entries { ... on Refund @include(if: $on) { id } ... on Payment @skip(if: $on) { label } } } } }',
    variables: { on: true },
    data: { ledgerAccount: { statement: { entries: [{}, { id: 'r1' }] } } },
  },
  {
    name: 'a fragment switched off by a variable',
    query:
      'query ($on: Boolean!) { ledgerAccount { statement { entries { ... on Refund @include(if: $on) { id } ... on Payment @skip(if: $on) { label } } } } }',
    variables: { on: false },
    data: { ledgerAccount: { statement: { entries: [{ label: 'card' }, {}] } } },
  },
  {
    name: 'a fragment switched off in writing is not asked for',
    query: '{ ledgerAccount { statement { entries { __typename ... on Refund @skip(if: true) { note } } } } }',
    data: { ledgerAccount: { statement: { entries: [{ __typename: 'Payment' }, { __typename: 'Refund' }] } } },
    fetches: ['ledger'],
  },
  {
    name: "a third subgraph's fields of such a member, by its key",
    query: 'query ($n: Int) { ledgerAccount { statement { grid { ... on Refund { id note thread(first: $n) } } } } }',
    variables: { n: 1 },
    data: {
      ledgerAccount: {
        statement: {
          grid: [
            [{}, { id: 'r1', note: 'about r1', thread: ['x'] }],
            [{ id: 'r1', note: 'about r1', thread: ['x'] }, {}],
          ],
        },
      },
    },
    fetches: ['ledger', 'notes'],
  },
  {
    name: 'a member met in a fetch by key',
    query: '{ owned { opened statement { entries { ... on Refund { amount(unit: "cents") note } } } } }',
    data: { owned: { opened: 'May', statement: { entries: [{}, { amount: 250, note: 'about r1' }] } } },
    fetches: ['notes', 'ledger', 'notes'],
  },
];

describeSupergraph(
  'a union with other members in another subgraph',
  statements((members) => `union Entry = ${members.join(' | ')}`, ''),
  cases,
);

describeSupergraph(
  'an interface with other implementations in another subgraph',
  statements(() => 'interface Entry { label: String }', 'implements Entry'),
  [
    ...cases,
    {
      name: 'fields of the interface for every implementation',
      query: '{ ledgerAccount { statement { entries { label ... on Refund { id } } } } }',
      data: { ledgerAccount: { statement: { entries: [{ label: 'card' }, { label: 'refund', id: 'r1' }] } } },
      fetches: ['ledger'],
    },
  ],
);

test('a member inside of fragments with a condition each, at subgraphs that validate what they are sent', async () => {
  await using graph = await startSupergraph(statements((members) => `union Entry = ${members.join(' | ')}`, ''));
  const reply = await graph.client.request(
    `query ($a: Boolean!, $b: Boolean!) {
      ledgerAccount { statement { entries {
        ... on Refund @include(if: $a) { ... @include(if: $a) { id } ...R @include(if: $b) @skip(if: false) }
      } } }
    }
    fragment R on Refund { ... @skip(if: $b) { label } ... @include(if: $b) { note } }`,
    { a: true, b: true },
  );
  expect(reply.errors).toBeUndefined();
  expect(reply.data).toEqual({ ledgerAccount: { statement: { entries: [{}, { id: 'r1', note: 'about r1' }] } } });
});
