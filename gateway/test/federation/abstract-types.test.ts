import { byKey, describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;
const media = [
  { __typename: 'Book', id: '1', title: 'Tides', pages: 90 },
  { __typename: 'Film', id: '2', title: 'Dunes', minutes: 120 },
];

describeSupergraph(
  'interfaces of entities',
  {
    media: {
      typeDefs: `
        type Query { media: [Medium!]! medium(id: ID!): Medium node(id: ID!): Node }
        interface Node { id: ID! }
        interface Medium implements Node { id: ID! title: String related: [Medium!] }
        type Book implements Medium & Node @key(fields: "id") { id: ID! title: String related: [Medium!] pages: Int }
        type Film implements Medium & Node @key(fields: "id") { id: ID! title: String related: [Medium!] minutes: Int }`,
      resolvers: {
        Query: {
          media: () => media,
          medium: (_: unknown, { id }: Row) => media.find((one) => one.id === id),
          node: (_: unknown, { id }: Row) => media.find((one) => one.id === id),
        },
        Book: { __resolveReference: byKey(media), related: () => [media[1]] },
        Film: { __resolveReference: byKey(media), related: () => [media[0], media[1]] },
      },
    },
    ratings: {
      typeDefs: `
        type Book @key(fields: "id") { id: ID! stars: Int } type Film @key(fields: "id") { id: ID! stars: Int cast: [Person!] }
        interface Person { name: String } type Actor implements Person { name: String role: String } type Extra implements Person { name: String }`,
      resolvers: {
        Book: { __resolveReference: () => ({ stars: 5 }) },
        Film: {
          __resolveReference: () => ({
            stars: 4,
            cast: [
              { __typename: 'Actor', name: 'A', role: 'R' },
              { __typename: 'Extra', name: 'E' },
            ],
          }),
        },
      },
    },
  },
  [
    {
      name: 'fields of the interface',
      query: '{ media { title } }',
      data: { media: [{ title: 'Tides' }, { title: 'Dunes' }] },
    },
    {
      name: '__typename of each object',
      query: '{ media { __typename id } }',
      data: {
        media: [
          { __typename: 'Book', id: '1' },
          { __typename: 'Film', id: '2' },
        ],
      },
    },
    {
      name: 'fragments choose by type',
      query: '{ media { ... on Book { pages } ... on Film { minutes } } }',
      data: { media: [{ pages: 90 }, { minutes: 120 }] },
    },
    {
      name: 'joins inside of fragments',
      query: '{ media { title ... on Book { stars } ... on Film { stars cast { name } } } }',
      data: {
        media: [
          { title: 'Tides', stars: 5 },
          { title: 'Dunes', stars: 4, cast: [{ name: 'A' }, { name: 'E' }] },
        ],
      },
    },
    {
      name: 'named fragments on interface and object',
      query: '{ media { ...M ...F } } fragment M on Medium { t: title } fragment F on Film { stars minutes }',
      data: { media: [{ t: 'Tides' }, { t: 'Dunes', stars: 4, minutes: 120 }] },
    },
    {
      name: 'fragments on a wider interface',
      query: '{ media { ... on Node { id ... on Film { minutes } } } }',
      data: { media: [{ id: '1' }, { id: '2', minutes: 120 }] },
    },
    {
      name: 'the same name for different fields of different types',
      query: '{ media { ... on Book { n: pages } ... on Film { n: minutes } } }',
      data: { media: [{ n: 90 }, { n: 120 }] },
    },
    {
      name: 'an abstract list inside of an abstract list',
      query: '{ media { related { title ... on Book { stars } } } }',
      data: {
        media: [{ related: [{ title: 'Dunes' }] }, { related: [{ title: 'Tides', stars: 5 }, { title: 'Dunes' }] }],
      },
    },
    {
      name: 'abstract types beyond the join',
      query: '{ medium(id: "2") { ... on Film { cast { __typename name ... on Actor { role } } } } }',
      data: {
        medium: {
          cast: [
            { __typename: 'Actor', name: 'A', role: 'R' },
            { __typename: 'Extra', name: 'E' },
          ],
        },
      },
    },
    {
      name: 'a fragment that never applies',
      query: '{ node(id: "1") { id ... on Film { stars } } }',
      data: { node: { id: '1' } },
      fetches: ['media'],
    },
    { name: 'null', query: '{ medium(id: "9") { title ... on Book { stars } } }', data: { medium: null } },
  ],
);

describeSupergraph(
  'unions with members in different subgraphs',
  {
    search: {
      typeDefs: `
        type Query { search(text: String): [Hit] first: Hit }
        union Hit = User | Group | Note
        type User @key(fields: "id") { id: ID! } type Group @key(fields: "id") { id: ID! size: Int } type Note { text: String }`,
      resolvers: {
        Query: {
          search: () => [
            { __typename: 'User', id: 'u' },
            { __typename: 'Group', id: 'g', size: 3 },
            null,
            { __typename: 'Note', text: 'hi' },
          ],
          first: () => ({ __typename: 'Group', id: 'g', size: 3 }),
        },
        Group: { __resolveReference: () => ({ id: 'g', size: 3 }) },
      },
    },
    users: {
      typeDefs: `type User @key(fields: "id") { id: ID! name: String groups: [Group!] } type Group @key(fields: "id") { id: ID! owner: User }`,
      resolvers: {
        User: { __resolveReference: ({ id }: Row) => ({ id, name: `User ${id}`, groups: [{ id: 'g' }] }) },
        Group: { __resolveReference: ({ id }: Row) => ({ id, owner: { id: 'u', name: 'User u' } }) },
      },
    },
  },
  [
    {
      name: 'joins per member',
      query: '{ search { ... on User { name } ... on Group { size owner { name } } ... on Note { text } } }',
      data: { search: [{ name: 'User u' }, { size: 3, owner: { name: 'User u' } }, null, { text: 'hi' }] },
    },
    {
      name: 'only __typename',
      query: '{ search { __typename } }',
      data: { search: [{ __typename: 'User' }, { __typename: 'Group' }, null, { __typename: 'Note' }] },
      fetches: ['search'],
    },
    {
      name: 'an aliased __typename beside joins',
      query: '{ search { kind: __typename ... on User { groups { size } } } }',
      data: { search: [{ kind: 'User', groups: [{ size: 3 }] }, { kind: 'Group' }, null, { kind: 'Note' }] },
    },
    { name: 'members without any selected field', query: '{ first { ... on User { name } } }', data: { first: {} } },
    {
      name: 'an inline fragment without a type',
      query: '{ first { ... { __typename ... on Group { id } } } }',
      data: { first: { __typename: 'Group', id: 'g' } },
    },
  ],
);

describeSupergraph(
  '@interfaceObject',
  {
    assets: {
      typeDefs: `
        type Query { assets: [Asset!]! car: Car }
        interface Asset @key(fields: "id") { id: ID! name: String }
        type Car implements Asset @key(fields: "id") { id: ID! name: String doors: Int }
        type Boat implements Asset @key(fields: "id") { id: ID! name: String sails: Int }`,
      resolvers: {
        Query: {
          assets: () => [
            { __typename: 'Car', id: 'c', name: 'Car', doors: 4 },
            { __typename: 'Boat', id: 'b', name: 'Boat', sails: 2 },
          ],
          car: () => ({ id: 'c', name: 'Car', doors: 4 }),
        },
        Asset: {
          __resolveReference: ({ id }: Row) =>
            id === 'c'
              ? { __typename: 'Car', id, name: 'Car', doors: 4 }
              : { __typename: 'Boat', id, name: 'Boat', sails: 2 },
        },
        Car: { __resolveReference: () => ({ id: 'c', name: 'Car', doors: 4 }) },
        Boat: { __resolveReference: () => ({ id: 'b', name: 'Boat', sails: 2 }) },
      },
    },
    values: {
      typeDefs: `
        type Query { dearest: Asset valued: [Asset!]! }
        type Asset @key(fields: "id") @interfaceObject { id: ID! value: Int holder: Holder }
        type Holder @key(fields: "id") { id: ID! best: Asset }`,
      resolvers: {
        Query: {
          dearest: () => ({ id: 'b', value: 900 }),
          valued: () => [
            { id: 'c', value: 100 },
            { id: 'b', value: 900 },
          ],
        },
        Asset: {
          __resolveReference: ({ id }: Row) => ({
            id,
            value: id === 'c' ? 100 : 900,
            holder: { id: 'h', best: { id: 'b', value: 900 } },
          }),
        },
        Holder: { __resolveReference: ({ id }: Row) => ({ id, best: { id: 'b', value: 900 } }) },
      },
    },
  },
  [
    {
      name: 'adds a field to every implementation',
      query: '{ assets { name value } }',
      data: {
        assets: [
          { name: 'Car', value: 100 },
          { name: 'Boat', value: 900 },
        ],
      },
    },
    {
      name: 'also where one implementation is returned',
      query: '{ car { value doors } }',
      data: { car: { value: 100, doors: 4 } },
    },
    {
      name: 'learns the type from the subgraph that knows it',
      query: '{ dearest { __typename value } }',
      data: { dearest: { __typename: 'Boat', value: 900 } },
      fetches: ['values', 'assets'],
    },
    {
      name: 'needs no type when none is asked for',
      query: '{ dearest { id value } }',
      data: { dearest: { id: 'b', value: 900 } },
      fetches: ['values'],
    },
    {
      name: 'joins fields of the interface',
      query: '{ valued { value name } }',
      data: {
        valued: [
          { value: 100, name: 'Car' },
          { value: 900, name: 'Boat' },
        ],
      },
    },
    {
      name: 'joins fields of implementations',
      query: '{ valued { ... on Car { doors } ... on Boat { sails value } } }',
      data: { valued: [{ doors: 4 }, { sails: 2, value: 900 }] },
    },
    {
      name: 'goes in and out again',
      query: '{ assets { holder { best { name __typename value } } } }',
      data: {
        assets: [
          { holder: { best: { name: 'Boat', __typename: 'Boat', value: 900 } } },
          { holder: { best: { name: 'Boat', __typename: 'Boat', value: 900 } } },
        ],
      },
    },
    {
      name: 'keeps the type that is known when its own subgraph is asked again for one implementation',
      query: `query ($on: Boolean!) {
        valued { ... on Car @include(if: $on) { __typename value doors } ... on Boat @include(if: $on) { __typename id } }
      }`,
      variables: { on: true },
      data: {
        valued: [
          { __typename: 'Car', value: 100, doors: 4 },
          { __typename: 'Boat', id: 'b' },
        ],
      },
    },
    {
      name: 'is selected inside of a fragment on an implementation',
      query: '{ assets { ... on Car { value name } } }',
      data: { assets: [{ value: 100, name: 'Car' }, {}] },
    },
  ],
);

describeSupergraph(
  'implementations known to one subgraph only',
  {
    left: {
      typeDefs: `type Query { left: Shape shapes: [Shape!] } interface Shape { area: Int } type Square implements Shape @key(fields: "id") { id: ID! area: Int side: Int }`,
      resolvers: {
        Query: {
          left: () => ({ __typename: 'Square', id: 's', area: 4, side: 2 }),
          shapes: () => [{ __typename: 'Square', id: 's', area: 4, side: 2 }],
        },
        Square: { __resolveReference: () => ({ id: 's', area: 4, side: 2 }) },
      },
    },
    right: {
      typeDefs: `type Query { right: Shape } interface Shape { area: Int } type Circle implements Shape { area: Int radius: Int } type Square @key(fields: "id") { id: ID! color: String }`,
      resolvers: {
        Query: { right: () => ({ __typename: 'Circle', area: 3, radius: 1 }) },
        Square: { __resolveReference: () => ({ color: 'red' }) },
      },
    },
  },
  [
    {
      name: 'each is found where it is',
      query: '{ left { __typename area } right { __typename area } }',
      data: { left: { __typename: 'Square', area: 4 }, right: { __typename: 'Circle', area: 3 } },
    },
    {
      name: 'a fragment on a type that the subgraph does not have',
      query: '{ left { ... on Circle { radius } } }',
      data: { left: {} },
    },
    {
      name: 'a fragment on one that it has, with a join',
      query: '{ left { ... on Square { side color } } shapes { ... on Square { color } } }',
      data: { left: { side: 2, color: 'red' }, shapes: [{ color: 'red' }] },
    },
  ],
);
