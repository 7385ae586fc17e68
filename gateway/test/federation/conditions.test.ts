import { describe, expect, test } from 'vitest';
import { startSupergraph, type TestSubgraph } from '../fixtures/start-supergraph.ts';
import { describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;

const parcel = { id: 'p1', weight: 3, value: 100, box: { width: 2, height: 5 } };

const subgraphs: Record<string, TestSubgraph> = {
  parcels: {
    typeDefs: `
      type Query { parcel: Parcel other: Parcel things: [Thing!]! }
      type Mutation { send: Parcel }
      type Subscription { parcelMoved: Parcel }
      interface Thing { id: ID! }
      type Parcel implements Thing @key(fields: "id") { id: ID! weight: Int! value: Int! box: Box! seal: String! }
      type Box { width: Int! height: Int! }`,
    resolvers: {
      Query: { parcel: () => parcel, other: () => parcel, things: () => [{ __typename: 'Parcel', ...parcel }] },
      Mutation: { send: () => parcel },
      Parcel: {
        __resolveReference: () => parcel,
        seal: () => {
          throw new Error('broken');
        },
      },
      Subscription: {
        parcelMoved: {
          async *subscribe() {
            yield { parcelMoved: parcel };
          },
        },
      },
    },
  },
  carriers: {
    typeDefs: `
      type Parcel @key(fields: "id") {
        id: ID! weight: Int! @external value: Int! @external box: Box! @external
        carrier: String
        postage: Int @requires(fields: "weight")
        insurance: Int @requires(fields: "value")
        isWide: Boolean @requires(fields: "box { width }")
        isTall: Boolean @requires(fields: "box { height }")
        twin(of: Int): Parcel @requires(fields: "value")
      }
      type Box { width: Int! @external height: Int! @external }`,
    resolvers: {
      Parcel: {
        carrier: () => 'Bike',
        postage: ({ weight }: { weight: number }) => weight * 10,
        insurance: ({ value }: { value: number }) => value / 10,
        isWide: ({ box }: { box: Row }) => Number(box['width']) > 3,
        isTall: ({ box }: { box: Row }) => Number(box['height']) > 3,
        twin: ({ value }: { value: number }, { of }: { of: number }) => (value === of ? { id: 'p1' } : null),
      },
    },
  },
};

const both = ['parcels', 'carriers'];

describeSupergraph('conditions on fields with @requires', subgraphs, [
  {
    name: 'a field that is skipped leaves the others of its entity alone',
    query: 'query ($on: Boolean!) { parcel { postage @include(if: $on) insurance carrier } }',
    variables: { on: false },
    data: { parcel: { insurance: 10, carrier: 'Bike' } },
    fetches: both,
  },
  {
    name: 'and is there when it is not',
    query: 'query ($on: Boolean!) { parcel { postage @include(if: $on) insurance carrier } }',
    variables: { on: true },
    data: { parcel: { postage: 30, insurance: 10, carrier: 'Bike' } },
    fetches: both,
  },
  {
    name: 'a default decides where the variable is left out',
    query: 'query ($off: Boolean = true) { parcel { postage @skip(if: $off) carrier } }',
    data: { parcel: { carrier: 'Bike' } },
  },
  {
    name: 'conditions without a variable decide too',
    query: '{ parcel { postage @skip(if: true) insurance @include(if: true) isTall @include(if: false) carrier } }',
    data: { parcel: { insurance: 10, carrier: 'Bike' } },
  },
  {
    name: 'inputs of one object are needed each for its own field',
    query: 'query ($on: Boolean!) { parcel { isWide @include(if: $on) isTall } }',
    variables: { on: false },
    data: { parcel: { isTall: true } },
  },
  {
    name: 'the condition stands on a fragment around it, in a fragment, and twice',
    query: `query ($a: Boolean!, $b: Boolean!) {
      parcel { ...P @include(if: $a) ... @skip(if: $b) { insurance } carrier }
      things { id ... on Parcel @include(if: $b) { ...P ...P @skip(if: $a) } }
    }
    fragment P on Parcel { postage @include(if: $b) @skip(if: $a) isWide }`,
    variables: { a: false, b: true },
    data: { parcel: { carrier: 'Bike' }, things: [{ id: 'p1', postage: 30, isWide: false }] },
  },
  {
    name: 'the same field with and without a condition is there',
    query: 'query ($on: Boolean!) { parcel { postage @include(if: $on) postage carrier } }',
    variables: { on: false },
    data: { parcel: { postage: 30, carrier: 'Bike' } },
  },
  {
    name: 'an object in which everything is off is still an object',
    query: 'query ($on: Boolean!) { parcel { postage @include(if: $on) } }',
    variables: { on: false },
    data: { parcel: {} },
    fetches: ['parcels'],
  },
  {
    name: 'a whole entity that is off is not fetched, and its variables go nowhere',
    query: 'query ($on: Boolean!, $of: Int) { parcel { id } other @include(if: $on) { twin(of: $of) { insurance } } }',
    variables: { on: false, of: 100 },
    data: { parcel: { id: 'p1' } },
    fetches: ['parcels'],
  },
  {
    name: 'inputs of inputs',
    query: `query ($on: Boolean!) {
      parcel { twin(of: 100) { postage @skip(if: $on) insurance } postage @skip(if: $on) }
    }`,
    variables: { on: true },
    data: { parcel: { twin: { insurance: 10 } } },
  },
  {
    name: 'what is always off is not fetched below a variable condition',
    query: 'query ($on: Boolean!) { parcel @include(if: $on) { id ... @skip(if: true) { seal @include(if: $on) } } }',
    variables: { on: true },
    data: { parcel: { id: 'p1' } },
  },
  {
    name: 'everything is off',
    query: 'query ($on: Boolean!) { parcel @include(if: $on) { postage } }',
    variables: { on: false },
    data: {},
    fetches: [],
  },
  {
    name: 'in the payload of a mutation',
    query: 'mutation ($on: Boolean!) { send { postage @include(if: $on) insurance } }',
    variables: { on: false },
    data: { send: { insurance: 10 } },
  },
]);

describe('conditions on one variable, one below the other', () => {
  const excluding = [
    ['on a field', 'query ($on: Boolean!) { parcel @include(if: $on) { weight @skip(if: $on) } }'],
    [
      'beside each other',
      'query ($on: Boolean!) { ... @include(if: $on) { parcel { ...F @include(if: $on) @skip(if: $on) } } } fragment F on Parcel { weight }',
    ],
    [
      'in a fragment',
      'query ($on: Boolean!) { parcel @include(if: $on) { ...F } } fragment F on Parcel { weight @skip(if: $on) }',
    ],
  ] as const;

  test.each(excluding)('exclude each other %s, and what holds them is answered all the same', async (_, query) => {
    await using graph = await startSupergraph(subgraphs, { inProcess: true });
    const on = await graph.client.request(query, { on: true });
    expect(on.errors).toBeUndefined();
    expect(on.data).toEqual({ parcel: {} });
    const off = await graph.client.request(query, { on: false });
    expect(off.errors).toBeUndefined();
    expect(off.data).toEqual({});
  });
});

describe('conditions on fields with @requires, from one request to the next', () => {
  test('are decided anew for each, whatever was planned before', async () => {
    await using graph = await startSupergraph(subgraphs, { inProcess: true });
    const query =
      'query ($a: Boolean!, $b: Boolean!) { parcel { postage @include(if: $a) insurance @skip(if: $b) isTall } }';
    for (let round = 0; round < 2; round += 1) {
      for (const [a, b, parcel] of [
        [true, true, { postage: 30, isTall: true }],
        [false, true, { isTall: true }],
        [false, false, { insurance: 10, isTall: true }],
        [true, false, { postage: 30, insurance: 10, isTall: true }],
      ] as const) {
        const reply = await graph.client.request(query, { a, b });
        expect(reply.errors).toBeUndefined();
        expect(reply.data).toEqual({ parcel });
      }
    }
  });

  test('hold for the events of a subscription', async () => {
    await using graph = await startSupergraph(subgraphs, { inProcess: true });
    const query = 'subscription ($on: Boolean!) { parcelMoved { postage @include(if: $on) insurance } }';
    const off = graph.socket().subscribe(query, { on: false });
    expect(await off.rest()).toEqual([{ data: { parcelMoved: { insurance: 10 } } }]);
    const on = graph.socket().subscribe(query, { on: true });
    expect(await on.rest()).toEqual([{ data: { parcelMoved: { postage: 30, insurance: 10 } } }]);
  });
});
