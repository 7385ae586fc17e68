import { createSubscriptionClient } from '@swiftcart/testkit';
import { expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';
import { streamCounts } from './open-streams.ts';

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** The live subgraphs with a composed `@cacheControl`, under which the item's id and name are the same for all. */
function withPublicFields() {
  const live = liveEvents();
  const link = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@requiresScopes", "@composeDirective"])
      @link(url: "https://cache.example/cacheControl/v1.0", import: ["@cacheControl"])
      @composeDirective(name: "@cacheControl")
    directive @cacheControl(scope: CacheScope) on FIELD_DEFINITION | OBJECT
    enum CacheScope { PUBLIC PRIVATE }`;
  const subgraphs = Object.fromEntries(
    Object.entries(live.subgraphs).map(([name, subgraph]) => {
      const typeDefs = subgraph.typeDefs
        .replace('pulsed(log: ID!): Item!', 'pulsed(log: ID!): Item! @cacheControl(scope: PUBLIC)')
        .replace('{ id: ID!', '{ id: ID! @cacheControl(scope: PUBLIC)')
        .replace('name: String', 'name: String @cacheControl(scope: PUBLIC)');
      return [name, { ...subgraph, typeDefs: `${link}\n${typeDefs}` }];
    }),
  );
  return { live, subgraphs };
}

test('many subjects share one stream where the schema says that every selected field is the same for all', async () => {
  const { live, subgraphs } = withPublicFields();
  const counts = streamCounts();
  await using graph = await startSupergraph(subgraphs, { rateLimits: { isOn: false }, metrics: counts.metrics });
  const clients = Array.from({ length: 100 }, (_, index) =>
    createSubscriptionClient(graph.gateway.url, {
      connectionParams: graph.bearer(['CUSTOMER'], { userId: `usr_${index}` }),
    }),
  );
  const streams = clients.map((client) => client.subscribe('subscription { pulsed(log: "a") { id name } }'));
  await counts.untilOpen(100);
  await until(() => live.open() === 1);
  live.push('a');
  for (const stream of streams)
    expect(await stream.next()).toEqual({ data: { pulsed: { id: 'a-1', name: 'Item a-1' } } });
  expect({ upstream: live.opened.length, joins: live.joins.length }).toEqual({ upstream: 1, joins: 1 });
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
});

test('one selected field that is not public keeps subjects apart', async () => {
  const { live, subgraphs } = withPublicFields();
  await using graph = await startSupergraph(subgraphs, { rateLimits: { isOn: false } });
  for (const userId of ['usr_a', 'usr_b']) {
    graph.socket(graph.bearer(['CUSTOMER'], { userId })).subscribe('subscription { pulsed(log: "a") { id seenBy } }');
  }
  await until(() => live.open() === 2);
  expect(live.opened.map(({ userId }) => userId).sort()).toEqual(['usr_a', 'usr_b']);
});
