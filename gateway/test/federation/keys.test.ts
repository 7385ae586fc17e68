import { byKey, describeSupergraph } from './federation-case.ts';

const people = [
  { id: '1', email: 'a@x.test', name: 'Ann' },
  { id: '2', email: 'b@x.test', name: 'Bob' },
];

describeSupergraph(
  '@key: one field',
  {
    people: {
      typeDefs: `type Query { people: [Person!]! person(id: ID!): Person } type Person @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Query: {
          people: () => people,
          person: (_: unknown, { id }: { id: string }) => people.find((one) => one.id === id),
        },
        Person: { __resolveReference: byKey(people) },
      },
    },
    points: {
      typeDefs: `type Person @key(fields: "id") { id: ID! points: Int } type Query { best: Person unknown: Person }`,
      resolvers: {
        Query: { best: () => ({ id: '2' }), unknown: () => ({ id: '9' }) },
        Person: {
          __resolveReference: byKey([
            { id: '1', points: 10 },
            { id: '2', points: 20 },
          ]),
        },
      },
    },
  },
  [
    {
      name: 'joins a field from another subgraph',
      query: '{ person(id: "1") { name points } }',
      data: { person: { name: 'Ann', points: 10 } },
    },
    {
      name: 'keeps the order of the selection',
      query: '{ person(id: "1") { points name id } }',
      data: { person: { points: 10, name: 'Ann', id: '1' } },
    },
    {
      name: 'joins every element of a list in one fetch',
      query: '{ people { points name } }',
      data: {
        people: [
          { points: 10, name: 'Ann' },
          { points: 20, name: 'Bob' },
        ],
      },
      fetches: ['people', 'points'],
    },
    {
      name: 'does not leave the subgraph for the key itself',
      query: '{ best { id } }',
      data: { best: { id: '2' } },
      fetches: ['points'],
    },
    { name: 'joins the other way', query: '{ best { name } }', data: { best: { name: 'Bob' } } },
    {
      name: 'answers null for a missing object and fetches nothing for it',
      query: '{ person(id: "9") { name points } }',
      data: { person: null },
      fetches: ['people'],
    },
    {
      name: 'answers null for fields of an entity that its owner does not know',
      query: '{ unknown { id name } }',
      data: { unknown: { id: '9', name: null } },
    },
    {
      name: 'joins under aliases of object and fields',
      query: '{ a: person(id: "1") { n: name p: points } b: person(id: "2") { p: points } }',
      data: { a: { n: 'Ann', p: 10 }, b: { p: 20 } },
    },
    {
      name: 'joins when the key is aliased',
      query: '{ person(id: "1") { key: id points } }',
      data: { person: { key: '1', points: 10 } },
    },
    {
      name: 'joins when another field takes the name of the key',
      query: '{ person(id: "1") { id: name points } }',
      data: { person: { id: 'Ann', points: 10 } },
    },
  ],
);

describeSupergraph(
  '@key: several, each subgraph by its own',
  {
    accounts: {
      typeDefs: `type Query { account: Account } type Account @key(fields: "id") @key(fields: "email") { id: ID! email: String! name: String }`,
      resolvers: { Query: { account: () => people[0] }, Account: { __resolveReference: byKey(people) } },
    },
    mail: {
      typeDefs: `type Query { inbox: Account } type Account @key(fields: "email") { email: String! unread: Int }`,
      resolvers: {
        Query: { inbox: () => ({ email: 'b@x.test', unread: 0 }) },
        Account: {
          __resolveReference: byKey([
            { email: 'a@x.test', unread: 3 },
            { email: 'b@x.test', unread: 0 },
          ]),
        },
      },
    },
    orders: {
      typeDefs: `type Account @key(fields: "id") { id: ID! orders: Int } type Query { buyer: Account }`,
      resolvers: {
        Query: { buyer: () => ({ id: '1', orders: 7 }) },
        Account: {
          __resolveReference: byKey([
            { id: '1', orders: 7 },
            { id: '2', orders: 8 },
          ]),
        },
      },
    },
  },
  [
    {
      name: 'uses the key that each subgraph knows',
      query: '{ account { unread orders } }',
      data: { account: { unread: 3, orders: 7 } },
    },
    {
      name: 'goes through a third subgraph that knows both keys',
      query: '{ inbox { orders } }',
      data: { inbox: { orders: 8 } },
      fetches: ['mail', 'accounts', 'orders'],
    },
    {
      name: 'goes through it the other way',
      query: '{ buyer { unread } }',
      data: { buyer: { unread: 3 } },
      fetches: ['orders', 'accounts', 'mail'],
    },
    {
      name: 'collects all fields of the way',
      query: '{ inbox { orders name id email unread } }',
      data: { inbox: { orders: 8, name: 'Bob', id: '2', email: 'b@x.test', unread: 0 } },
    },
    {
      name: 'joins several roots at once',
      query: '{ inbox { name } buyer { name } account { name } }',
      data: { inbox: { name: 'Bob' }, buyer: { name: 'Ann' }, account: { name: 'Ann' } },
    },
  ],
);

const seats = [
  { row: 1, seat: { number: 'A', hall: { id: 'h1' } }, price: 10 },
  { row: 1, seat: { number: 'B', hall: { id: 'h1' } }, price: 20 },
];

describeSupergraph(
  '@key: compound and nested',
  {
    hall: {
      typeDefs: `
        type Query { places: [Place!]! }
        type Place @key(fields: "row seat { number hall { id } }") { row: Int! seat: Seat! }
        type Seat { number: String! hall: Hall! }
        type Hall @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { places: () => seats } },
    },
    prices: {
      typeDefs: `
        type Place @key(fields: "row seat { number hall { id } }") { row: Int! seat: Seat! price: Int }
        type Seat @shareable { number: String! hall: Hall! }
        type Hall @key(fields: "id") { id: ID! address: String }`,
      resolvers: {
        Place: { __resolveReference: byKey(seats) },
        Hall: {
          __resolveReference: (reference: { id: string }) => reference,
          address: ({ id }: { id: string }) => `Street of ${id}`,
        },
      },
    },
  },
  [
    {
      name: 'finds an entity by fields of nested objects',
      query: '{ places { price } }',
      data: { places: [{ price: 10 }, { price: 20 }] },
    },
    {
      name: 'shows the nested objects only as far as selected',
      query: '{ places { price seat { number } } }',
      data: {
        places: [
          { price: 10, seat: { number: 'A' } },
          { price: 20, seat: { number: 'B' } },
        ],
      },
    },
    {
      name: 'joins an entity inside of the key',
      query: '{ places { row seat { hall { address } } } }',
      data: {
        places: [
          { row: 1, seat: { hall: { address: 'Street of h1' } } },
          { row: 1, seat: { hall: { address: 'Street of h1' } } },
        ],
      },
    },
    {
      name: 'joins the outer and the inner entity',
      query: '{ places { price seat { hall { id address } number } } }',
      data: {
        places: [
          { price: 10, seat: { hall: { id: 'h1', address: 'Street of h1' }, number: 'A' } },
          { price: 20, seat: { hall: { id: 'h1', address: 'Street of h1' }, number: 'B' } },
        ],
      },
    },
    {
      name: 'joins when the client aliases an object of the key',
      query: '{ places { price s: seat { n: number } } }',
      data: {
        places: [
          { price: 10, s: { n: 'A' } },
          { price: 20, s: { n: 'B' } },
        ],
      },
    },
  ],
);

