import { createSubscriptionClient } from '@swiftcart/testkit';
import { describe, expect, test } from 'vitest';
import { startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';
import { streamCounts } from './open-streams.ts';

const roomy = { rateLimits: { isOn: false }, limits: { socketMaxOperations: 1_000, socketMaxPerUser: 1_000 } };

type Message = { readonly data?: Record<string, unknown> | null | undefined };
const itemOf = ({ data }: Message) => (data as { ticked: { item: { id: string } } }).ticked.item.id;
const seenByOf = ({ data }: Message) => (data as { pulsed: { seenBy: string } }).pulsed.seenBy;

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('sharing', () => {
  test('1,000 identical subscribers of one subject cost one upstream message, one execution, one serialisation', {
    timeout: 60_000,
  }, async () => {
    const live = liveEvents();
    const counts = streamCounts();
    await using graph = await startSupergraph(live.subgraphs, { ...roomy, metrics: counts.metrics });
    const sockets = Array.from({ length: 20 }, (_, index) =>
      graph.socket(graph.bearer(['CUSTOMER'], { sessionId: `ses_${index}` })),
    );
    const streams = sockets.flatMap((socket) =>
      Array.from({ length: 50 }, (_, index) =>
        // Layout and the operation's name make no difference.
        socket.subscribe(`subscription S${index % 3} { pulsed(log: "a") {${' '.repeat(index % 3)} id name } }`),
      ),
    );
    await until(() => live.open() === 1);
    await counts.untilOpen(1_000);

    let serialisations = 0;
    const stringify = JSON.stringify;
    JSON.stringify = ((value: unknown, ...rest: []) => {
      if (typeof value === 'object' && value !== null && 'data' in value && 'pulsed' in Object(value.data)) {
        if ((value.data as { pulsed: { name?: string } }).pulsed.name !== undefined) serialisations += 1;
      }
      return stringify(value, ...rest);
    }) as typeof JSON.stringify;
    try {
      live.push('a');
      const messages = await Promise.all(streams.map((stream) => stream.next(20_000)));
      expect(new Set(messages.map((message) => stringify(message))).size).toBe(1);
      expect(messages[0]).toEqual({ data: { pulsed: { id: 'a-1', name: 'Item a-1' } } });
    } finally {
      JSON.stringify = stringify;
    }
    expect({ upstream: live.opened.length, sent: live.sent, joins: live.joins.length, serialisations }).toEqual({
      upstream: 1,
      sent: 1,
      joins: 1,
      serialisations: 1,
    });
    expect(await counts.readGauge('stream_sharing_ratio')).toBe(1_000);
  });

  test.each([
    { what: 'subjects', a: { userId: 'usr_a' }, b: { userId: 'usr_b' }, headers: {} },
    { what: 'roles of one subject', a: {}, b: { roles: ['OPERATOR' as const] }, headers: {} },
    { what: 'forwarded headers', a: {}, b: {}, headers: { 'x-cart-token': 'c2' } },
  ])('keeps different $what apart, or data would leak', async ({ a, b, headers }) => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const query = 'subscription { pulsed(log: "a") { id seenBy } }';
    const one = graph.socket(graph.bearer(['CUSTOMER'], a)).subscribe(query);
    const two = graph.socket({ ...graph.bearer(b.roles ?? ['CUSTOMER'], b), ...headers }).subscribe(query);
    await until(() => live.open() === 2);
    live.push('a');
    const seen = [await one.next(), await two.next()].map(seenByOf);
    expect(seen).toEqual([a.userId ?? 'usr_1', b.userId ?? 'usr_1']);
  });

  test('keeps different variables apart and lets equal ones share, defaults and key order included', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const socket = graph.socket();
    const query = 'subscription ($log: ID! = "a", $size: Int = 1) { ticked(log: $log, size: $size) { item { id } } }';
    const streams = [{}, { size: 1, log: 'a' }, { log: 'a', size: 1 }, { log: 'b' }].map((variables) =>
      socket.subscribe(query, variables),
    );
    await until(() => live.open() === 2);
    live.push('a');
    live.push('b');
    const ids = (await Promise.all(streams.map((stream) => stream.next()))).map(itemOf);
    expect(ids).toEqual(['a-1', 'a-1', 'a-1', 'b-1']);
    expect(live.open()).toBe(2);
  });

  test('a subscriber who comes later still gets the beginning that is due to him, then shares the stream again', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const socket = graph.socket();
    const query = 'subscription { ticked(log: "a", afterPosition: 0) { item { id name } } }';
    const idsOf = (messages: readonly Message[]) => messages.map(itemOf);
    live.push('a');
    live.push('a');
    const early = socket.subscribe(query);
    const first = [await early.next(), await early.next()];
    const late = socket.subscribe(query);
    const caughtUp = [await late.next(), await late.next()];
    await until(() => live.open() === 1);
    live.joins.length = 0;
    live.push('a');
    live.push('a');
    const next = [await early.next(), await early.next()];
    const lateNext = [await late.next(), await late.next()];
    expect(idsOf([...first, ...next])).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);
    expect(idsOf([...caughtUp, ...lateNext])).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);
    expect(live.joins).toHaveLength(2);
  });

  test('clients that resume at different positions are one stream once they have caught up, without a gap or a repetition', {
    timeout: 30_000,
  }, async () => {
    const live = liveEvents();
    const counts = streamCounts();
    await using graph = await startSupergraph(live.subgraphs, { ...roomy, metrics: counts.metrics });
    const history = 20;
    for (let count = 0; count < history; count += 1) live.push('a');
    const sockets = Array.from({ length: 10 }, () => graph.socket());
    const starts = Array.from({ length: 200 }, (_, index) => index % history);
    const streams = starts.map((after, index) => {
      const selection = '{ event { position } item { id name } }';
      const socket = sockets[index % sockets.length];
      // As a variable or written out: it is the same place.
      return index % 2 === 0
        ? socket?.subscribe(`subscription ($after: Int) { ticked(log: "a", afterPosition: $after) ${selection} }`, {
            after,
          })
        : socket?.subscribe(`subscription { ticked(log: "a", afterPosition: ${after}) ${selection} }`);
    });
    await until(() => live.open() === 1);
    live.joins.length = 0;
    live.push('a');
    live.push('a');
    live.finish('a');
    for (const [index, stream] of streams.entries()) {
      const ids = ((await stream?.rest(20_000)) ?? []).map(itemOf);
      const due = Array.from(
        { length: history + 2 - (starts[index] ?? 0) },
        (_, n) => `a-${(starts[index] ?? 0) + n + 1}`,
      );
      expect(ids).toEqual(due);
    }
    expect(live.joins).toHaveLength(2);
    expect(live.opened.length).toBeLessThanOrEqual(2 * history);
  });

  test('a client that goes on from where a stream stands joins it, and the subgraph is not asked again', async () => {
    const live = liveEvents();
    const counts = streamCounts();
    await using graph = await startSupergraph(live.subgraphs, { ...roomy, metrics: counts.metrics });
    const socket = graph.socket();
    const query = (after: number) => `subscription { ticked(log: "a", afterPosition: ${after}) { item { id } } }`;
    for (let count = 0; count < 3; count += 1) live.push('a');
    const early = socket.subscribe(query(0));
    for (let count = 0; count < 3; count += 1) await early.next();
    const late = socket.subscribe(query(3));
    await counts.untilOpen(2);
    live.push('a');
    live.finish('a');
    expect((await late.rest()).map(itemOf)).toEqual(['a-4']);
    expect((await early.rest()).map(itemOf)).toEqual(['a-4']);
    expect(live.opened.map(({ afterPosition }) => afterPosition)).toEqual([0]);
  });

  test('where the number of the position is also asked for elsewhere, streams from different positions stay apart', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const socket = graph.socket();
    const query = 'subscription ($n: Int) { ticked(log: "a", afterPosition: $n) { item { id } padding(size: $n) } }';
    for (let count = 0; count < 3; count += 1) live.push('a');
    const streams = [1, 2].map((n) => socket.subscribe(query, { n }));
    await Promise.all([streams[0]?.next(), streams[0]?.next(), streams[1]?.next()]);
    live.push('a');
    const next = await Promise.all(streams.map((stream) => stream.next()));
    const paddings = next.map(({ data }) => (data as { ticked: { padding: string } }).ticked.padding);
    expect(paddings).toEqual(['x', 'xx']);
    expect(live.open()).toBe(2);
  });

  test('nobody is merged into or out of a stream while only a part of it has the event', {
    timeout: 30_000,
  }, async () => {
    const live = liveEvents();
    const counts = streamCounts();
    // Every join waits by itself until it is let go.
    const gates: (() => void)[] = [];
    live.joinDelay = () => new Promise<void>((resolve) => gates.push(resolve));
    await using graph = await startSupergraph(live.subgraphs, { ...roomy, inProcess: true, metrics: counts.metrics });
    const sockets = Array.from({ length: 40 }, () => graph.socket());
    const crowd = (size: number, begin: string) =>
      Array.from({ length: size }, (_, index) =>
        sockets[index % sockets.length]?.subscribe(`subscription { ticked(log: "a"${begin}) { item { id name } } }`),
      );
    // Two streams, each with more subscribers than one turn serves; the second is larger and will be one event behind.
    const first = crowd(700, ', afterPosition: 0');
    await counts.untilOpen(700);
    const second = crowd(900, '');
    await counts.untilOpen(1_600);
    live.push('a');
    await until(() => gates.length === 2);
    gates[0]?.();
    await Promise.all(first.map((stream) => stream?.next()));
    live.push('a');
    live.finish('a');
    await until(() => gates.length === 3);
    // The second begins to hand out the first event, the first the second one, and both need another turn.
    gates[1]?.();
    gates[2]?.();
    await until(() => gates.length === 4);
    gates[3]?.();
    for (const stream of first) expect(((await stream?.rest(20_000)) ?? []).map(itemOf)).toEqual(['a-2']);
    for (const stream of second) expect(((await stream?.rest(20_000)) ?? []).map(itemOf)).toEqual(['a-1', 'a-2']);
  });

  test('streams whose events carry no position are never merged, because nothing proves that they are at one place', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const socket = graph.socket();
    const query = 'subscription { pulsed(log: "a") { id } }';
    const early = socket.subscribe(query);
    await until(() => live.open() === 1);
    live.push('a');
    await early.next();
    const late = socket.subscribe(query);
    await until(() => live.open() === 2);
    live.push('a');
    expect([await early.next(), await late.next()]).toEqual([
      { data: { pulsed: { id: 'a-2' } } },
      { data: { pulsed: { id: 'a-2' } } },
    ]);
    expect(live.open()).toBe(2);
  });

  test('the stream goes on under another sharer when the first one loses his session', async () => {
    let revoke: (revocation: { sessionId: string; until: Date }) => void = () => undefined;
    const live = liveEvents();
    const counts = streamCounts();
    await using graph = await startSupergraph(live.subgraphs, {
      ...roomy,
      metrics: counts.metrics,
      revocations: {
        loadInitial: async () => [],
        listen: async (onRevoked) => {
          revoke = onRevoked;
          return { [Symbol.asyncDispose]: async () => undefined };
        },
      },
    });
    const query = 'subscription { pulsed(log: "a") { id name } }';
    const first = graph.socket(graph.bearer(['CUSTOMER'], { sessionId: 'ses_first' })).subscribe(query);
    await until(() => live.open() === 1);
    const second = graph.socket(graph.bearer(['CUSTOMER'], { sessionId: 'ses_second' })).subscribe(query);
    await counts.untilOpen(2);
    revoke({ sessionId: 'ses_first', until: new Date(Date.now() + 60_000) });
    await expect(first.closed).rejects.toMatchObject({});
    live.push('a');
    expect(await second.next()).toEqual({ data: { pulsed: { id: 'a-1', name: 'Item a-1' } } });
    expect(live.opened).toHaveLength(1);
    const last = graph.received.at(-1)?.viewer;
    expect(last).toMatchObject({ kind: 'user', sessionId: 'ses_second' });
  });

  test('a renewed token of the same subject joins the same stream', async () => {
    const live = liveEvents();
    const counts = streamCounts();
    await using graph = await startSupergraph(live.subgraphs, { ...roomy, metrics: counts.metrics });
    const query = 'subscription { pulsed(log: "a") { id } }';
    const now = new Date();
    const one = graph.socket(graph.bearer(['CUSTOMER'], { now: new Date(now.getTime() - 60_000) })).subscribe(query);
    await until(() => live.open() === 1);
    const two = graph.socket(graph.bearer(['CUSTOMER'], { now })).subscribe(query);
    await counts.untilOpen(2);
    live.push('a');
    await Promise.all([one.next(), two.next()]);
    expect(live.opened).toHaveLength(1);
  });

  test('closes the upstream when the last sharer leaves, not before', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const socket = graph.socket();
    const query = 'subscription { pulsed(log: "a") { id } }';
    const [one, two] = [socket.subscribe(query), socket.subscribe(query)];
    await until(() => live.open() === 1);
    one.close();
    live.push('a');
    await two.next();
    expect(live.open()).toBe(1);
    two.close();
    await until(() => live.open() === 0);
  });
});

