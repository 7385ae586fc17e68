import { once } from 'node:events';
import { request } from 'node:http';
import { createClient } from 'graphql-sse';
import { expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';
import { streamCounts } from './open-streams.ts';
import { openRawSocket } from './raw-socket.ts';
import { scriptedRevocations } from './scripted-revocations.ts';
import { withSlowQuery } from './slow-query.ts';

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

test('one user opens so many connections and no more, whatever carries them; another is not affected', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, { ...quiet, limits: { socketMaxPerUser: 1 } });
  const query = 'subscription { pulsed(log: "a") { id } }';
  const { url } = graph.gateway;
  const raw = await openRawSocket(url, { payload: graph.bearer(['CUSTOMER']) });
  const refused = await open(url, query, { headers: graph.bearer(['CUSTOMER'], { sessionId: 'ses_2' }) });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  const other = await open(url, query, { headers: graph.bearer(['CUSTOMER'], { userId: 'usr_2' }) });
  expect(other.status).toBe(200);
  raw.socket.close();
  await raw.closed;
  // The place is given back.
  for (;;) {
    const again = await open(url, query, { headers: graph.bearer(['CUSTOMER']) });
    await again.body?.cancel();
    if (again.status === 200) break;
  }
  await other.body?.cancel();
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

test('a session that ends elsewhere ends its streams at that moment, and no others', async () => {
  const live = liveEvents();
  const revocations = scriptedRevocations();
  await using graph = await startSupergraph(live.subgraphs, { ...quiet, revocations: revocations.source });
  const query = 'subscription { pulsed(log: "a") { id } }';
  const ended = open(graph.gateway.url, query, { headers: graph.bearer(['CUSTOMER'], { sessionId: 'ses_ended' }) });
  const other = open(graph.gateway.url, query, {
    headers: graph.bearer(['CUSTOMER'], { userId: 'usr_2', sessionId: 'ses_other' }),
  });
  await until(() => live.open() === 2);
  revocations.revoke('ses_ended');
  expect(await eventsOf(await ended)).toMatchObject([
    { event: 'next', data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } },
  ]);
  await until(() => live.open() === 1);
  live.push('a');
  live.finish('a');
  expect(await eventsOf(await other)).toMatchObject([{ event: 'next' }, { event: 'complete' }]);
});

test('opening a stream counts as a running request, being open does not', async () => {
  const live = liveEvents();
  const slow = withSlowQuery(live.subgraphs);
  await using graph = await startSupergraph(slow.subgraphs, { ...quiet, limits: { maxConcurrentRequests: 1 } });
  const { url } = graph.gateway;
  const stream = 'subscription { pulsed(log: "a") { id } }';
  const first = await open(url, stream);
  await until(() => live.open() === 1);
  await using raw = await openRawSocket(url);
  const asking = graph.client.request('{ slow }');
  await until(() => slow.running() === 1);
  // One request runs, beside the open stream: there is no room for another of any kind.
  const refused = await open(url, stream);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
  raw.send({ id: '1', type: 'subscribe', payload: { query: '{ now }' } });
  await raw.until(({ id, type }) => id === '1' && type === 'error');
  expect(raw.messages.at(-1)?.payload).toMatchObject([{ extensions: { code: 'OVERLOADED' } }]);
  slow.release();
  expect((await asking).data).toEqual({ slow: 'done' });
  raw.send({ id: '2', type: 'subscribe', payload: { query: '{ now }' } });
  await raw.until(({ id, type }) => id === '2' && type === 'next');
  const second = await open(url, stream);
  expect(second.status).toBe(200);
  await Promise.all([first.body?.cancel(), second.body?.cancel()]);
});

