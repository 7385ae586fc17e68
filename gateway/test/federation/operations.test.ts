import { byKey, describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;
const log: string[] = [];
const note = (text: string) => {
  log.push(text);
  return log.length;
};

describeSupergraph(
  'mutations',
  {
    a: {
      typeDefs: `type Query { a: Int } type Mutation { first: Int third: Result failing: Int fatal: Int! clear: Int } type Result @key(fields: "id") { id: ID! position: Int query: Query }`,
      resolvers: {
        Mutation: {
          first: () => note('first'),
          third: () => ({ id: 'r', position: note('third') }),
          failing: () => {
            throw new Error('no');
          },
          fatal: () => null,
          clear: () => log.splice(0).length,
        },
        Query: { a: () => 1 },
        Result: { query: () => ({}), __resolveReference: () => ({ id: 'r' }) },
      },
    },
    b: {
      typeDefs: `type Query { b: Int history: [String!] } type Mutation { second: Int } type Result @key(fields: "id") { id: ID! after: Int }`,
      resolvers: {
        Mutation: { second: () => note('second') },
        Query: { b: () => 2, history: () => [...log] },
        Result: { __resolveReference: () => ({ id: 'r' }), after: () => log.length },
      },
    },
  },
  [
    {
      name: 'run in the order written, across subgraphs',
      query: 'mutation { first second third { position after } }',
      data: { first: 1, second: 2, third: { position: 3, after: 3 } },
    },
    { name: 'run once each', query: '{ history }', data: { history: ['first', 'second', 'third'] } },
    { name: 'start over', query: 'mutation { clear }', data: { clear: 3 } },
    {
      name: 'run in the order written, the other way',
      query: 'mutation { second first again: second }',
      data: { second: 1, first: 2, again: 3 },
    },
    {
      name: 'keep the others when one that may be null fails',
      query: 'mutation { failing second }',
      data: { failing: null, second: 4 },
      errors: ['failing INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'answer null as a whole when one fails that may not be null',
      query: 'mutation { first fatal }',
      data: null,
      errors: ['fatal INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'lead to queries over all subgraphs',
      query: 'mutation { third { query { a b } } }',
      data: { third: { query: { a: 1, b: 2 } } },
    },
    {
      name: 'of a fragment',
      query: 'mutation { ...M } fragment M on Mutation { clear __typename }',
      data: { clear: 6, __typename: 'Mutation' },
    },
  ],
);

const users: Row[] = [
  { id: '1', name: 'Ann' },
  { id: '2', name: 'Bob' },
];

describeSupergraph(
  'circular references',
  {
    users: {
      typeDefs: `type Query { me: User } type User @key(fields: "id") { id: ID! name: String friends: [User!] }`,
      resolvers: {
        Query: { me: () => users[0] },
        User: {
          __resolveReference: byKey(users),
          friends: ({ id }: Row) => users.filter((user) => id === '2' || user['id'] === '2'),
        },
      },
    },
    posts: {
      typeDefs: `type User @key(fields: "id") { id: ID! posts: [Post!] best: User } type Post @key(fields: "id") { id: ID! author: User replies: [Post!] }`,
      resolvers: {
        User: {
          __resolveReference: (reference: Row) => reference,
          posts: ({ id }: Row) => [{ id: `p${id}` }],
          best: ({ id }: Row) => ({ id: id === '1' ? '2' : '1' }),
        },
        Post: {
          __resolveReference: (reference: Row) => reference,
          author: ({ id }: Row) => ({ id: String(id).slice(1) }),
          replies: ({ id }: Row) => (id === 'p1' ? [{ id: 'p2' }] : []),
        },
      },
    },
  },
  [
    {
      name: 'one round',
      query: '{ me { posts { author { name } } } }',
      data: { me: { posts: [{ author: { name: 'Ann' } }] } },
    },
    {
      name: 'two rounds',
      query: '{ me { name best { name best { name } } } }',
      data: { me: { name: 'Ann', best: { name: 'Bob', best: { name: 'Ann' } } } },
    },
    {
      name: 'across both, deep',
      query: '{ me { friends { name posts { author { friends { name } } } } } }',
      data: {
        me: { friends: [{ name: 'Bob', posts: [{ author: { friends: [{ name: 'Ann' }, { name: 'Bob' }] } }] }] },
      },
    },
    {
      name: 'a type inside of itself',
      query: '{ me { posts { replies { id replies { id } author { name } } } } }',
      data: { me: { posts: [{ replies: [{ id: 'p2', replies: [], author: { name: 'Bob' } }] }] } },
    },
  ],
);

describeSupergraph(
  'partial failures',
  {
    good: {
      typeDefs: `type Query { items: [Item!]! item: Item fine: Int } type Item @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Query: {
          items: () => [
            { id: '1', name: 'A' },
            { id: '2', name: 'B' },
            { id: '3', name: 'C' },
          ],
          item: () => ({ id: '2', name: 'B' }),
          fine: () => 1,
        },
      },
    },
    bad: {
      typeDefs: `type Query { broken: Int strict: Int! wrapped: Wrapped list: [Int!] nested: [[Int!]!] } type Wrapped { inner: Int! other: Int } type Item @key(fields: "id") { id: ID! stock: Int must: Int! text: [String] }`,
      resolvers: {
        Query: {
          broken: () => {
            throw new Error('broken');
          },
          strict: () => {
            throw new Error('broken');
          },
          wrapped: () => ({ inner: null, other: 1 }),
          list: () => [1, null, 3],
          nested: () => [[1], [null]],
        },
        Item: {
          __resolveReference: async ({ id }: Row) => {
            if (id === '2') throw new Error('no such item');
            return { id };
          },
          stock: ({ id }: Row) => Number(id) * 10,
          must: ({ id }: Row) => (id === '3' ? null : 1),
          text: () => ['a', null, 'c'],
        },
      },
    },
  },
  [
    {
      name: 'of a root field leave the other roots alone',
      query: '{ fine broken }',
      data: { fine: 1, broken: null },
      errors: ['broken INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'of a root field that may not be null take all with them',
      query: '{ fine strict }',
      data: null,
      errors: ['strict INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'of one entity leave the other entities alone',
      query: '{ items { name stock } }',
      data: {
        items: [
          { name: 'A', stock: 10 },
          { name: 'B', stock: null },
          { name: 'C', stock: 30 },
        ],
      },
      errors: ['items.1 INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'null an entity whose joined field may not be null',
      query: '{ item { name must } }',
      data: { item: null },
      errors: ['item INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'go up to the nearest place that may be null',
      query: '{ wrapped { other inner } }',
      data: { wrapped: null },
      errors: ['wrapped.inner INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'null a list whose elements may not be null',
      query: '{ list }',
      data: { list: null },
      errors: ['list.1 INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'null nested lists',
      query: '{ nested }',
      data: { nested: null },
      errors: ['nested.1.0 INTERNAL_SERVER_ERROR'],
    },
    {
      name: 'are none where elements may be null',
      query: '{ item { name } items { name } }',
      data: { item: { name: 'B' }, items: [{ name: 'A' }, { name: 'B' }, { name: 'C' }] },
    },
    {
      name: 'come back under aliases',
      query: '{ mine: broken list2: list }',
      data: { mine: null, list2: null },
      errors: ['mine INTERNAL_SERVER_ERROR', 'list2.1 INTERNAL_SERVER_ERROR'],
    },
  ],
);

describeSupergraph(
  'root fields and __typename',
  {
    a: {
      typeDefs: 'type Query { a: String common: String @shareable } type Subscription { s: Int }',
      resolvers: { Query: { a: () => 'A', common: () => 'c' } },
    },
    b: {
      typeDefs: 'type Query { b: String common: String @shareable pair: Pair } type Pair { left: Int right: Int }',
      resolvers: { Query: { b: () => 'B', common: () => 'c', pair: () => ({ left: 1, right: 2 }) } },
    },
    c: {
      typeDefs: 'type Query { c(x: Int): String common: String @shareable }',
      resolvers: { Query: { c: (_: unknown, { x }: Row) => `C${x ?? ''}`, common: () => 'c' } },
    },
  },
  [
    {
      name: 'of several subgraphs in one query keep their order',
      query: '{ c a b }',
      data: { c: 'C', a: 'A', b: 'B' },
    },
    {
      name: 'shared by all go where the query goes anyway',
      query: '{ b common }',
      data: { b: 'B', common: 'c' },
      fetches: ['b'],
    },
    { name: '__typename alone asks nobody', query: '{ __typename }', data: { __typename: 'Query' }, fetches: [] },
    {
      name: '__typename beside fields, aliased',
      query: '{ t: __typename a __typename }',
      data: { t: 'Query', a: 'A', __typename: 'Query' },
    },
    {
      name: '__typename of a plain object',
      query: '{ pair { __typename left k: __typename } }',
      data: { pair: { __typename: 'Pair', left: 1, k: 'Pair' } },
    },
    {
      name: 'the same field twice merges',
      query: '{ pair { left } pair { right } }',
      data: { pair: { left: 1, right: 2 } },
    },
    {
      name: 'several operations: the named one runs',
      query: 'query A { a } query B { b }',
      data: null,
      errors: [' BAD_USER_INPUT'],
    },
    {
      name: 'introspection beside data',
      query: '{ a __type(name: "Pair") { name } }',
      data: { a: 'A', __type: { name: 'Pair' } },
    },
    {
      name: 'introspection with a variable',
      query: 'query ($n: String!) { __type(name: $n) { kind fields { name } } }',
      variables: { n: 'Pair' },
      data: { __type: { kind: 'OBJECT', fields: [{ name: 'left' }, { name: 'right' }] } },
    },
    {
      name: 'names that mean something to JavaScript',
      query: '{ constructor: a __proto__: b toString: c(x: 1) }',
      data: JSON.parse('{"constructor":"A","__proto__":"B","toString":"C1"}'),
    },
  ],
);