describe('order', () => {
  test('a slow join holds back its own stream, in order, and no other', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    live.joinDelay = (id) => (id === 'slow-1' ? held : Promise.resolve());
    const socket = graph.socket();
    const query = (log: string) => `subscription { ticked(log: "${log}", afterPosition: 0) { item { id name } } }`;
    const slow = socket.subscribe(query('slow'));
    const quick = socket.subscribe(query('quick'));
    for (let count = 0; count < 3; count += 1) {
      live.push('slow');
      live.push('quick');
    }
    live.finish('slow');
    live.finish('quick');
    expect(await quick.rest()).toHaveLength(3);
    release();
    const ids = (await slow.rest()).map(itemOf);
    expect(ids).toEqual(['slow-1', 'slow-2', 'slow-3']);
  });

  test('a failing join costs its fields alone, with errors, and the stream goes on', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const stream = graph
      .socket()
      .subscribe('subscription { ticked(log: "a", afterPosition: 0) { item { id name broken } } }');
    live.push('a');
    live.push('a');
    for (const id of ['a-1', 'a-2']) {
      expect(await stream.next()).toMatchObject({
        data: { ticked: { item: { id, name: `Item ${id}`, broken: null } } },
        errors: [{ path: ['ticked', 'item', 'broken'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      });
    }
  });
});

describe('endings', () => {
  test('a refusal of the subgraph ends the stream with its code, a fault with a masked one', async () => {
    const live = liveEvents();
    await using graph = await startSupergraph(live.subgraphs, roomy);
    const socket = createSubscriptionClient(graph.gateway.url);
    const failure = async (query: string) => {
      const errors: unknown[] = [];
      await new Promise<void>((resolve) =>
        socket.client.subscribe(
          { query },
          {
            next: () => undefined,
            error: (error) => {
              errors.push(error);
              resolve();
            },
            complete: resolve,
          },
        ),
      );
      return errors[0];
    };
    expect(await failure('subscription { refused { id } }')).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const masked = await failure('subscription { broken { id } }');
    expect(masked).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(masked)).not.toContain('10.0.0.7');
    expect(await failure('subscription { guarded(log: "a") { id } }')).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(await failure('subscription ($v: Boolean!) { pulsed(log: "a") @include(if: $v) { id } }')).toMatchObject([
      { extensions: { code: expect.stringMatching(/GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT/) } },
    ]);
    await socket[Symbol.asyncDispose]();
  });
});
