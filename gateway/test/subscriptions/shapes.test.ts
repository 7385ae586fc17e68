import { describe, expect, test } from 'vitest';
import { startSupergraph, type TestSubgraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';

const quiet = { rateLimits: { isOn: false } };

/** One event with a list of a union and of an interface; names and owners are joined, and the owners' towns after them. */
function posts(): Record<string, TestSubgraph> {
  const typeOf = { __resolveType: ({ id }: { id: string }) => (id.startsWith('p') ? 'Photo' : 'Note') };
  const reference = { __resolveReference: (representation: object) => representation };
  return {
    feed: {
      typeDefs: `
        type Query { none: Int }
        type Subscription { posted: Feed! }
        type Feed { mixed: [Post]! shown: [Shown!]! }
        union Post = Photo | Note
        interface Shown { id: ID! }
        type Photo implements Shown @key(fields: "id") { id: ID! }
        type Note implements Shown @key(fields: "id") { id: ID! text: String }`,
      resolvers: {
        Post: typeOf,
        Shown: typeOf,
        Photo: reference,
        Note: { ...reference, text: ({ id }: { id: string }) => `text of ${id}` },
        Subscription: {
          posted: {
            async *subscribe() {
              yield {
                posted: {
                  mixed: [{ id: 'p1' }, null, { id: 'n1' }, { id: 'p2' }],
                  shown: [{ id: 'n2' }, { id: 'p1' }],
                },
              };
            },
          },
        },
      },
    },
    people: {
      typeDefs: `
        type Photo @key(fields: "id") { id: ID! owner: Person }
        type Note @key(fields: "id") { id: ID! owner: Person }
        type Person @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Photo: { ...reference, owner: ({ id }: { id: string }) => ({ id: `owner of ${id}` }) },
        Note: { ...reference, owner: () => ({ id: 'writer' }) },
        Person: { ...reference, name: ({ id }: { id: string }) => id.toUpperCase() },
      },
    },
    places: {
      typeDefs: `
        type Person @key(fields: "id") { id: ID! town: Town }
        type Town @key(fields: "id") { id: ID! }`,
      resolvers: { Person: { ...reference, town: ({ id }: { id: string }) => ({ id: `town of ${id}` }) } },
    },
    maps: {
      typeDefs: 'type Town @key(fields: "id") { id: ID! size: Int }',
      resolvers: { Town: { ...reference, size: ({ id }: { id: string }) => id.length } },
    },
  };
}

describe('what an event may look like', () => {
  test('lists of a union and of an interface are joined, three subgraphs deep, nulls kept in their places', async () => {
    await using graph = await startSupergraph(posts(), quiet);
    const events = await graph
      .socket()
      .subscribe(
        `subscription Posts($deep: Boolean = true) {
          news: posted {
            mixed { __typename ... on Photo { ...P } ... on Note { text owner { name } } }
            shown { id ... on Note { owner { ...Far @include(if: $deep) } } }
          }
        }
        fragment P on Photo { photo: id owner { ...Far } }
        fragment Far on Person { town { size } }`,
      )
      .rest();
    expect(events).toEqual([
      {
        data: {
          news: {
            mixed: [
              { __typename: 'Photo', photo: 'p1', owner: { town: { size: 'town of owner of p1'.length } } },
              null,
              { __typename: 'Note', text: 'text of n1', owner: { name: 'WRITER' } },
              { __typename: 'Photo', photo: 'p2', owner: { town: { size: 'town of owner of p2'.length } } },
            ],
            shown: [{ id: 'n2', owner: { town: { size: 'town of writer'.length } } }, { id: 'p1' }],
          },
        },
      },
    ]);
  });

  const last = 'ticked(log: "a", afterPosition: 0)';
  test.each([
    [`subscription { ${last} { item { id name @skip(if: true) } } }`, {}, { item: { id: 'a-1' } }],
    [
      `subscription ($v: Boolean!) { ${last} { item { id ... @include(if: $v) { name } } } }`,
      { v: false },
      { item: { id: 'a-1' } },
    ],
    [
      `subscription ($v: Boolean!) { ${last} { item { id ...N @include(if: $v) } } } fragment N on Item { name }`,
      { v: true },
      { item: { id: 'a-1', name: 'Item a-1' } },
    ],
    [`subscription { ...R } fragment R on Subscription { ${last} { item { id } } }`, {}, { item: { id: 'a-1' } }],
  ])('%s with %j', async (query, variables, expected) => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, quiet);
    live.push('a');
    live.finish('a');
    const events = await graph.socket().subscribe(query, variables).rest();
    expect(events).toEqual([{ data: { ticked: expected } }]);
    // A join that nobody asked for is not made.
    expect(live.joins).toHaveLength('name' in expected.item ? 1 : 0);
  });

  test.each([
    ['subscription { pulsed(log: "a") @skip(if: true) { id } }', {}],
    ['subscription { pulsed(log: "a") @include(if: false) { id } }', {}],
    ['subscription ($v: Boolean!) { pulsed(log: "a") @skip(if: $v) { id } }', { v: true }],
    ['subscription ($v: Boolean!) { ... @include(if: $v) { pulsed(log: "a") { id } } }', { v: false }],
    ['subscription { a: pulsed(log: "a") { id } b: pulsed(log: "b") { id } }', {}],
    ['subscription { __typename }', {}],
  ])('%s is refused with a code, and the socket goes on', async (query, variables) => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, quiet);
    const socket = graph.socket();
    const refused = socket.subscribe(query, variables);
    const [first] = ((await refused.closed.catch(({ cause }) => cause)) ?? []) as { extensions?: { code?: string } }[];
    expect(first?.extensions?.code).toMatch(/^(GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)$/);
    expect(live.opened).toHaveLength(0);
    expect(await socket.subscribe('{ now }').next()).toEqual({ data: { now: 0 } });
  });
});
