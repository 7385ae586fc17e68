import { createMetrics, type Metrics } from '@swiftcart/service';
import { expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';
import { openRawSocket } from './raw-socket.ts';

type Labels = Readonly<Record<string, string>>;

/** Reads one series of a metric; undefined when it has never been touched. */
function readerOf(metrics: Metrics) {
  const read = async (name: string, labels: Labels = {}) => {
    const metric = await metrics.registry.getSingleMetric(`swiftcart_${name}`)?.get();
    const series = metric?.values.filter((value) =>
      Object.entries(labels).every(([key, label]) => (value.labels as Labels)[key] === label),
    );
    // Of a histogram: how often it was observed.
    const counted = series?.find((value) => 'metricName' in value && String(value.metricName).endsWith('_count'));
    return (counted ?? series?.[0])?.value;
  };
  return {
    read,
    async until(name: string, value: number, labels?: Labels) {
      while ((await read(name, labels)) !== value) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const quiet = { rateLimits: { isOn: false } };
const ticked = 'subscription { ticked(log: "a", afterPosition: 0) { item { id name } } }';

test('connections, streams, upstream streams, sharing, events, deliveries, lag and merges are counted', async () => {
  const live = liveEvents();
  const metrics = createMetrics({ service: 'test' });
  const { read, until } = readerOf(metrics);
  await using graph = await startSupergraph(live.subgraphs, { ...quiet, metrics });
  await using raw = await openRawSocket(graph.gateway.url);
  for (const id of ['1', '2', '3']) raw.send(subscribe(id, ticked));
  await until('streams_open', 3);
  const ending = new AbortController();
  const query = `${graph.gateway.url}/graphql?${new URLSearchParams({ query: 'subscription { pulsed(log: "a") { id } }' })}`;
  await fetch(query, { headers: { accept: 'text/event-stream' }, signal: ending.signal });
  await until('streams_open', 4);
  while (live.open() !== 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await read('upstream_streams_open')).toBe(2);
  expect(await read('stream_sharing_ratio')).toBe(2);
  expect(await read('sockets_open', { transport: 'websocket' })).toBe(1);
  expect(await read('sockets_open', { transport: 'sse' })).toBe(1);

  live.push('a');
  await until('stream_deliveries_total', 4);
  expect(await read('stream_events_total')).toBe(2);
  expect(await read('stream_lag_seconds')).toBe(2);

  // Somebody who begins later is merged once he has caught up.
  raw.send(subscribe('4', ticked));
  await until('stream_merges_total', 1);
  expect(await read('upstream_streams_open')).toBe(2);

  raw.send({ id: '1', type: 'complete' });
  await until('stream_ends_total', 1, { reason: 'client' });
  ending.abort();
  await until('stream_ends_total', 2, { reason: 'client' });
  await until('sockets_open', 0, { transport: 'sse' });
  live.finish('a');
  await until('stream_ends_total', 3, { reason: 'complete' });
  raw.send(subscribe('5', 'subscription { refused { id } }'));
  await until('stream_ends_total', 1, { reason: 'refused' });
  expect(await read('streams_open')).toBe(0);
  expect(await read('upstream_streams_open')).toBe(0);
  expect(await read('stream_sharing_ratio')).toBe(0);
});

test('reconnections of a lost upstream are counted by subgraph, and what they end in', async () => {
  const live = liveEvents();
  const metrics = createMetrics({ service: 'test' });
  const { read, until } = readerOf(metrics);
  await using graph = await startSupergraph(live.subgraphs, { ...quiet, metrics, limits: { upstreamRetryMs: 300 } });
  await using raw = await openRawSocket(graph.gateway.url);
  raw.send(subscribe('1', ticked));
  live.push('a');
  await raw.until(({ type }) => type === 'next');
  await graph.servers.get('events')?.[Symbol.asyncDispose]();
  await until('stream_ends_total', 1, { reason: 'upstream_lost' });
  expect(await read('upstream_reconnects_total', { subgraph: 'events' })).toBeGreaterThan(0);
});

test.each(['websocket', 'sse'])(
  'a consumer of a %s that is too slow is counted as a drop and is gone',
  {
    timeout: 30_000,
  },
  async (transport) => {
    const live = liveEvents();
    const metrics = createMetrics({ service: 'test' });
    const { read, until } = readerOf(metrics);
    await using graph = await startSupergraph(live.subgraphs, {
      ...quiet,
      metrics,
      limits: { streamQueueMessages: 4, streamQueueGraceMs: 100 },
    });
    const query = 'subscription { ticked(log: "a", afterPosition: 0) { event { position } padding(size: 500000) } }';
    if (transport === 'websocket') {
      const raw = await openRawSocket(graph.gateway.url);
      raw.send(subscribe('1', query));
      raw.socket.pause();
    } else {
      // Its body is never read.
      void fetch(`${graph.gateway.url}/graphql?${new URLSearchParams({ query })}`, {
        headers: { accept: 'text/event-stream' },
      }).catch(() => undefined);
    }
    await until('streams_open', 1);
    for (let count = 0; count < 60; count += 1) live.push('a');
    await until('stream_drops_total', 1);
    await until('streams_open', 0);
    await until('upstream_streams_open', 0);
    if (transport === 'sse') await until('sockets_open', 0, { transport });
    expect(await read('stream_ends_total', { reason: 'client' })).toBe(1);
  },
);
