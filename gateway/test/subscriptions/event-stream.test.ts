import { createClient } from 'graphql-sse';
import { expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';
import { streamCounts } from './open-streams.ts';

const quiet = { rateLimits: { isOn: false } };
const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};

async function open(
  url: string,
  query: string,
  { method = 'POST', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) {
  const common = { accept: 'text/event-stream', ...headers };
  return method === 'GET'
    ? fetch(`${url}/graphql?${new URLSearchParams({ query })}`, { headers: common })
    : fetch(`${url}/graphql`, {
        method,
        headers: { ...common, 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
}

/** The events of a stream that ended, comments left out. */
async function eventsOf(response: Response) {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event'))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n').map((line) => line.replace(/^\w+: /, ''));
      return { event, data: data === '' ? undefined : JSON.parse(data) };
    });
}

test.each(['POST', 'GET'])('streams a subscription over %s, joined, then says complete', async (method) => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, quiet);
  for (let count = 0; count < 2; count += 1) live.push('a');
  live.finish('a');
  const response = await open(
    graph.gateway.url,
    'subscription { ticked(log: "a", afterPosition: 0) { item { id name } } }',
    { method },
  );
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(await eventsOf(response)).toEqual([
    { event: 'next', data: { data: { ticked: { item: { id: 'a-1', name: 'Item a-1' } } } } },
    { event: 'next', data: { data: { ticked: { item: { id: 'a-2', name: 'Item a-2' } } } } },
    { event: 'complete', data: undefined },
  ]);
});

test('works with the usual client, for subscriptions and queries alike', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, quiet);
  live.push('a');
  live.finish('a');
  const client = createClient({ url: `${graph.gateway.url}/graphql`, retryAttempts: 0 });
  const results: unknown[] = [];
  for await (const result of client.iterate({
    query: 'subscription { ticked(log: "a", afterPosition: 0) { item { id } } }',
  })) {
    results.push(result);
  }
  for await (const result of client.iterate({ query: '{ now }' })) results.push(result);
  expect(results).toEqual([{ data: { ticked: { item: { id: 'a-1' } } } }, { data: { now: 0 } }]);
  client.dispose();
});

test('shares streams with sockets of the same subject', async () => {
  const live = liveEvents();
  const counts = streamCounts();
  await using graph = await startSupergraph(live.subgraphs, { ...quiet, metrics: counts.metrics });
  const query = 'subscription { ticked(log: "a") { item { id seenBy } } }';
  const headers = graph.bearer(['CUSTOMER']);
  const socket = graph.socket(headers).subscribe(query);
  await until(() => live.open() === 1);
  const response = open(graph.gateway.url, query, { headers });
  await counts.untilOpen(2);
  live.push('a');
  live.finish('a');
  const [first] = await eventsOf(await response);
  expect(first?.data).toEqual(await socket.next());
  expect(live.opened).toHaveLength(1);
  expect(live.joins).toHaveLength(1);
});

test.each([
  { query: 'subscription {', code: 'GRAPHQL_PARSE_FAILED', method: 'POST' },
  { query: '{ nothing }', code: 'GRAPHQL_VALIDATION_FAILED', method: 'POST' },
  { query: 'subscription { guarded(log: "a") { id } }', code: 'UNAUTHENTICATED', method: 'POST' },
  { query: 'subscription { refused { id } }', code: 'NOT_FOUND', method: 'POST' },
  { query: 'mutation { anything }', code: 'GRAPHQL_VALIDATION_FAILED', method: 'GET' },
])('answers $code on the stream itself, as the protocol asks', async ({ query, code, method }) => {
  await using graph = await startSupergraph(liveEvents().subgraphs, quiet);
  const response = await open(graph.gateway.url, query, { method });
  expect(response.status).toBe(200);
  expect(await eventsOf(response)).toMatchObject([
    { event: 'next', data: { errors: [{ extensions: { code, correlationId: expect.any(String) } }] } },
    { event: 'complete' },
  ]);
});

test('refuses what never becomes a stream with a status: bad tokens, other sites, too many connections', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, { ...quiet, limits: { socketMaxPerAddress: 1 } });
  const query = 'subscription { pulsed(log: "a") { id } }';
  const { url } = graph.gateway;
  expect((await open(url, query, { headers: { authorization: 'Bearer a.b.c' } })).status).toBe(401);
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  expect((await open(url, query, { method: 'GET', headers: foreign })).status).toBe(403);
  const ending = new AbortController();
  const first = await fetch(`${url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: 'text/event-stream' },
    signal: ending.signal,
  });
  expect(first.status).toBe(200);
  await until(() => live.open() === 1);
  expect((await open(url, query)).status).toBe(429);
  ending.abort();
  await until(() => live.open() === 0);
});

test('a token that expires ends the stream with TOKEN_EXPIRED and without complete, so that the client connects again', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, quiet);
  const headers = graph.bearer(['CUSTOMER'], { ttlSeconds: 2 });
  const response = await open(graph.gateway.url, 'subscription { pulsed(log: "a") { id } }', { headers });
  expect(await eventsOf(response)).toMatchObject([
    { event: 'next', data: { errors: [{ extensions: { code: 'TOKEN_EXPIRED' } }] } },
  ]);
  await until(() => live.open() === 0);
});
