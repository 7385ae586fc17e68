import { byKey, describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;

describeSupergraph(
  '@shareable',
  {
    a: {
      typeDefs: `
        type Query { point: Point @shareable here: Point item: Item }
        type Point @shareable { x: Int y: Int }
        type Item @key(fields: "id") { id: ID! title: String @shareable a: Int }`,
      resolvers: {
        Query: {
          point: () => ({ x: 1, y: 2 }),
          here: () => ({ x: 3, y: 4 }),
          item: () => ({ id: 'i', title: 'T', a: 1 }),
        },
        Item: { __resolveReference: byKey([{ id: 'i', title: 'T', a: 1 }]) },
      },
    },
    b: {
      typeDefs: `
        type Query { point: Point @shareable there: Point same: Item }
        type Point @shareable { x: Int y: Int }
        type Item @key(fields: "id") { id: ID! title: String @shareable b: Int }`,
      resolvers: {
        Query: {
          point: () => ({ x: 1, y: 2 }),
          there: () => ({ x: 5, y: 6 }),
          same: () => ({ id: 'i', title: 'T', b: 2 }),
        },
        Item: { __resolveReference: byKey([{ id: 'i', title: 'T', b: 2 }]) },
      },
    },
  },
  [
    {
      name: 'a root field is asked of one subgraph',
      query: '{ point { x y } }',
      data: { point: { x: 1, y: 2 } },
      fetches: ['a'],
    },
    {
      name: 'a value type is taken where it is found',
      query: '{ here { y x } there { x } }',
      data: { here: { y: 4, x: 3 }, there: { x: 5 } },
    },
    {
      name: 'a shared field needs no second fetch',
      query: '{ same { title b } }',
      data: { same: { title: 'T', b: 2 } },
      fetches: ['b'],
    },
    {
      name: 'and is not in the way of one',
      query: '{ item { title a b } same { a title } }',
      data: { item: { title: 'T', a: 1, b: 2 }, same: { a: 1, title: 'T' } },
    },
  ],
);

describeSupergraph(
  '@override',
  {
    old: {
      typeDefs: `type Query { bill: Bill } type Bill @key(fields: "id") { id: ID! amount: Int note: String }`,
      resolvers: {
        Query: { bill: () => ({ id: 'b', amount: -1, note: 'n' }) },
        Bill: { __resolveReference: () => ({ id: 'b', amount: -1, note: 'n' }) },
      },
    },
    new: {
      typeDefs: `type Bill @key(fields: "id") { id: ID! amount: Int @override(from: "old") } type Query { newest: Bill }`,
      resolvers: {
        Query: { newest: () => ({ id: 'b', amount: 7 }) },
        Bill: { __resolveReference: () => ({ id: 'b', amount: 7 }) },
      },
    },
  },
  [
    {
      name: 'takes the field from its new owner',
      query: '{ bill { amount } }',
      data: { bill: { amount: 7 } },
      fetches: ['old', 'new'],
    },
    {
      name: 'leaves other fields with the old one',
      query: '{ bill { note } }',
      data: { bill: { note: 'n' } },
      fetches: ['old'],
    },
    { name: 'joins both', query: '{ newest { note amount } }', data: { newest: { note: 'n', amount: 7 } } },
  ],
);

describeSupergraph(
  '@inaccessible',
  {
    a: {
      typeDefs: `
        type Query { user: User secret: Int @inaccessible level(at: Level): Level filter(by: Filter): String }
        type User @key(fields: "id") { id: ID! @inaccessible name: String internal: String @inaccessible }
        enum Level { LOW HIGH HIDDEN @inaccessible }
        input Filter { text: String shadow: String @inaccessible }`,
      resolvers: {
        Query: {
          user: () => ({ id: 'u', name: 'Ann', internal: 'i' }),
          level: (_: unknown, { at }: Row) => at ?? 'HIDDEN',
          filter: (_: unknown, { by }: { by: Row }) => JSON.stringify(by),
          secret: () => 1,
        },
        User: { __resolveReference: () => ({ id: 'u', name: 'Ann', internal: 'i' }) },
      },
    },
    b: {
      typeDefs: `type User @key(fields: "id") { id: ID! internal: String @external mark: String @requires(fields: "internal") }`,
      resolvers: {
        User: { __resolveReference: (reference: Row) => reference, mark: ({ internal }: Row) => `<${internal}>` },
      },
    },
  },
  [
    {
      name: 'joins by a key that clients cannot see',
      query: '{ user { name mark } }',
      data: { user: { name: 'Ann', mark: '<i>' } },
    },
    { name: 'hides a root field', query: '{ secret }', data: null, errors: [' GRAPHQL_VALIDATION_FAILED'] },
    { name: 'hides a key', query: '{ user { id } }', data: null, errors: [' GRAPHQL_VALIDATION_FAILED'] },
    {
      name: 'does not let a hidden enum value out',
      query: '{ level }',
      data: { level: null },
      errors: ['level INTERNAL_SERVER_ERROR'],
    },
    { name: 'lets the others out', query: '{ level(at: HIGH) }', data: { level: 'HIGH' } },
    {
      name: 'takes no hidden enum value',
      query: '{ level(at: HIDDEN) }',
      data: null,
      errors: [' GRAPHQL_VALIDATION_FAILED'],
    },
    {
      name: 'takes no hidden input field',
      query: 'query ($f: Filter) { filter(by: $f) }',
      variables: { f: { shadow: 'x' } },
      data: null,
      errors: [' BAD_USER_INPUT'],
    },
    {
      name: 'is hidden from introspection',
      query: '{ __type(name: "User") { fields { name } } }',
      data: { __type: { fields: [{ name: 'name' }, { name: 'mark' }] } },
    },
  ],
);

describeSupergraph(
  'extends and @external of Federation 1',
  {
    owner: {
      typeDefs: `# Federation 1
        type Query { product: Product }
        type Product @key(fields: "upc") { upc: String! name: String weight: Int }`,
      resolvers: {
        Query: { product: () => ({ upc: '1', name: 'P', weight: 3 }) },
        Product: { __resolveReference: () => ({ upc: '1', name: 'P', weight: 3 }) },
      },
    },
    stock: {
      typeDefs: `# Federation 1
        extend type Query { low: [Product] }
        extend type Product @key(fields: "upc") { upc: String! @external weight: Int @external inStock: Boolean freight: Int @requires(fields: "weight") }`,
      resolvers: {
        Query: { low: () => [{ upc: '1' }] },
        Product: {
          __resolveReference: (reference: Row) => reference,
          inStock: () => true,
          freight: ({ weight }: Row) => Number(weight) * 2,
        },
      },
    },
    reviews: {
      typeDefs: `# Federation 1
        type Product @key(fields: "upc") @extends { upc: String! @external reviews: [Review] }
        type Review { body: String product: Product @provides(fields: "name") }
        extend type Product { name: String @external }`,
      resolvers: {
        Product: {
          __resolveReference: (reference: Row) => reference,
          reviews: ({ upc }: Row) => [{ body: 'good', product: { upc, name: 'P as reviewed' } }],
        },
      },
    },
  },
  [
    { name: 'extends a type', query: '{ product { name inStock } }', data: { product: { name: 'P', inStock: true } } },
    {
      name: 'requires',
      query: '{ product { freight } low { freight name } }',
      data: { product: { freight: 6 }, low: [{ freight: 6, name: 'P' }] },
    },
    {
      name: 'provides',
      query: '{ product { reviews { body product { name } } } }',
      data: { product: { reviews: [{ body: 'good', product: { name: 'P as reviewed' } }] } },
    },
    {
      name: 'over all three',
      query: '{ low { reviews { body product { inStock weight } } } }',
      data: { low: [{ reviews: [{ body: 'good', product: { inStock: true, weight: 3 } }] }] },
    },
  ],
);