test('a query over an event stream counts until it is answered, and a drain lets it be', async () => {
  const slow = withSlowQuery(liveEvents().subgraphs);
  await using graph = await startSupergraph(slow.subgraphs, {
    ...quiet,
    limits: { maxConcurrentRequests: 1, drainTimeoutMs: 4_000 },
  });
  const answer = open(graph.gateway.url, '{ slow }');
  await until(() => slow.running() === 1);
  expect((await graph.client.request('{ now }')).status).toBe(503);
  const drained = graph.gateway.drain();
  await new Promise((resolve) => setTimeout(resolve, 200));
  slow.release();
  expect(await eventsOf(await answer)).toEqual([
    { event: 'next', data: { data: { slow: 'done' } } },
    { event: 'complete', data: undefined },
  ]);
  await drained;
});

test('nothing is written after the end, although events still come and the client has yet to read the last ones', {
  timeout: 30_000,
}, async () => {
  const live = liveEvents();
  const revocations = scriptedRevocations();
  await using graph = await startSupergraph(live.subgraphs, { ...quiet, revocations: revocations.source });
  const query = 'subscription { ticked(log: "a", afterPosition: 0) { event { position } padding(size: 500000) } }';
  const asking = request(`${graph.gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...graph.bearer(['CUSTOMER'], { sessionId: 'ses_ended' }),
    },
  });
  asking.end(JSON.stringify({ query }));
  const [response] = await once(asking, 'response');
  for (let count = 0; count < 60; count += 1) live.push('a');
  await until(() => live.sent === 60);
  // Far more than the sockets between take: the end waits behind it.
  revocations.revoke('ses_ended');
  for (let count = 0; count < 5; count += 1) live.push('a');
  await until(() => live.open() === 0 || live.sent === 65);
  await new Promise((resolve) => setTimeout(resolve, 300));
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const events = text.split('\n\n').filter((block) => block.startsWith('event'));
  expect(events.at(-1)).toContain('UNAUTHENTICATED');
  const positions = events.slice(0, -1).map((event) => Number(/"position":(\d+)/.exec(event)?.[1]));
  expect(positions).toEqual(positions.map((_, index) => index + 1));
});

test('a client that goes while his token is being checked leaves nothing behind', async () => {
  const live = liveEvents();
  const counts = streamCounts();
  let isChecking = false;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const verifier = {
    async verify() {
      isChecking = true;
      await held;
      const expiresAt = new Date(Date.now() + 600_000);
      return { userId: 'usr_1', sessionId: 'ses_1', roles: [], scopes: [], expiresAt };
    },
  };
  const signer = { forViewer: () => 'x', forService: () => 'x' };
  await using graph = await startSupergraph(live.subgraphs, {
    ...quiet,
    metrics: counts.metrics,
    auth: { verifier, signer },
    limits: { socketMaxPerAddress: 1 },
  });
  const ending = new AbortController();
  const query = 'subscription { pulsed(log: "a") { id } }';
  const gone = fetch(`${graph.gateway.url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: 'text/event-stream', authorization: 'Bearer a.b.c' },
    signal: ending.signal,
  });
  await until(() => isChecking);
  ending.abort();
  await expect(gone).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 100));
  release();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await counts.readGauge('sockets_open')).toBeUndefined();
  // And his place is free.
  await using raw = await openRawSocket(graph.gateway.url, { init: false });
  expect(raw.socket.readyState).toBe(raw.socket.OPEN);
});

test('a drain ends hundreds of streams in batches and without complete', { timeout: 30_000 }, async () => {
  const live = liveEvents();
  const counts = streamCounts();
  await using graph = await startSupergraph(live.subgraphs, {
    ...quiet,
    metrics: counts.metrics,
    limits: { drainTimeoutMs: 2_000 },
  });
  const query = 'subscription { pulsed(log: "a") { id } }';
  const streams = await Promise.all(Array.from({ length: 200 }, () => open(graph.gateway.url, query)));
  await counts.untilOpen(200);
  const remaining = counts.watchGauge('sockets_open');
  const drained = graph.gateway.drain();
  for (const stream of streams) expect(await eventsOf(stream)).toEqual([]);
  await drained;
  const seen = remaining.stop();
  const steps = seen.map((count, index) => (seen[index - 1] ?? 200) - count);
  expect(seen.length).toBeGreaterThan(5);
  expect(Math.max(...steps)).toBeLessThan(100);
});
