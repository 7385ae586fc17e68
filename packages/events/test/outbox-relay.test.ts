import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@swiftcart/service';
import { startDatabase, type TestDatabase } from '@swiftcart/testkit';
import mongoose, { type Connection, type Model, Schema } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BusUnavailableError,
  createMemoryBus,
  createOutboxRelay,
  createParkedEvents,
  type DomainEvent,
  type EventBus,
  newEvent,
  outboxField,
  type ParkedEvents,
} from '../src/index.ts';

interface OrderRecord {
  _id: string;
  status: string;
  outbox?: DomainEvent[];
}

const logger = createLogger({ name: 'test', level: 'silent' });
const eventOf = (key: string, n: number) =>
  newEvent({ topic: 'orders', kind: 'order.confirmed', key, correlationId: 'req-1', payload: { n }, now: new Date() });

/** A bus that notes what it is given, and refuses as the test says. */
function noting(refuse: (event: DomainEvent, calls: number) => Error | undefined = () => undefined) {
  const calls: DomainEvent[] = [];
  const taken: DomainEvent[] = [];
  const bus: EventBus = {
    ...createMemoryBus({ logger }),
    async publish(event) {
      calls.push(event);
      const refusal = refuse(event, calls.length);
      if (refusal !== undefined) throw refusal;
      taken.push(event);
    },
  };
  return { bus, calls, taken };
}

async function until(isTrue: () => boolean | Promise<boolean>, timeoutMs = 8_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`did not become true within ${timeoutMs} ms`);
    await sleep(10);
  }
}

