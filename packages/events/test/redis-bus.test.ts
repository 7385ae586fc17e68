import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@swiftcart/service';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { createRedisBus, newEvent } from '../src/index.ts';
import { redisMissing, startRedis } from './start-redis.ts';
import { startSilentLink } from './start-silent-link.ts';

const missing = redisMissing();
if (missing !== undefined) console.warn(`SKIPPED: faults of the Redis bus, because ${missing}.`);
const logger = createLogger({ name: 'test', level: 'silent' });
const eventOf = (key: string, n: number) =>
  newEvent({ topic: 'orders', kind: 'test.happened', key, correlationId: 'req-1', payload: { n }, now: new Date() });

async function until(isTrue: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`did not become true within ${timeoutMs} ms`);
    await sleep(10);
  }
}

describe.skipIf(missing !== undefined)('redis bus under faults', () => {
  it('gives what a killed process had taken to a living member, in order, so that no event is lost', async () => {
    await using redis = await startRedis();
    await using bus = createRedisBus({ url: redis.url, logger, leaseMs: 600 });
    const script = fileURLToPath(new URL('hanging-consumer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, redis.url, 'orders'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('consuming');
    for (let n = 1; n <= 3; n += 1) await bus.publish(eventOf('ord_1', n));
    expect((await lines.next()).value).toBe('took 1');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;

    const handled: unknown[] = [];
    await using _ = await bus.consume({
      topic: 'orders',
      group: 'g',
      handler: async (event) => void handled.push(event.payload['n']),
    });
    await until(() => handled.length >= 3);
    expect(handled).toEqual([1, 2, 3]);
  });

  it('refuses to publish while Redis is away, and consumers and listeners go on by themselves when it is back', async () => {
    await using redis = await startRedis();
    await using bus = createRedisBus({ url: redis.url, logger, leaseMs: 600 });
    const handled: unknown[] = [];
    const heard: unknown[] = [];
    await using _consumer = await bus.consume({
      topic: 'orders',
      group: 'g',
      handler: async (event) => void handled.push(event.payload['n']),
    });
    await using _listener = await bus.listen({
      topic: 'orders',
      handler: (event) => void heard.push(event.payload['n']),
      onGap: () => void heard.push('gap'),
    });
    await bus.publish(eventOf('k', 1));
    await until(() => handled.length === 1 && heard.length === 1);

    await redis.crash();
    await until(() =>
      bus.publish(eventOf('k', 2)).then(
        () => false,
        (error) => error.code === 'BUS_UNAVAILABLE',
      ),
    );
    await redis.restart();
    await until(() =>
      bus.publish(eventOf('k', 3)).then(
        () => true,
        () => false,
      ),
    );
    await until(() => handled.includes(3));
    // The listener's connection comes back on its own time: it is told that it may have missed something, and hears the rest.
    await until(() => heard.includes('gap'));
    expect(heard.filter((each) => each === 'gap')).toHaveLength(1);
    for (let n = 4; !heard.some((each) => Number(each) > 3); n += 1) {
      await bus.publish(eventOf('k', n)).catch(() => undefined);
      await sleep(50);
    }
  });

  it('gives up connections that went silent, so that events are published, handled and heard again', async () => {
    await using redis = await startRedis();
    await using link = await startSilentLink(Number(new URL(redis.url).port));
    await using bus = createRedisBus({ url: `redis://127.0.0.1:${link.port}`, logger, leaseMs: 600 });
    const handled: unknown[] = [];
    const heard: unknown[] = [];
    await using _consumer = await bus.consume({
      topic: 'orders',
      group: 'g',
      handler: async (event) => void handled.push(event.payload['n']),
    });
    await using _listener = await bus.listen({
      topic: 'orders',
      handler: (event) => void heard.push(event.payload['n']),
    });
    await bus.publish(eventOf('k', 1));
    await until(() => handled.length === 1 && heard.length === 1);
    link.forget();
    // From another process, whose own connections are well: what this one must not miss for ever.
    await using other = createRedisBus({ url: redis.url, logger });
    const hasMore = (numbers: unknown[]) => numbers.some((n) => Number(n) > 1);
    let n = 1;
    await until(async () => {
      n += 1;
      await other.publish(eventOf('k', n)).catch(() => undefined);
      await sleep(50);
      return hasMore(handled) && hasMore(heard);
    }, 25_000);
    await until(
      () =>
        bus.publish(eventOf('own', 2)).then(
          () => true,
          () => false,
        ),
      25_000,
    );
  }, 60_000);

  it('says within seconds that Redis cannot be reached when a service starts', async () => {
    const bus = createRedisBus({ url: 'redis://127.0.0.1:1', logger });
    await expect(bus.consume({ topic: 'orders', group: 'g', handler: async () => undefined })).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
    });
    await bus[Symbol.asyncDispose]();
  });

  it('publishes what it is given the moment it was made, as a one-off command does', async () => {
    await using redis = await startRedis();
    await using bus = createRedisBus({ url: redis.url, logger });
    await bus.publish(eventOf('k', 1));
    const away = createRedisBus({ url: 'redis://127.0.0.1:1', logger });
    await expect(away.publish(eventOf('k', 2))).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    await away[Symbol.asyncDispose]();
  });

  it('shares the partitions when a member joins, and keeps every event while they move', async () => {
    await using redis = await startRedis();
    await using one = createRedisBus({ url: redis.url, logger, leaseMs: 600 });
    await using two = createRedisBus({ url: redis.url, logger, leaseMs: 600 });
    const handled = { one: 0, two: 0 };
    const seen = new Map<string, number[]>();
    const handlerOf =
      (name: 'one' | 'two') => async (event: { key: string; payload: Readonly<Record<string, unknown>> }) => {
        handled[name] += 1;
        seen.set(event.key, [...(seen.get(event.key) ?? []), Number(event.payload['n'])]);
      };
    await using _one = await one.consume({ topic: 'orders', group: 'g', handler: handlerOf('one') });
    await using _two = await two.consume({ topic: 'orders', group: 'g', handler: handlerOf('two') });
    let n = 0;
    // Until the newcomer has its share: the move happens under load.
    while (handled.two < 20 && n < 2_000) {
      n += 1;
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await one.publish(eventOf(key, n));
      await sleep(5);
    }
    await until(() => [...seen.values()].reduce((sum, all) => sum + all.length, 0) >= n * 8);
    expect(handled.two).toBeGreaterThanOrEqual(20);
    const inOrder = Array.from({ length: n }, (_, index) => index + 1);
    for (const numbers of seen.values()) expect([...new Set(numbers)]).toEqual(inOrder);
  });

  it('starts a new group with the events kept, and acknowledges what it handled', async () => {
    await using redis = await startRedis();
    await using bus = createRedisBus({ url: redis.url, logger, leaseMs: 600 });
    const client = new Redis(redis.url);
    await client.ping();
    await until(() =>
      bus.publish(eventOf('k', 1)).then(
        () => true,
        () => false,
      ),
    );
    const handled: unknown[] = [];
    await using _ = await bus.consume({
      topic: 'orders',
      group: 'late',
      handler: async (event) => void handled.push(event.payload['n']),
    });
    await until(() => handled.length === 1);
    const streams = await client.keys('swiftcart:{orders}:stream:*');
    await until(async () => {
      const pending = await Promise.all(streams.map((stream) => client.xpending(stream, 'late')));
      return pending.every(([count]) => count === 0);
    });
    client.disconnect();
  });
});
