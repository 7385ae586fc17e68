import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@swiftcart/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBus, createRedisBus, type DomainEvent, type EventBus, newEvent } from '../src/index.ts';
import { redisMissing, startRedis, type TestRedis } from './start-redis.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const quick = { maxAttempts: 3, baseMs: 5, maxMs: 20 };

function event(topic: string, key: string, n: number): DomainEvent {
  return newEvent({ topic, kind: 'test.happened', key, correlationId: `req-${n}`, payload: { n }, now: new Date() });
}

const numberOf = (given: DomainEvent) => Number(given.payload['n']);

/** Waits for a fact. */
async function until(isTrue: () => boolean, timeoutMs = 8_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`did not become true within ${timeoutMs} ms`);
    await sleep(5);
  }
}

interface Subject {
  name: string;
  missing: string | undefined;
  setUp(): Promise<{ connect(): EventBus } & AsyncDisposable>;
}

const subjects: Subject[] = [
  {
    name: 'memory',
    missing: undefined,
    async setUp() {
      // Processes that share a memory bus share the object.
      const bus = createMemoryBus({ logger });
      return { connect: () => bus, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
    },
  },
  {
    name: 'redis',
    missing: redisMissing(),
    async setUp() {
      const redis: TestRedis = await startRedis();
      const opened: EventBus[] = [];
      return {
        connect() {
          const bus = createRedisBus({ url: redis.url, logger, leaseMs: 600 });
          opened.push(bus);
          return bus;
        },
        async [Symbol.asyncDispose]() {
          for (const bus of opened) await bus[Symbol.asyncDispose]();
          await redis[Symbol.asyncDispose]();
        },
      };
    },
  },
];

for (const { name, missing } of subjects) {
  if (missing !== undefined) console.warn(`SKIPPED: the ${name} bus, because ${missing}.`);
}

describe.each(subjects)('event bus ($name)', ({ missing, setUp }) => {
  const when = missing === undefined ? it : it.skip;
  let place: Awaited<ReturnType<Subject['setUp']>>;
  let topics = 0;
  function newTopic(): string {
    topics += 1;
    return `topic${topics}`;
  }
  beforeAll(async () => {
    if (missing === undefined) place = await setUp();
  });
  afterAll(() => place?.[Symbol.asyncDispose]());

  /** Publishes as the relay would: again, until the bus takes it. */
  async function publish(bus: EventBus, given: DomainEvent): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await bus.publish(given);
      } catch (error) {
        if (tries > 100) throw error;
        await sleep(20);
      }
    }
  }

  when('gives each event to every group once, whole, so that each subgraph hears of an order', async () => {
    const topic = newTopic();
    const bus = place.connect();
    const heard: Record<string, DomainEvent[]> = { users: [], delivery: [] };
    const consumers = await Promise.all(
      ['users', 'delivery'].map((group) =>
        bus.consume({ topic, group, handler: async (given) => void heard[group]?.push(given) }),
      ),
    );
    const sent = event(topic, 'ord_1', 1);
    await publish(bus, sent);
    await until(() => heard['users']?.length === 1 && heard['delivery']?.length === 1);
    expect(heard).toEqual({ users: [sent], delivery: [sent] });
    for (const consumer of consumers) await consumer[Symbol.asyncDispose]();
  });

  when('keeps the order of one key while two members of a group share the work', async () => {
    const topic = newTopic();
    const [one, two] = [place.connect(), place.connect()];
    const seen = new Map<string, number[]>();
    const handler = async (given: DomainEvent) => {
      // Uneven work is what would let a later event overtake.
      await sleep(Math.random() * 8);
      seen.set(given.key, [...(seen.get(given.key) ?? []), numberOf(given)]);
    };
    const consumers = [
      await one.consume({ topic, group: 'g', handler }),
      await two.consume({ topic, group: 'g', handler }),
    ];
    for (let n = 0; n < 20; n += 1)
      for (const key of ['a', 'b', 'c', 'd', 'e']) await publish(one, event(topic, key, n));
    await until(() => [...seen.values()].reduce((sum, all) => sum + all.length, 0) >= 100);
    const inOrder = Array.from({ length: 20 }, (_, n) => n);
    for (const key of ['a', 'b', 'c', 'd', 'e']) expect(seen.get(key)).toEqual(inOrder);
    for (const consumer of consumers) await consumer[Symbol.asyncDispose]();
  });

  when('lets only one member of a group handle an event', async () => {
    const topic = newTopic();
    const [one, two] = [place.connect(), place.connect()];
    const handled: string[] = [];
    const consumers = await Promise.all(
      [one, two].map((bus) =>
        bus.consume({ topic, group: 'g', handler: async (given) => void handled.push(given.id) }),
      ),
    );
    const sent = Array.from({ length: 30 }, (_, n) => event(topic, `key${n}`, n));
    for (const each of sent) await publish(one, each);
    await until(() => handled.length >= 30);
    await sleep(100);
    expect(handled.sort()).toEqual(sent.map(({ id }) => id).sort());
    for (const consumer of consumers) await consumer[Symbol.asyncDispose]();
  });

  when('tries a failing handler again, and holds back later events of that key only', async () => {
    const topic = newTopic();
    const bus = place.connect();
    const handled: string[] = [];
    let failures = 0;
    const consumer = await bus.consume({
      topic,
      group: 'g',
      retry: { maxAttempts: 10, baseMs: 30, maxMs: 30 },
      async handler(given) {
        if (given.key === 'bad' && numberOf(given) === 1 && failures < 3) {
          failures += 1;
          throw new Error('not yet');
        }
        handled.push(`${given.key}${numberOf(given)}`);
      },
    });
    for (const [key, n] of [
      ['bad', 1],
      ['bad', 2],
      ['good', 1],
    ] as const)
      await publish(bus, event(topic, key, n));
    await until(() => handled.length === 3);
    expect(handled).toEqual(['good1', 'bad1', 'bad2']);
    await consumer[Symbol.asyncDispose]();
  });

  when('parks a poison event after its last try and goes on with the key', async () => {
    const topic = newTopic();
    const bus = place.connect();
    const handled: number[] = [];
    const parked: [number, number, string][] = [];
    let parkingFailures = 1;
    const consumer = await bus.consume({
      topic,
      group: 'g',
      retry: quick,
      async handler(given) {
        if (numberOf(given) === 1) throw new Error('cannot ever');
        handled.push(numberOf(given));
      },
      async onPoison(given, { attempts, error }) {
        // Parking may fail too, for instance with the database; the event must not be lost by that.
        if (parkingFailures-- > 0) throw new Error('database away');
        parked.push([numberOf(given), attempts, String(error)]);
      },
    });
    await publish(bus, event(topic, 'k', 1));
    await publish(bus, event(topic, 'k', 2));
    await until(() => handled.length === 1);
    expect(parked).toEqual([[1, 3, 'Error: cannot ever']]);
    expect(handled).toEqual([2]);
    await consumer[Symbol.asyncDispose]();
  });

  when('keeps events for a group while none of its members runs, for a service that restarts', async () => {
    const topic = newTopic();
    const bus = place.connect();
    const handled: number[] = [];
    const handler = async (given: DomainEvent) => void handled.push(numberOf(given));
    const first = await bus.consume({ topic, group: 'g', handler });
    await publish(bus, event(topic, 'k', 1));
    await until(() => handled.length === 1);
    await first[Symbol.asyncDispose]();
    await publish(bus, event(topic, 'k', 2));
    await publish(bus, event(topic, 'k', 3));
    await sleep(50);
    expect(handled).toEqual([1]);
    const second = await bus.consume({ topic, group: 'g', handler });
    await until(() => handled.length === 3);
    expect(handled).toEqual([1, 2, 3]);
    await second[Symbol.asyncDispose]();
  });

  when('finishes running handlers before a consumer is gone, and hands the unhandled rest to the next', async () => {
    const topic = newTopic();
    const bus = place.connect();
    const handled: string[] = [];
    let begun = 0;
    const first = await bus.consume({
      topic,
      group: 'g',
      async handler(given) {
        begun += 1;
        await sleep(100);
        handled.push(`first:${numberOf(given)}`);
      },
    });
    for (let n = 1; n <= 3; n += 1) await publish(bus, event(topic, 'k', n));
    await until(() => begun === 1);
    await first[Symbol.asyncDispose]();
    expect(handled).toEqual(['first:1']);
    const second = await bus.consume({
      topic,
      group: 'g',
      handler: async (given) => void handled.push(`second:${numberOf(given)}`),
    });
    await until(() => handled.length >= 3);
    expect(handled).toEqual(['first:1', 'second:2', 'second:3']);
    await second[Symbol.asyncDispose]();
  });

  when('calls an event safe only when it will be handled, though everybody who consumes now leaves', async () => {
    const topic = newTopic();
    const bus = place.connect();
    let tries = 0;
    const failing = await bus.consume({
      topic,
      group: 'g',
      retry: { maxAttempts: 1_000, baseMs: 5, maxMs: 20 },
      async handler() {
        tries += 1;
        throw new Error('database away');
      },
    });
    const given = event(topic, 'k', 1);
    const isTaken = () =>
      bus.publish(given, { untilSafe: true }).then(
        () => true,
        () => false,
      );
    const published = (async () => {
      // As the relay does: again, until the bus has it.
      while (!(await isTaken())) await sleep(5);
    })();
    await until(() => tries > 1);
    await failing[Symbol.asyncDispose]();
    const handled: string[] = [];
    const next = await bus.consume({ topic, group: 'g', handler: async ({ id }) => void handled.push(id) });
    await published;
    await until(() => handled.length > 0);
    expect(handled).toEqual([given.id]);
    await next[Symbol.asyncDispose]();
  });

  when('lets every listener hear every event, whatever another listener does', async () => {
    const topic = newTopic();
    const [one, two] = [place.connect(), place.connect()];
    const heard: string[] = [];
    const listeners = await Promise.all([
      one.listen({
        topic,
        handler: () => {
          throw new Error('broken listener');
        },
      }),
      one.listen({ topic, handler: (given) => void heard.push(`one:${given.id}`) }),
      two.listen({ topic, handler: (given) => void heard.push(`two:${given.id}`) }),
    ]);
    const sent = event(topic, 'k', 1);
    await publish(one, sent);
    await until(() => heard.length === 2);
    expect(heard.sort()).toEqual([`one:${sent.id}`, `two:${sent.id}`]);
    for (const listener of listeners) await listener[Symbol.asyncDispose]();
    await publish(one, event(topic, 'k', 2));
    await sleep(50);
    expect(heard).toHaveLength(2);
  });

  when('refuses what is no event and what is too large, for good', async () => {
    const bus = place.connect();
    const topic = newTopic();
    const large = { ...event(topic, 'k', 1), payload: { text: 'x'.repeat(300_000) } };
    await expect(bus.publish(large)).rejects.toThrow(/at most 262144/);
    await expect(bus.publish({ ...event(topic, 'k', 1), id: '' })).rejects.not.toMatchObject({
      code: 'BUS_UNAVAILABLE',
    });
  });

  when('refuses to publish once it is disposed, so that events stay in their outbox', async () => {
    await using own = await setUp();
    const bus = own.connect();
    await bus[Symbol.asyncDispose]();
    await expect(bus.publish(event(newTopic(), 'k', 1))).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  });
});
