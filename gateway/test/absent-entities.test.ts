import { expect, test } from 'vitest';
import { startSupergraph, type TestSubgraph } from './fixtures/start-supergraph.ts';

/** Parcels refer to people whom another subgraph does not know, does not show, or breaks its word about. */
const subgraphs: Record<string, TestSubgraph> = {
  parcels: {
    typeDefs: `
      type Query { parcels: [Parcel!]! }
      type Parcel { owner: Person }
      type Person @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: { Query: { parcels: () => ['known', 'gone', 'broken'].map((id) => ({ owner: { id } })) } },
  },
  people: {
    typeDefs: 'type Person @key(fields: "id") { id: ID! name: String! nickname: String }',
    resolvers: {
      Person: {
        __resolveReference: ({ id }: { id: string }) => (id === 'gone' ? null : { id }),
        name: ({ id }: { id: string }) => (id === 'known' ? 'Asha Rao' : null),
        nickname: () => null,
      },
    },
  },
};

test('an entity that its subgraph does not show is null without an error, and a broken promise is still an error', async () => {
  await using shop = await startSupergraph(subgraphs);
  const { data, errors } = await shop.client.request('{ parcels { owner { id name } } }');
  expect(data).toEqual({ parcels: [{ owner: { id: 'known', name: 'Asha Rao' } }, { owner: null }, { owner: null }] });
  expect(errors?.map(({ path }) => path?.slice(0, 3))).toEqual([['parcels', 2, 'owner']]);
});

test('an absent entity keeps what was known of it where nothing required is missing', async () => {
  await using shop = await startSupergraph(subgraphs);
  const { data, errors } = await shop.client.request<{ parcels: unknown[] }>('{ parcels { owner { id nickname } } }');
  expect(errors).toBeUndefined();
  expect(data?.parcels).toContainEqual({ owner: { id: 'gone', nickname: null } });
});