describe('outbox relay', () => {
  let database: TestDatabase;
  let connection: Connection;
  let Order: Model<OrderRecord>;
  let parked: ParkedEvents;
  beforeAll(async () => {
    database = await startDatabase();
    connection = await mongoose.createConnection(database.uri('events')).asPromise();
    Order = connection.model<OrderRecord>(
      'Order',
      new Schema<OrderRecord>({ _id: String, status: String, outbox: outboxField }, { timestamps: true }),
    );
    await Order.createIndexes();
    parked = createParkedEvents(connection);
  });
  afterAll(async () => {
    await connection?.close();
    await database?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await Order.deleteMany({});
    await connection.collection('parkedEvents').deleteMany({});
  });

  const pending = () => Order.countDocuments({ 'outbox.id': { $gt: '' } });

  it('finds its documents through a sparse index, so that millions of finished orders cost nothing', async () => {
    const indexes = await Order.collection.indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { 'outbox.id': 1 }, sparse: true }));
  });

  it('publishes what a write left behind, in order, and leaves the document otherwise untouched', async () => {
    const events = [eventOf('ord_1', 1), eventOf('ord_1', 2), eventOf('ord_1', 3)];
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: events });
    const before = await Order.findById('ord_1').lean<{ updatedAt: Date }>();
    const { bus, taken } = noting();
    await using _ = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 20 });
    await until(async () => (await pending()) === 0);
    expect(taken).toEqual(events);
    expect(await Order.findById('ord_1').lean()).toMatchObject({
      status: 'CONFIRMED',
      updatedAt: before?.updatedAt,
      outbox: [],
    });
  });

  it('publishes at once when woken, long before its interval', async () => {
    const { bus, taken } = noting();
    await using relay = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 60_000 });
    await sleep(50);
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [eventOf('ord_1', 1)] });
    relay.wake();
    await until(() => taken.length === 1);
  });

  it('publishes again, and loses nothing, when the process dies between publishing and removing', async () => {
    const sent = eventOf('ord_1', 1);
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [sent] });
    const { bus, taken } = noting();
    // A process that dies after the bus took the event: its removal never reaches the database.
    const dying = {
      collection: { find: Order.collection.find.bind(Order.collection), updateOne: () => new Promise(() => undefined) },
    };
    await using _dying = createOutboxRelay({
      models: [dying as unknown as Model<OrderRecord>],
      bus,
      logger,
      parked,
      intervalMs: 20,
    });
    await until(() => taken.length === 1);
    expect(await pending()).toBe(1);

    await using _ = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 20 });
    await until(async () => (await pending()) === 0);
    expect(taken).toEqual([sent, sent]);
  });

  it('waits while the bus is unreachable, however long, without parking anything', async () => {
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [eventOf('ord_1', 1), eventOf('ord_1', 2)] });
    const { bus, calls, taken } = noting((_event, count) => (count <= 4 ? new BusUnavailableError() : undefined));
    await using _ = createOutboxRelay({
      models: [Order],
      bus,
      logger,
      parked,
      intervalMs: 20,
      retry: { maxAttempts: 2, baseMs: 1, maxMs: 2 },
    });
    await until(async () => (await pending()) === 0);
    expect(taken.map(({ payload }) => payload['n'])).toEqual([1, 2]);
    expect(calls).toHaveLength(6);
    expect(await parked.list({ limit: 10 })).toEqual([]);
  });

  it('parks an event that the bus refuses for good, and lets the ones behind it and other documents go', async () => {
    const bad = eventOf('ord_1', 1);
    await Order.create([
      { _id: 'ord_1', status: 'CONFIRMED', outbox: [bad, eventOf('ord_1', 2)] },
      { _id: 'ord_2', status: 'CONFIRMED', outbox: [eventOf('ord_2', 3)] },
    ]);
    const { bus, calls, taken } = noting((event) => (event.id === bad.id ? new Error('too large') : undefined));
    await using _ = createOutboxRelay({
      models: [Order],
      bus,
      logger,
      parked,
      intervalMs: 20,
      retry: { maxAttempts: 3, baseMs: 10, maxMs: 20 },
    });
    await until(async () => (await pending()) === 0);
    expect(taken.map(({ payload }) => payload['n']).sort()).toEqual([2, 3]);
    expect(calls.filter(({ id }) => id === bad.id)).toHaveLength(3);
    expect(await parked.list({ limit: 10 })).toMatchObject([
      { id: bad.id, group: null, attempts: 3, lastError: 'too large', event: bad, firstFailedAt: expect.any(Date) },
    ]);
  });

  it('pauses longer after each refusal of the same event', async () => {
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [eventOf('ord_1', 1)] });
    const times: number[] = [];
    const { bus } = noting(() => {
      times.push(performance.now());
      return times.length < 5 ? new Error('no') : undefined;
    });
    await using _ = createOutboxRelay({
      models: [Order],
      bus,
      logger,
      parked,
      intervalMs: 5_000,
      retry: { maxAttempts: 9, baseMs: 40, maxMs: 1_000 },
    });
    await until(async () => (await pending()) === 0);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // Half of each pause is fixed: 20, 40, 80, 160 ms at least.
    for (const [index, atLeast] of [20, 40, 80, 160].entries())
      expect(pauses[index]).toBeGreaterThanOrEqual(atLeast - 2);
  });

  it('keeps an event in its outbox until the consumers of the same process have handled it, so that stopping loses nothing', async () => {
    const sent = eventOf('ord_1', 1);
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [sent] });
    const handled: string[] = [];
    {
      await using bus = createMemoryBus({ logger });
      let begun = 0;
      await bus.consume({
        topic: 'orders',
        group: 'delivery',
        retry: { maxAttempts: 100, baseMs: 20, maxMs: 20 },
        async handler() {
          begun += 1;
          throw new Error('database away');
        },
      });
      await using _ = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 20 });
      await until(() => begun > 0);
    }
    expect(await pending()).toBe(1);

    await using bus = createMemoryBus({ logger });
    await bus.consume({ topic: 'orders', group: 'delivery', handler: async ({ id }) => void handled.push(id) });
    await using _ = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 20 });
    await until(async () => (await pending()) === 0);
    expect(handled).toEqual([sent.id]);
  });

  it('loses no event when the one process that publishes and consumes is killed in the middle of handling', async () => {
    const sent = eventOf('ord_1', 1);
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [sent] });
    const dying = fileURLToPath(new URL('one-process-shop.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', dying, database.uri('events')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    try {
      const [begun] = await once(child.stdout, 'data');
      expect(String(begun)).toBe(`handling ${sent.id}\n`);
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
    expect(await pending()).toBe(1);

    const handled: string[] = [];
    await using bus = createMemoryBus({ logger });
    await bus.consume({ topic: 'orders', group: 'delivery', handler: async ({ id }) => void handled.push(id) });
    await using _ = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 20 });
    await until(async () => (await pending()) === 0);
    expect(handled).toEqual([sent.id]);
  });

  it('does not let a document whose consumer fails hold up the others, nor its own later events for long', async () => {
    await using bus = createMemoryBus({ logger });
    const handled: string[] = [];
    let isDown = true;
    await bus.consume({
      topic: 'orders',
      group: 'delivery',
      retry: { maxAttempts: 100, baseMs: 20, maxMs: 20 },
      async handler({ key, payload }) {
        if (key === 'ord_1' && isDown) throw new Error('not yet');
        handled.push(`${key}:${String(payload['n'])}`);
      },
    });
    await using relay = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 5_000 });
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [eventOf('ord_1', 1)] });
    relay.wake();
    await sleep(50);
    await Order.create({ _id: 'ord_2', status: 'CONFIRMED', outbox: [eventOf('ord_2', 1)] });
    relay.wake();
    await until(() => handled.includes('ord_2:1'));
    await Order.updateOne({ _id: 'ord_1' }, { $push: { outbox: eventOf('ord_1', 2) } });
    relay.wake();
    await sleep(50);
    isDown = false;
    await until(async () => (await pending()) === 0, 3_000);
    expect(handled).toEqual(['ord_2:1', 'ord_1:1', 'ord_1:2']);
  });

  it('holds back what a first subgraph finds at its start until the last one consumes', async () => {
    await Order.create({ _id: 'ord_1', status: 'CONFIRMED', outbox: [eventOf('ord_1', 1)] });
    await using bus = createMemoryBus({ logger, startPaused: true });
    await using _ = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 20 });
    await sleep(100);
    expect(await pending()).toBe(1);
    const handled: unknown[] = [];
    await bus.consume({
      topic: 'orders',
      group: 'late',
      handler: async ({ payload }) => void handled.push(payload['n']),
    });
    bus.open();
    await until(async () => (await pending()) === 0);
    expect(handled).toEqual([1]);
  });

  it('goes past a hundred waiting documents in one go', async () => {
    await Order.insertMany(
      Array.from({ length: 250 }, (_, n) => ({
        _id: `ord_${n}`,
        status: 'CONFIRMED',
        outbox: [eventOf(`ord_${n}`, n)],
      })),
    );
    const { bus, taken } = noting();
    await using _ = createOutboxRelay({ models: [Order], bus, logger, parked, intervalMs: 60_000 });
    await until(async () => (await pending()) === 0);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(250);
  });

  it('hands a parked event on again and forgets it, but keeps it when the bus is away', async () => {
    const [first, second] = [eventOf('ord_1', 1), eventOf('ord_2', 2)];
    await parked.onPoison('orders')(first, { error: new Error('poison'), attempts: 10, firstFailedAt: new Date(0) });
    await parked.park(second, { error: 'too large', attempts: 3 });
    await parked.park(second, { error: 'still too large', attempts: 4 });
    expect((await parked.list({ limit: 10 })).map(({ id, lastError }) => [id, lastError])).toEqual(
      [
        [second.id, 'still too large'],
        [`${first.id}:orders`, 'poison'],
      ]
        .sort()
        .reverse(),
    );

    const away = noting(() => new BusUnavailableError());
    await expect(parked.replay(second.id, away.bus)).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    const { bus, taken } = noting();
    expect(await parked.replay(`${first.id}:orders`, bus)).toBe(true);
    expect(await parked.replay(`${first.id}:orders`, bus)).toBe(false);
    expect(taken).toEqual([first]);
    expect((await parked.list({ limit: 10 })).map(({ id }) => id)).toEqual([second.id]);
  });
});
