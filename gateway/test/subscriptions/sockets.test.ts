import { describe, expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';
import { streamCounts } from './open-streams.ts';
import { openRawSocket } from './raw-socket.ts';
import { scriptedRevocations } from './scripted-revocations.ts';
import { withSlowQuery } from './slow-query.ts';

const quiet = { rateLimits: { isOn: false } };
const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('protocol', () => {
  test.each([
    { what: 'text that is no message', send: ['nonsense'], code: 4400 },
    { what: 'a second connection_init', send: [{ type: 'connection_init' }, { type: 'connection_init' }], code: 4429 },
    { what: 'an operation before connection_init', send: [subscribe('1', '{ now }')], code: 4401 },
    {
      what: 'two operations under one id',
      send: [
        { type: 'connection_init' },
        'wait',
        subscribe('1', 'subscription { pulsed(log: "a") { id } }'),
        subscribe('1', '{ now }'),
      ],
      code: 4409,
    },
    { what: 'a message over the size limit', send: [subscribe('1', `{ now } #${'x'.repeat(3_000)}`)], code: 1009 },
  ])('closes on $what with $code', async ({ send, code }) => {
    await using graph = await startSupergraph(liveEvents().subgraphs, {
      ...quiet,
      limits: { socketMaxMessageBytes: 2_000 },
    });
    await using raw = await openRawSocket(graph.gateway.url, { init: false });
    for (const message of send) {
      if (message === 'wait') await raw.until(({ type }) => type === 'connection_ack');
      else raw.send(message);
    }
    expect((await raw.closed).code).toBe(code);
  });

  test('refuses another subprotocol, answers pings, and survives a syntax error with an error for that operation alone', async () => {
    await using graph = await startSupergraph(liveEvents().subgraphs, quiet);
    await using other = await openRawSocket(graph.gateway.url, { init: false, protocol: 'graphql-ws' }).catch(
      async () => ({ closed: Promise.resolve({ code: 4406 }), [Symbol.asyncDispose]: async () => undefined }),
    );
    expect((await other.closed).code).toBe(4406);
    await using raw = await openRawSocket(graph.gateway.url);
    raw.send({ type: 'ping', payload: { n: 1 } });
    await raw.until(({ type, payload }) => type === 'pong' && (payload as { n: number }).n === 1);
    raw.send(subscribe('bad', 'subscription {'));
    await raw.until(({ id, type }) => id === 'bad' && type === 'error');
    raw.send(subscribe('good', '{ now }'));
    await raw.until(({ id, type }) => id === 'good' && type === 'complete');
    expect(raw.messages.filter(({ id }) => id === 'good').map(({ type }) => type)).toEqual(['next', 'complete']);
    expect(raw.messages.find(({ id }) => id === 'bad')?.payload).toMatchObject([
      { extensions: { code: 'GRAPHQL_PARSE_FAILED', correlationId: expect.any(String) } },
    ]);
  });

  test('keeps quotes and other characters of an id as the client wrote them', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, quiet);
    await using raw = await openRawSocket(graph.gateway.url);
    const id = 'a"\\\u2028ü';
    raw.send(subscribe(id, 'subscription { ticked(log: "a", afterPosition: 0) { item { name } } }'));
    live.push('a');
    await raw.until((message) => message.id === id && message.type === 'next');
    live.finish('a');
    await raw.until((message) => message.id === id && message.type === 'complete');
  });
});

