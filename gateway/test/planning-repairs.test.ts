import { describe, expect, test } from 'vitest';
import { startSupergraph, type TestSubgraph } from './fixtures/start-supergraph.ts';

type Reference = Record<string, unknown>;

/** Prices live in one subgraph, two fields computed from them in another. */
function prices(): Record<string, TestSubgraph> {
  const rates: Record<string, number> = { USD: 1, EUR: 2, INR: 90 };
  const items = [
    { id: 'i1', name: 'Lamp', base: 10 },
    { id: 'i2', name: 'Desk', base: 20 },
  ];
  const price = ({ base }: { base: number }, { currency }: { currency: string }) => base * (rates[currency] ?? 0);
  const find = ({ id }: Reference) => items.find((item) => item.id === id);
  return {
    shop: {
      typeDefs: `
        type Query { items: [Item!]! item(id: ID!): Item priced: [Priced!]! matrix: [[Item!]!]! }
        type Mutation { touch: Item }
        type Subscription { itemChanged: Item }
        interface Priced { id: ID! price(currency: String! = "INR"): Int }
        type Item implements Priced @key(fields: "id") { id: ID! name: String! price(currency: String! = "INR"): Int box: Box }
        type Box { size(unit: String!): Int label: String }
        type Service implements Priced { id: ID! price(currency: String! = "INR"): Int }`,
      resolvers: {
        Query: {
          items: () => items,
          item: (_: unknown, { id }: { id: string }) => find({ id }),
          priced: () => [
            { __typename: 'Item', ...items[0] },
            { __typename: 'Service', id: 's1', base: 7 },
          ],
          matrix: () => [items, [items[1]]],
        },
        Mutation: { touch: () => items[0] },
        Subscription: {
          itemChanged: {
            async *subscribe() {
              for (const item of items) yield { itemChanged: item };
            },
          },
        },
        Item: { __resolveReference: find, price, box: () => ({ label: 'b' }) },
        Box: { size: (_: unknown, { unit }: { unit: string }) => (unit === 'cm' ? 100 : 1) },
        Service: { price },
      },
    },
    abroad: {
      typeDefs: `
        type Item @key(fields: "id") {
          id: ID!
          price(currency: String! = "INR"): Int @external
          box: Box @external
          dollars: String @requires(fields: "price(currency: \\"USD\\")")
          euros(prefix: String = ""): String @requires(fields: "price(currency: \\"EUR\\")")
          fits: String @requires(fields: "box { size(unit: \\"cm\\") label }")
          twin: Item @requires(fields: "price(currency: \\"EUR\\")")
          failing: String @requires(fields: "price(currency: \\"EUR\\")")
        }
        type Box { size(unit: String!): Int @external label: String @external }`,
      resolvers: {
        Item: {
          __resolveReference: (reference: Reference) => reference,
          dollars: (item: Reference) => `$${item['price']}`,
          euros: (item: Reference, { prefix }: { prefix: string }) => `${prefix}€${item['price']}`,
          fits: ({ box }: { box: { size: number; label: string } }) => `${box.label}${box.size}`,
          twin: () => ({ id: 'i2' }),
          failing: () => {
            throw new Error('no');
          },
        },
      },
    },
  };
}

