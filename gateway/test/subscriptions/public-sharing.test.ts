import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSubscriptionClient } from '@swiftcart/testkit';
import { expect, test } from 'vitest';
import { compose, startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';
import { streamCounts } from './open-streams.ts';

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** The live subgraphs with a composed `@cacheControl`, under which the item's id and name are the same for all. */
function withPublicFields() {
  const live = liveEvents();
  const link = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@requiresScopes", "@authenticated", "@composeDirective"])
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

/** A customer and an operator on one public stream, the customer first, and a new schema under them. */
async function shareAcrossReload(edit: (name: string, typeDefs: string) => string) {
  const { live, subgraphs } = withPublicFields();
  const path = join(await mkdtemp(join(tmpdir(), 'public-')), 'supergraph.graphql');
  const write = (change: (name: string, typeDefs: string) => string) => {
    const edited = Object.entries(subgraphs).map(([name, { typeDefs }]) => [
      name,
      { typeDefs: change(name, typeDefs) },
    ]);
    return writeFile(
      path,
      compose(Object.fromEntries(edited), () => 'http://local/graphql'),
    );
  };
  await write((_name, typeDefs) => typeDefs);
  const counts = streamCounts();
  const graph = await startSupergraph(subgraphs, {
    inProcess: true,
    supergraph: { path },
    rateLimits: { isOn: false },
    metrics: counts.metrics,
  });
  const query = 'subscription { pulsed(log: "a") { id name } }';
  const customer = graph.socket(graph.bearer(['CUSTOMER'], { userId: 'usr_a' })).subscribe(query);
  await until(() => live.open() === 1);
  const operator = graph.socket(graph.bearer(['OPERATOR'], { userId: 'usr_b', sessionId: 'ses_b' })).subscribe(query);
  await counts.untilOpen(2);
  expect(live.open()).toBe(1);
  await write(edit);
  await graph.gateway.reload();
  live.push('a');
  const codeOf = async (stream: typeof customer) => {
    const errors = (await stream.closed.catch(({ cause }) => cause)) as { extensions: { code: string } }[];
    return errors[0]?.extensions.code;
  };
  return { live, customer, operator, codeOf, [Symbol.asyncDispose]: () => graph[Symbol.asyncDispose]() };
}

test('a new rule ends a public stream for those who do not meet it, the first of them included; the others go on', async () => {
  await using it = await shareAcrossReload((_name, typeDefs) =>
    typeDefs.replace(
      'pulsed(log: ID!): Item! @cache',
      'pulsed(log: ID!): Item! @requiresScopes(scopes: [["operator"]]) @cache',
    ),
  );
  expect(await it.codeOf(it.customer)).toBe('FORBIDDEN');
  expect(await it.operator.next()).toEqual({ data: { pulsed: { id: 'a-1', name: 'Item a-1' } } });
  expect(it.live.opened).toHaveLength(1);
});

test('a field that becomes private ends the sharing across subjects: nobody is given what was fetched for another', async () => {
  await using it = await shareAcrossReload((_name, typeDefs) =>
    typeDefs.replace('name: String @cacheControl(scope: PUBLIC)', 'name: String @cacheControl(scope: PRIVATE)'),
  );
  expect(await it.codeOf(it.operator)).toBe('SUBSCRIPTION_ENDED_BY_SCHEMA');
  expect(await it.customer.next()).toEqual({ data: { pulsed: { id: 'a-1', name: 'Item a-1' } } });
});

test('a field that some may not see any more is not sent to them with the others', async () => {
  await using it = await shareAcrossReload((name, typeDefs) =>
    name === 'items'
      ? typeDefs.replace('name: String @cache', 'name: String @requiresScopes(scopes: [["operator"]]) @cache')
      : typeDefs,
  );
  // He subscribes again and is answered null; whoever may have all goes on.
  expect(await it.codeOf(it.customer)).toBe('SUBSCRIPTION_ENDED_BY_SCHEMA');
  expect(await it.operator.next()).toEqual({ data: { pulsed: { id: 'a-1', name: 'Item a-1' } } });
  expect(it.live.opened).toHaveLength(1);
});