describeSupergraph(
  '@key: not resolvable',
  {
    posts: {
      typeDefs: `type Query { posts: [Post] } type Post { title: String author: Author editor: Author } type Author @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: {
          posts: () => [
            { title: 'T', author: { id: '1' }, editor: null },
            null,
            { title: 'U', author: { id: '2' }, editor: { id: '1' } },
          ],
        },
      },
    },
    authors: {
      typeDefs: `type Query { author: Author } type Author @key(fields: "id") { id: ID! name: String email: String }`,
      resolvers: { Query: { author: () => people[1] }, Author: { __resolveReference: byKey(people) } },
    },
  },
  [
    {
      name: 'is left towards the subgraph that resolves it',
      query: '{ posts { title author { name } } }',
      data: { posts: [{ title: 'T', author: { name: 'Ann' } }, null, { title: 'U', author: { name: 'Bob' } }] },
    },
    {
      name: 'needs no fetch for the key alone',
      query: '{ posts { author { id } } }',
      data: { posts: [{ author: { id: '1' } }, null, { author: { id: '2' } }] },
      fetches: ['posts'],
    },
    {
      name: 'joins two fields of one type apart',
      query: '{ posts { author { name } editor { name email } } }',
      data: {
        posts: [
          { author: { name: 'Ann' }, editor: null },
          null,
          { author: { name: 'Bob' }, editor: { name: 'Ann', email: 'a@x.test' } },
        ],
      },
    },
    {
      name: 'is never entered',
      query: '{ author { name id } }',
      data: { author: { name: 'Bob', id: '2' } },
      fetches: ['authors'],
    },
  ],
);

describeSupergraph(
  '@key: null and shared objects',
  {
    a: {
      typeDefs: `
        type Query { box: Box twice: [Item] deep: [[Item!]] }
        type Box { item: Item items: [Item] }
        type Item @key(fields: "id") @key(fields: "code") { id: ID code: ID }`,
      resolvers: {
        Query: {
          box: () => ({ item: null, items: [null, { id: '1' }, { id: null, code: null }] }),
          twice: () => [{ id: '1' }, { id: '1' }, { id: '2' }],
          deep: () => [[{ id: '1' }], null, [{ id: '2' }, { id: '1' }], []],
        },
      },
    },
    b: {
      typeDefs: `type Item @key(fields: "id") { id: ID name: String tags: [Tag!] } type Tag { word: String }`,
      resolvers: {
        Item: {
          __resolveReference: byKey([
            { id: '1', name: 'One', tags: [{ word: 'x' }] },
            { id: '2', name: 'Two', tags: [] },
          ]),
        },
      },
    },
  },
  [
    {
      name: 'passes over nulls in a list',
      query: '{ box { items { id name } } }',
      data: { box: { items: [null, { id: '1', name: 'One' }, { id: null, name: null }] } },
    },
    { name: 'passes over a null object', query: '{ box { item { name } } }', data: { box: { item: null } } },
    {
      name: 'fills every place of an entity that stands several times',
      query: '{ twice { name tags { word } } }',
      data: {
        twice: [
          { name: 'One', tags: [{ word: 'x' }] },
          { name: 'One', tags: [{ word: 'x' }] },
          { name: 'Two', tags: [] },
        ],
      },
    },
    {
      name: 'fills nested lists',
      query: '{ deep { name } }',
      data: { deep: [[{ name: 'One' }], null, [{ name: 'Two' }, { name: 'One' }], []] },
    },
  ],
);