const queries: { name: string; query: string; data: unknown; variables?: object }[] = [
  {
    name: 'a client field with the arguments of its own beside an input of the same field',
    query: '{ items { price(currency: "INR") dollars } }',
    data: {
      items: [
        { price: 900, dollars: '$10' },
        { price: 1800, dollars: '$20' },
      ],
    },
  },
  {
    name: 'a client field that leaves a default argument out',
    query: '{ item(id: "i1") { price dollars } }',
    data: { item: { price: 900, dollars: '$10' } },
  },
  {
    name: 'another field under the name of an input',
    query: '{ items { price: name dollars } }',
    data: {
      items: [
        { price: 'Lamp', dollars: '$10' },
        { price: 'Desk', dollars: '$20' },
      ],
    },
  },
  {
    name: 'another field under the name of a key',
    query: '{ items { id: name dollars } }',
    data: {
      items: [
        { id: 'Lamp', dollars: '$10' },
        { id: 'Desk', dollars: '$20' },
      ],
    },
  },
  {
    name: 'another field under the name of __typename, where the plan needs the type',
    query: '{ priced { __typename: id ... on Item { dollars } } }',
    data: { priced: [{ __typename: 'i1', dollars: '$10' }, { __typename: 's1' }] },
  },
  {
    name: 'a nested input',
    query: '{ item(id: "i1") { box { size(unit: "m") label } fits } }',
    data: { item: { box: { size: 1, label: 'b' }, fits: 'b100' } },
  },
  {
    name: 'an object input whose name the client gives to a leaf',
    query: '{ item(id: "i1") { box: id fits } }',
    data: { item: { box: 'i1', fits: 'b100' } },
  },
  {
    name: 'a collision through a named fragment and an interface',
    query: '{ priced { ...P ... on Item { dollars } } } fragment P on Priced { price(currency: "INR") }',
    data: { priced: [{ price: 900, dollars: '$10' }, { price: 630 }] },
  },
  {
    name: 'the same collision in a nested list',
    query: '{ matrix { price(currency: "EUR") dollars } }',
    data: {
      matrix: [
        [
          { price: 20, dollars: '$10' },
          { price: 40, dollars: '$20' },
        ],
        [{ price: 40, dollars: '$20' }],
      ],
    },
  },
  {
    name: 'a client alias on the colliding field',
    query: 'query ($c: String!) { item(id: "i1") { mine: price(currency: $c) price(currency: $c) d: dollars } }',
    variables: { c: 'EUR' },
    data: { item: { mine: 20, price: 20, d: '$10' } },
  },
  {
    name: 'two fields whose inputs are one field with different arguments',
    query: '{ items { dollars euros } }',
    data: {
      items: [
        { dollars: '$10', euros: '€20' },
        { dollars: '$20', euros: '€40' },
      ],
    },
  },
  {
    name: 'the same two, aliased, with an argument from a variable',
    query: 'query ($p: String) { items { a: dollars b: euros(prefix: $p) c: euros } }',
    variables: { p: 'ca. ' },
    data: {
      items: [
        { a: '$10', b: 'ca. €20', c: '€20' },
        { a: '$20', b: 'ca. €40', c: '€40' },
      ],
    },
  },
  {
    name: 'the same two and a collision with the client at once',
    query: '{ item(id: "i2") { price(currency: "INR") dollars euros name } }',
    data: { item: { price: 1800, dollars: '$20', euros: '€40', name: 'Desk' } },
  },
  {
    name: 'the same two from different fragments',
    query: '{ items { ...D ... on Item { euros } } } fragment D on Item { dollars }',
    data: {
      items: [
        { dollars: '$10', euros: '€20' },
        { dollars: '$20', euros: '€40' },
      ],
    },
  },
  {
    name: 'the same two through an interface',
    query: '{ priced { id ... on Item { dollars euros } } }',
    data: { priced: [{ id: 'i1', dollars: '$10', euros: '€20' }, { id: 's1' }] },
  },
  {
    name: 'the same two in nested lists',
    query: '{ matrix { dollars euros } }',
    data: {
      matrix: [
        [
          { dollars: '$10', euros: '€20' },
          { dollars: '$20', euros: '€40' },
        ],
        [{ dollars: '$20', euros: '€40' }],
      ],
    },
  },
  {
    name: 'the same two again inside of the second, from a named fragment',
    query:
      '{ item(id: "i1") { dollars twin { ...T } } } fragment T on Item { name dollars euros twin { euros dollars } }',
    data: {
      item: {
        dollars: '$10',
        twin: { name: 'Desk', dollars: '$20', euros: '€40', twin: { euros: '€40', dollars: '$20' } },
      },
    },
  },
  {
    name: 'the second switched off by a variable',
    query: 'query ($on: Boolean!) { item(id: "i1") { dollars ... @include(if: $on) { euros } } }',
    variables: { on: false },
    data: { item: { dollars: '$10' } },
  },
  {
    name: 'the second switched on by a variable',
    query: 'query ($on: Boolean!) { item(id: "i1") { dollars euros @include(if: $on) } }',
    variables: { on: true },
    data: { item: { dollars: '$10', euros: '€20' } },
  },
  {
    name: 'the same two in the payload of a mutation, which runs once',
    query: 'mutation { touch { dollars euros price(currency: "INR") } }',
    data: { touch: { dollars: '$10', euros: '€20', price: 900 } },
  },
];

describe('inputs of @requires with arguments', () => {
  test.each(queries)('answers rightly: $name', async ({ query, variables, data }) => {
    await using graph = await startSupergraph(prices());
    const reply = await graph.client.request(query, variables);
    expect(reply.errors).toBeUndefined();
    expect(reply.data).toEqual(data);
  });

  test('answers rightly for every event of a subscription', async () => {
    await using graph = await startSupergraph(prices());
    const stream = graph.socket().subscribe('subscription { itemChanged { price(currency: "INR") dollars euros } }');
    expect(await stream.rest()).toEqual([
      { data: { itemChanged: { price: 900, dollars: '$10', euros: '€20' } } },
      { data: { itemChanged: { price: 1800, dollars: '$20', euros: '€40' } } },
    ]);
  });

  test('gives error paths in the names of the client, with list indices', async () => {
    await using graph = await startSupergraph(prices());
    const reply = await graph.client.request('{ items { dollars price: failing } }');
    expect(reply.data).toEqual({
      items: [
        { dollars: '$10', price: null },
        { dollars: '$20', price: null },
      ],
    });
    expect(reply.errors?.map(({ path }) => path)).toEqual([
      ['items', 0, 'price'],
      ['items', 1, 'price'],
    ]);
  });
});