describe('caps', () => {
  test('a socket carries so many operations and no more; one that ended makes room', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, { ...quiet, limits: { socketMaxOperations: 2 } });
    await using raw = await openRawSocket(graph.gateway.url);
    raw.send(subscribe('1', 'subscription { pulsed(log: "a") { id } }'));
    raw.send(subscribe('2', 'subscription { pulsed(log: "b") { id } }'));
    raw.send(subscribe('3', 'subscription { pulsed(log: "c") { id } }'));
    await raw.until(({ id, type }) => id === '3' && type === 'error');
    expect(raw.messages.at(-1)?.payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    raw.send({ id: '1', type: 'complete' });
    raw.send(subscribe('4', '{ now }'));
    await raw.until(({ id, type }) => id === '4' && type === 'complete');
  });

  test('one address opens so many sockets and no more; a closed one makes room', async () => {
    await using graph = await startSupergraph(liveEvents().subgraphs, { ...quiet, limits: { socketMaxPerAddress: 2 } });
    await using one = await openRawSocket(graph.gateway.url);
    await using _two = await openRawSocket(graph.gateway.url);
    await expect(openRawSocket(graph.gateway.url)).rejects.toThrow('HTTP 429');
    one.socket.close();
    await one.closed;
    for (;;) {
      const next = await openRawSocket(graph.gateway.url).catch(() => undefined);
      if (next === undefined) continue;
      await next[Symbol.asyncDispose]();
      break;
    }
  });

  test('one user opens so many sockets and no more, with a code that clients retry', async () => {
    await using graph = await startSupergraph(liveEvents().subgraphs, { ...quiet, limits: { socketMaxPerUser: 1 } });
    await using _one = await openRawSocket(graph.gateway.url, { payload: graph.bearer(['CUSTOMER']) });
    await using two = await openRawSocket(graph.gateway.url, { payload: graph.bearer(['CUSTOMER']) });
    expect((await two.closed).code).toBe(1013);
    await using other = await openRawSocket(graph.gateway.url, {
      payload: graph.bearer(['CUSTOMER'], { userId: 'usr_2' }),
    });
    expect(other.messages[0]?.type).toBe('connection_ack');
  });
});

describe('slow consumers', () => {
  const big = 'subscription { ticked(log: "a", afterPosition: 0) { event { position } padding(size: 100000) } }';
  const positions = (messages: readonly { type: string; payload?: unknown }[]) =>
    messages
      .filter(({ type }) => type === 'next')
      .map(
        ({ payload }) => (payload as { data: { ticked: { event: { position: number } } } }).data.ticked.event.position,
      );

  test('a consumer that reads again in time gets everything, in order', { timeout: 30_000 }, async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, {
      ...quiet,
      limits: { streamQueueMessages: 4, streamQueueGraceMs: 20_000 },
    });
    await using slow = await openRawSocket(graph.gateway.url);
    slow.send(subscribe('1', big));
    live.push('a');
    await slow.until(({ type }) => type === 'next');
    slow.socket.pause();
    for (let count = 0; count < 30; count += 1) live.push('a');
    await until(() => live.sent === 31);
    await new Promise((resolve) => setTimeout(resolve, 300));
    slow.socket.resume();
    live.finish('a');
    await slow.until(({ type }) => type === 'complete');
    expect(positions(slow.messages)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  });

  test('a consumer that stays behind is closed with a code it reconnects on, and misses nothing before that', {
    timeout: 30_000,
  }, async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, {
      ...quiet,
      limits: { streamQueueMessages: 4, streamQueueGraceMs: 300 },
    });
    await using slow = await openRawSocket(graph.gateway.url);
    await using quick = await openRawSocket(graph.gateway.url);
    slow.send(subscribe('1', big));
    quick.send(subscribe('1', big));
    await until(() => live.open() >= 1);
    live.push('a');
    await Promise.all([slow, quick].map((raw) => raw.until(({ type }) => type === 'next')));
    slow.socket.pause();
    for (let count = 0; count < 200; count += 1) live.push('a');
    live.finish('a');
    await quick.until(({ type }) => type === 'complete');
    expect(positions(quick.messages)).toHaveLength(201);
    await new Promise((resolve) => setTimeout(resolve, 600));
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Too slow' });
    const seen = positions(slow.messages);
    expect(seen.length).toBeLessThan(201);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
  });
});

