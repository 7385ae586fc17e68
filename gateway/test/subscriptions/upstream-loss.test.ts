import { createSubscriptionClient } from '@swiftcart/testkit';
import { expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const quick = { rateLimits: { isOn: false }, limits: { upstreamRetryMs: 800 } };

/** The first event of a subscription and a promise of how it ends. */
function listen(url: string, query: string) {
  const socket = createSubscriptionClient(url);
  const messages: unknown[] = [];
  const ended = new Promise<unknown>((resolve) =>
    socket.client.subscribe(
      { query },
      { next: (message) => void messages.push(message), error: resolve, complete: () => resolve('complete') },
    ),
  );
  return { messages, ended, [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() };
}

const lost = [{ extensions: { code: 'SUBSCRIPTION_UPSTREAM_LOST', correlationId: expect.any(String) } }];

test('a stream without positions ends at once when its subgraph is lost, because the gap could hold events', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, { ...quick, limits: { upstreamRetryMs: 60_000 } });
  await using stream = listen(graph.gateway.url, 'subscription { pulsed(log: "a") { id } }');
  await until(() => live.open() === 1);
  live.push('a');
  await until(() => stream.messages.length === 1);
  await graph.servers.get('events')?.[Symbol.asyncDispose]();
  expect(await stream.ended).toMatchObject(lost);
});

test('a stream with positions is tried again with backoff, then ends in an error, never in a completion', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, quick);
  await using stream = listen(graph.gateway.url, 'subscription { ticked(log: "a", afterPosition: 0) { item { id } } }');
  live.push('a');
  await until(() => stream.messages.length === 1);
  const startedAt = Date.now();
  await graph.servers.get('events')?.[Symbol.asyncDispose]();
  expect(await stream.ended).toMatchObject(lost);
  expect(Date.now() - startedAt).toBeGreaterThan(700);
  expect(stream.messages).toHaveLength(1);
});

test('a subgraph that was never reached is tried again too: nothing can have been missed', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, quick);
  await graph.servers.get('events')?.[Symbol.asyncDispose]();
  const startedAt = Date.now();
  await using stream = listen(graph.gateway.url, 'subscription { pulsed(log: "a") { id } }');
  expect(await stream.ended).toMatchObject(lost);
  expect(Date.now() - startedAt).toBeGreaterThan(700);
});

test('one upstream socket carries the streams of many viewers, each with his own signed identity', async () => {
  const live = liveEvents();
  await using graph = await startSupergraph(live.subgraphs, quick);
  const query = 'subscription { pulsed(log: "a") { id } }';
  for (const userId of ['usr_a', 'usr_b', 'usr_c'])
    graph.socket(graph.bearer(['CUSTOMER'], { userId })).subscribe(query);
  await until(() => live.open() === 3);
  expect(live.opened.map(({ userId }) => userId).sort()).toEqual(['usr_a', 'usr_b', 'usr_c']);
  const connections = await new Promise<number>((resolve) =>
    graph.servers.get('events')?.server.getConnections((_error, count) => resolve(count)),
  );
  expect(connections).toBe(1);
});
