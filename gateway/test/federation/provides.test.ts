import { byKey, describeSupergraph } from './federation-case.ts';

const authors = [{ id: '1', name: 'Ann', town: { name: 'Ulm', zip: '89' } }];

describeSupergraph(
  '@provides',
  {
    books: {
      typeDefs: `
        type Query { book: Book @provides(fields: "author { name }") bare: Book }
        type Book @key(fields: "id") { id: ID! title: String author: Author writer: Author @provides(fields: "name town { name }") }
        type Author @key(fields: "id") { id: ID! name: String @external town: Town @external }
        type Town @shareable { name: String zip: String }`,
      resolvers: {
        Query: {
          book: () => ({ id: 'b', title: 'T', author: { id: '1', name: 'Ann, as books know her' } }),
          bare: () => ({ id: 'b', title: 'T', author: { id: '1' } }),
        },
        Book: { writer: () => ({ id: '1', name: 'Ann', town: { name: 'Ulm', zip: '89' } }) },
      },
    },
    authors: {
      typeDefs: `type Author @key(fields: "id") { id: ID! name: String @shareable town: Town @shareable age: Int } type Town @shareable { name: String zip: String }`,
      resolvers: { Author: { __resolveReference: byKey(authors), age: () => 40 } },
    },
  },
  [
    {
      name: 'takes the field where it is provided, without another fetch',
      query: '{ book { author { name } } }',
      data: { book: { author: { name: 'Ann, as books know her' } } },
      fetches: ['books'],
    },
    {
      name: 'fetches it where it is not',
      query: '{ bare { author { name } } }',
      data: { bare: { author: { name: 'Ann' } } },
      fetches: ['books', 'authors'],
    },
    {
      name: 'provides nested fields',
      query: '{ bare { writer { name town { name } } } }',
      data: { bare: { writer: { name: 'Ann', town: { name: 'Ulm' } } } },
      fetches: ['books'],
    },
    {
      name: 'fetches what is beyond the provided ones',
      query: '{ bare { writer { name town { name zip } age } } }',
      data: { bare: { writer: { name: 'Ann', town: { name: 'Ulm', zip: '89' }, age: 40 } } },
    },
  ],
);

describeSupergraph(
  '@provides on unions and interfaces',
  {
    media: {
      typeDefs: `
        type Query { feed: [Medium!] @provides(fields: "... on Book { title }") }
        union Medium = Book | Film
        type Book @key(fields: "id") { id: ID! title: String @external }
        type Film @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          feed: () => [
            { __typename: 'Book', id: '1', title: 'Provided' },
            { __typename: 'Film', id: '2' },
          ],
        },
      },
    },
    titles: {
      typeDefs: `type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int } type Film @key(fields: "id") { id: ID! title: String minutes: Int }`,
      resolvers: {
        Book: { __resolveReference: byKey([{ id: '1', title: 'Owned', pages: 10 }]) },
        Film: { __resolveReference: byKey([{ id: '2', title: 'Film', minutes: 90 }]) },
      },
    },
  },
  [
    {
      name: 'takes the field of the provided member alone',
      query: '{ feed { ... on Book { title } } }',
      data: { feed: [{ title: 'Provided' }, {}] },
      fetches: ['media'],
    },
    {
      name: 'fetches the field of the other member',
      query: '{ feed { ... on Film { title } } }',
      data: { feed: [{}, { title: 'Film' }] },
    },
    {
      name: 'both, with more',
      query: '{ feed { __typename ... on Book { title pages } ... on Film { title minutes } } }',
      data: {
        feed: [
          { __typename: 'Book', title: 'Provided', pages: 10 },
          { __typename: 'Film', title: 'Film', minutes: 90 },
        ],
      },
    },
  ],
);