describe('the end of a right', () => {
  test('a token that expires closes the socket with 4403 at that moment', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, quiet);
    const startedAt = Date.now();
    await using raw = await openRawSocket(graph.gateway.url, {
      payload: graph.bearer(['CUSTOMER'], { ttlSeconds: 2 }),
    });
    raw.send(subscribe('1', 'subscription { pulsed(log: "a") { id } }'));
    expect((await raw.closed).code).toBe(4403);
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    await until(() => live.open() === 0);
  });

  test('what a client sends after its token has expired is not run, although it has not read yet that it must go', async () => {
    const live = liveEvents();
    const revocations = scriptedRevocations();
    await using graph = await startSupergraph(live.subgraphs, { ...quiet, revocations: revocations.source });
    await using raw = await openRawSocket(graph.gateway.url, {
      payload: graph.bearer(['CUSTOMER'], { sessionId: 'ses_ended' }),
    });
    raw.send(subscribe('1', 'subscription { pulsed(log: "a") { id } }'));
    await until(() => live.open() === 1);
    raw.socket.pause();
    revocations.revoke('ses_ended');
    // Its operations end at once, whenever it reads on.
    await until(() => live.open() === 0);
    raw.send(subscribe('2', 'subscription { pulsed(log: "b") { id } }'));
    raw.send(subscribe('3', '{ now }'));
    const asked = graph.received.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(graph.received).toHaveLength(asked);
    expect(live.opened).toHaveLength(1);
    raw.socket.resume();
    expect((await raw.closed).code).toBe(4403);
  });

  test('a token that has expired is refused with 4403, on which clients come back with a renewed one', async () => {
    await using graph = await startSupergraph(liveEvents().subgraphs, quiet);
    const payload = graph.bearer(['CUSTOMER'], { ttlSeconds: 1, now: new Date(Date.now() - 60_000) });
    await using raw = await openRawSocket(graph.gateway.url, { payload });
    expect((await raw.closed).code).toBe(4403);
  });
});

describe('drain', () => {
  test('sends sockets elsewhere in batches, lets a query finish first, and takes no new ones', async () => {
    const slow = withSlowQuery(liveEvents().subgraphs);
    await using graph = await startSupergraph(slow.subgraphs, { ...quiet, limits: { drainTimeoutMs: 2_000 } });
    const sockets = await Promise.all(Array.from({ length: 6 }, () => openRawSocket(graph.gateway.url)));
    const [asking] = sockets;
    asking?.send(subscribe('1', '{ slow }'));
    await until(() => slow.running() === 1);
    const drained = graph.gateway.drain();
    const codes = await Promise.all(sockets.slice(1).map(async (raw) => (await raw.closed).code));
    expect(codes).toEqual([1001, 1001, 1001, 1001, 1001]);
    await expect(openRawSocket(graph.gateway.url)).rejects.toThrow();
    slow.release();
    await asking?.until(({ type }) => type === 'complete');
    expect(asking?.messages.at(-2)?.payload).toEqual({ data: { slow: 'done' } });
    expect((await asking?.closed)?.code).toBe(1001);
    await drained;
  });

  test('hundreds of sockets go in batches, so that they do not all come back at once', {
    timeout: 30_000,
  }, async () => {
    const counts = streamCounts();
    await using graph = await startSupergraph(liveEvents().subgraphs, {
      ...quiet,
      metrics: counts.metrics,
      limits: { drainTimeoutMs: 2_000 },
    });
    const sockets = await Promise.all(Array.from({ length: 300 }, () => openRawSocket(graph.gateway.url)));
    for (const socket of sockets) socket.send(subscribe('1', 'subscription { pulsed(log: "a") { id } }'));
    await counts.untilOpen(300);
    const remaining = counts.watchGauge('sockets_open');
    const drained = graph.gateway.drain();
    const codes = new Set(await Promise.all(sockets.map(async (raw) => (await raw.closed).code)));
    await drained;
    expect(codes).toEqual(new Set([1001]));
    const seen = remaining.stop();
    const steps = seen.map((count, index) => (seen[index - 1] ?? 300) - count);
    expect(seen.length).toBeGreaterThan(5);
    expect(Math.max(...steps)).toBeLessThan(150);
  });
});