test('returns to a subgraph by a key that it can resolve when one that it cannot is listed first', async () => {
  await using graph = await startSupergraph({
    main: {
      typeDefs: `type Query { part: Part } type Part @key(fields: "id") @key(fields: "code") { id: ID! code: ID! weight: Int }`,
      resolvers: { Part: { __resolveReference: (_: Reference) => ({ id: '1', code: 'c', weight: 3 }) } },
    },
    freight: {
      typeDefs: `
        type Query { heaviest: Part }
        type Part @key(fields: "id", resolvable: false) @key(fields: "code") {
          id: ID! code: ID! weight: Int @external fee: Int @requires(fields: "weight") }`,
      resolvers: {
        Query: { heaviest: () => ({ id: '1', code: 'c' }) },
        Part: {
          __resolveReference: (part: Reference) => (part['code'] === undefined ? null : part),
          fee: ({ weight }: { weight: number }) => weight * 10,
        },
      },
    },
  });
  expect((await graph.client.request('{ heaviest { fee } }')).data).toEqual({ heaviest: { fee: 30 } });
});

test('refuses conflicting inputs of an entity that has no key to come back to it by, rather than answer wrongly', async () => {
  const key = '@key(fields: "at { id }")';
  const price = 'price(currency: String!): Int';
  const input = (currency: string) => `@requires(fields: "price(currency: \\"${currency}\\")")`;
  await using graph = await startSupergraph({
    one: { typeDefs: `type Query { lot: Lot } type Lot ${key} { at: At ${price} } type At @shareable { id: ID! }` },
    two: {
      typeDefs: `type Lot ${key} { at: At ${price} @external usd: Int ${input('USD')} eur: Int ${input('EUR')} } type At @shareable { id: ID! }`,
    },
  });
  const reply = await graph.client.request('{ lot { usd eur } }');
  expect(reply).toMatchObject({ data: null, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect((await graph.client.request('{ lot { usd } }')).errors).toBeUndefined();
});

test('gives fields that cannot be fetched under one name two names, in fragments without a type condition too', async () => {
  await using graph = await startSupergraph({
    directory: {
      typeDefs: `
        type Query { everyone: [Account!]! }
        union Account = Person | Robot
        type Person @key(fields: "id") { id: ID! friends: [Account!]! }
        type Robot { id: ID friends: [Account!]! }`,
      resolvers: { Query: { everyone: accounts }, Person: { friends: accounts }, Robot: { friends: accounts } },
    },
    // Here a person's id may be null, so in the supergraph both ids are of one type.
    guests: { typeDefs: 'type Query { guest: Person } type Person @shareable { id: ID }' },
  });
  const query = `query ($on: Boolean!) {
    ... @include(if: $on) {
      everyone {
        ... on Robot { ... @include(if: $on) { id } }
        ... on Person { ... { id friends { ... on Robot { ...R } ... { ... on Person { id } } } } }
      }
    }
  }
  fragment R on Robot { ... @skip(if: false) { id } }`;
  const reply = await graph.client.request(query, { on: true });
  expect(reply.errors).toBeUndefined();
  expect(reply.data).toEqual({ everyone: [{ id: 'p1', friends: [{ id: 'p1' }, { id: 'r1' }] }, { id: 'r1' }] });
});

test('gives the error path of a field that had to be fetched under another name in the name that it has', async () => {
  const key = '@key(fields: "id")';
  const things = [
    { __typename: 'Bottle', id: 'b' },
    { __typename: 'Crate', id: 'c' },
  ];
  const broken = () => {
    throw new Error('no');
  };
  await using graph = await startSupergraph({
    cellar: {
      typeDefs: `
        type Query { things: [Thing!]! } union Thing = Bottle | Crate
        type Bottle ${key} { id: ID! } type Crate ${key} { id: ID! size: String }`,
      resolvers: { Query: { things: () => things } },
    },
    labels: {
      typeDefs: `
        type Query { labelled: [Labelled] } union Labelled = Bottle | Crate
        type Bottle ${key} { id: ID! label: String! @shareable } type Crate ${key} { id: ID! label: String }`,
      resolvers: {
        Query: { labelled: () => things },
        Bottle: { label: broken },
        Crate: { label: broken },
      },
    },
    // Because of this one a bottle's label may be null in the supergraph, as a crate's may.
    archive: { typeDefs: `type Bottle ${key} { id: ID! label: String @shareable }` },
  });
  const labels = '{ ... on Bottle { label } ... on Crate { label } }';
  const paths = async (query: string) => (await graph.client.request(query)).errors?.map(({ path }) => path);

  // The subgraph itself answers null for a bottle without its label, so that path ends before it.
  expect((await paths(`{ labelled ${labels} }`))?.sort()).toEqual([
    ['labelled', 0],
    ['labelled', 1, 'label'],
  ]);
  expect((await paths(`{ things ${labels} }`))?.sort()).toEqual([
    ['things', 0, 'label'],
    ['things', 1, 'label'],
  ]);
  await graph.servers.get('labels')?.[Symbol.asyncDispose]();
  expect(await paths(`{ things ${labels} }`)).toEqual([['things', 0, 'label']]);
});

function accounts(): object[] {
  return [
    { __typename: 'Person', id: 'p1' },
    { __typename: 'Robot', id: 'r1' },
  ];
}
