import { byKey, describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;
const parcels = [
  { id: '1', weight: 2, size: { width: 3, height: 4 }, tags: ['a', 'b'] },
  { id: '2', weight: null, size: null, tags: [] },
];

describeSupergraph(
  '@requires: fields of the same entity',
  {
    parcels: {
      typeDefs: `
        type Query { parcels: [Parcel!]! parcel(id: ID!): Parcel }
        type Parcel @key(fields: "id") { id: ID! weight: Int size: Size tags: [String!] }
        type Size { width: Int height: Int }`,
      resolvers: {
        Query: { parcels: () => parcels, parcel: (_: unknown, { id }: Row) => parcels.find((one) => one.id === id) },
        Parcel: { __resolveReference: byKey(parcels) },
      },
    },
    shipping: {
      typeDefs: `
        type Query { next: Parcel }
        type Parcel @key(fields: "id") {
          id: ID! weight: Int @external size: Size @external tags: [String!] @external
          fee(base: Int = 1): Int @requires(fields: "weight")
          area: Int @requires(fields: "size { width height }")
          label: String @requires(fields: "tags weight")
        }
        type Size { width: Int @external height: Int @external }`,
      resolvers: {
        Query: { next: () => ({ id: '1' }) },
        Parcel: {
          __resolveReference: (reference: Row) => reference,
          fee: ({ weight }: Row, { base }: { base: number }) => (weight === null ? null : Number(weight) * 10 + base),
          area: ({ size }: { size: { width: number; height: number } | null }) => size && size.width * size.height,
          label: ({ tags, weight }: { tags: string[]; weight: number | null }) => `${tags.join('-')}:${weight}`,
        },
      },
    },
  },
  [
    {
      name: 'are fetched first, though nobody selected them',
      query: '{ parcel(id: "1") { fee } }',
      data: { parcel: { fee: 21 } },
    },
    {
      name: 'are fetched and come back to the subgraph that began',
      query: '{ next { fee } }',
      data: { next: { fee: 21 } },
      fetches: ['shipping', 'parcels', 'shipping'],
    },
    { name: 'may be objects', query: '{ next { area } }', data: { next: { area: 12 } } },
    {
      name: 'may be null, and the resolver is told so',
      query: '{ parcels { id fee area label } }',
      data: {
        parcels: [
          { id: '1', fee: 21, area: 12, label: 'a-b:2' },
          { id: '2', fee: null, area: null, label: ':null' },
        ],
      },
    },
    {
      name: 'leave arguments of the field alone',
      query: 'query ($b: Int) { parcel(id: "1") { fee(base: $b) other: fee(base: 0) } }',
      variables: { b: 5 },
      data: { parcel: { fee: 25, other: 20 } },
    },
    {
      name: 'may be selected as well',
      query: '{ next { weight fee size { width } area } }',
      data: { next: { weight: 2, fee: 21, size: { width: 3 }, area: 12 } },
    },
    {
      name: 'may be hidden behind client aliases',
      query: '{ next { weight: area size: fee w: weight } }',
      data: { next: { weight: 12, size: 21, w: 2 } },
    },
    {
      name: 'are not fetched when the field is skipped',
      query: 'query ($no: Boolean!) { next { id fee @skip(if: $no) } }',
      variables: { no: true },
      data: { next: { id: '1' } },
    },
  ],
);

describeSupergraph(
  '@requires: chains over three subgraphs',
  {
    a: {
      typeDefs: `type Query { thing: Thing things: [Thing] } type Thing @key(fields: "id") { id: ID! one: Int }`,
      resolvers: {
        Query: {
          thing: () => ({ id: 't', one: 1 }),
          things: () => [
            { id: 't', one: 1 },
            { id: 'u', one: 5 },
          ],
        },
        Thing: {
          __resolveReference: byKey([
            { id: 't', one: 1 },
            { id: 'u', one: 5 },
          ]),
        },
      },
    },
    b: {
      typeDefs: `type Thing @key(fields: "id") { id: ID! one: Int @external two: Int @requires(fields: "one") }`,
      resolvers: {
        Thing: { __resolveReference: (reference: Row) => reference, two: ({ one }: Row) => Number(one) + 1 },
      },
    },
    c: {
      typeDefs: `type Thing @key(fields: "id") { id: ID! one: Int @external two: Int @external three: Int @requires(fields: "two") sum: Int @requires(fields: "one two") } type Query { lone: Thing }`,
      resolvers: {
        Query: { lone: () => ({ id: 'u' }) },
        Thing: {
          __resolveReference: (reference: Row) => reference,
          three: ({ two }: Row) => Number(two) + 1,
          sum: ({ one, two }: Row) => Number(one) + Number(two),
        },
      },
    },
  },
  [
    { name: 'one step', query: '{ thing { two } }', data: { thing: { two: 2 } } },
    { name: 'two steps', query: '{ thing { three } }', data: { thing: { three: 3 } }, fetches: ['a', 'b', 'c'] },
    {
      name: 'two inputs from different subgraphs',
      query: '{ things { sum } }',
      data: { things: [{ sum: 3 }, { sum: 11 }] },
    },
    {
      name: 'all at once',
      query: '{ things { three sum two one } }',
      data: {
        things: [
          { three: 3, sum: 3, two: 2, one: 1 },
          { three: 7, sum: 11, two: 6, one: 5 },
        ],
      },
    },
    {
      name: 'starting at the end of the chain',
      query: '{ lone { three } }',
      data: { lone: { three: 7 } },
      fetches: ['c', 'a', 'b', 'c'],
    },
  ],
);

const carts = [
  {
    id: 'c1',
    lines: [
      { quantity: 2, product: { id: 'p1' } },
      { quantity: 1, product: { id: 'p2' } },
    ],
  },
];
const goods = [
  { id: 'p1', sku: 's1', price: { amount: 100 } },
  { id: 'p2', sku: 's2', price: { amount: 50 } },
];

describeSupergraph(
  '@requires: through lists into other entities',
  {
    cart: {
      typeDefs: `
        type Query { cart: Cart }
        type Cart @key(fields: "id") { id: ID! lines: [Line!]! total: Int @requires(fields: "lines { product { sku price { amount } } }") }
        type Line { quantity: Int! product: Product }
        type Product @key(fields: "id") { id: ID! sku: String! @external price: Price @external }
        type Price @shareable { amount: Int! }`,
      resolvers: {
        Query: { cart: () => carts[0] },
        Cart: {
          __resolveReference: ({ id, lines }: Row) => ({
            ...carts.find((cart) => cart.id === id),
            ...(lines ? { given: lines } : {}),
          }),
          total: ({
            lines,
            given,
          }: {
            lines: { quantity: number; product: Row }[];
            given: { product: { sku: string; price: { amount: number } } | null }[];
          }) => {
            const prices = new Map(given.map(({ product }) => [product?.sku, product?.price.amount]));
            return lines.reduce(
              (sum, { quantity, product }) =>
                sum + quantity * (prices.get(`s${String(product['id']).slice(1)}`) ?? Number.NaN),
              0,
            );
          },
        },
      },
    },
    catalog: {
      typeDefs: `type Product @key(fields: "id") { id: ID! sku: String! price: Price name: String } type Price @shareable { amount: Int! }`,
      resolvers: { Product: { __resolveReference: byKey(goods), name: ({ id }: Row) => `Product ${id}` } },
    },
  },
  [
    {
      name: "computes a total from another subgraph's prices",
      query: '{ cart { total } }',
      data: { cart: { total: 250 } },
    },
    {
      name: 'beside a selection of the same objects',
      query: '{ cart { lines { quantity product { name } } total } }',
      data: {
        cart: {
          lines: [
            { quantity: 2, product: { name: 'Product p1' } },
            { quantity: 1, product: { name: 'Product p2' } },
          ],
          total: 250,
        },
      },
    },
    {
      name: 'beside aliases that clash with the inputs',
      query: '{ cart { lines { product { price: name sku: id } } total } }',
      data: {
        cart: {
          lines: [{ product: { price: 'Product p1', sku: 'p1' } }, { product: { price: 'Product p2', sku: 'p2' } }],
          total: 250,
        },
      },
    },
  ],
);

const animals = [
  { __typename: 'Dog', id: 'd', bark: 'wuff', lives: 1 },
  { __typename: 'Cat', id: 'c', purr: 'prr', lives: 9 },
];

describeSupergraph(
  '@requires: fragments on abstract types',
  {
    zoo: {
      typeDefs: `
        type Query { homes: [Home!]! }
        type Home @key(fields: "id") { id: ID! pet: Pet }
        interface Pet { lives: Int }
        type Dog implements Pet { lives: Int bark: String }
        type Cat implements Pet { lives: Int purr: String }`,
      resolvers: {
        Query: { homes: () => animals.map((pet) => ({ id: `home-${pet.id}`, pet })) },
        Home: { __resolveReference: ({ id }: Row) => ({ id, pet: animals.find((pet) => id === `home-${pet.id}`) }) },
      },
    },
    sounds: {
      typeDefs: `
        type Home @key(fields: "id") { id: ID! pet: Pet @external noise: String @requires(fields: "pet { lives ... on Dog { bark } ... on Cat { purr } }") }
        interface Pet { lives: Int }
        type Dog implements Pet { lives: Int @external bark: String @external }
        type Cat implements Pet { lives: Int @external purr: String @external }`,
      resolvers: {
        Home: {
          __resolveReference: (reference: Row) => reference,
          noise: ({ pet }: { pet: Row }) => `${pet['bark'] ?? pet['purr']} ${pet['lives']}`,
        },
      },
    },
  },
  [
    {
      name: 'send the fields of each type',
      query: '{ homes { noise } }',
      data: { homes: [{ noise: 'wuff 1' }, { noise: 'prr 9' }] },
    },
    {
      name: 'beside a selection of them',
      query: '{ homes { pet { __typename ... on Cat { purr } } noise } }',
      data: {
        homes: [
          { pet: { __typename: 'Dog' }, noise: 'wuff 1' },
          { pet: { __typename: 'Cat', purr: 'prr' }, noise: 'prr 9' },
        ],
      },
    },
  ],
);
