import { createLogger, type Metrics } from '@swiftcart/service';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { encodeEvent } from './encode-event.ts';
import { BusUnavailableError, type EventBus, type EventListener } from './event-bus.ts';
import { hear } from './hear-event.ts';
import { connectRedis, untilReady } from './redis-connection.ts';
import { startRedisConsumer } from './redis-consumer.ts';
import { partitionOf, redisNames } from './redis-names.ts';

export interface RedisBusOptions {
  /** `redis://host:6379`, or `rediss://` for TLS. */
  url: string;
  logger?: Logger | undefined;
  metrics?: Metrics | undefined;
  /** How long a dead consumer's work waits for another member; default 5,000. */
  leaseMs?: number | undefined;
}

/** A stream that nobody consumes must end somewhere; what groups have finished is trimmed long before. */
const maxStreamLength = 1_000_000;
/** How often a connection that only listens is asked whether it still lives. */
const askSubscriberEveryMs = 2_000;

/**
 * The bus between processes: Redis streams with consumer groups, and pub/sub for `listen`. While Redis is unreachable
 * `publish` throws at once (a new bus after 5 s), `consume` and `listen` throw after 5 s, and what runs goes on when Redis is back.
 */
export function createRedisBus(options: RedisBusOptions): EventBus {
  const { url, logger = createLogger({ name: 'events', level: 'warn' }), metrics, leaseMs = 5_000 } = options;
  const commands = connectRedis(url, logger);
  let hasConnected = false;
  let isDisposed = false;
  commands.once('ready', () => {
    hasConnected = true;
  });
  const listeners = new Map<string, Set<EventListener>>();
  const consumers = new Set<AsyncDisposable>();
  let subscriber: Redis | undefined;

  /** Opened on first need; ioredis subscribes again by itself after a broken connection. */
  function openSubscriber(): Redis {
    const redis = connectRedis(url, logger);
    let isFirst = true;
    const tellOfGap = () => {
      for (const onChannel of listeners.values()) for (const listener of onChannel) listener.onGap?.();
    };
    redis.on('ready', () => {
      // ioredis subscribes again by itself; once a question behind that is answered, nothing more is missed.
      if (!isFirst) redis.ping().then(tellOfGap, () => undefined);
      isFirst = false;
    });
    redis.on('message', (channel, text) => {
      for (const listener of listeners.get(channel) ?? []) hear(listener, text, logger);
    });
    // Silence is what it usually hears: without a question a lost connection would look like a quiet day.
    const asking = setInterval(() => void redis.ping().catch(() => undefined), askSubscriberEveryMs).unref();
    redis.once('end', () => clearInterval(asking));
    return redis;
  }

  return {
    async publish(event) {
      const text = encodeEvent(event);
      // A bus that was made a moment ago is on its way to Redis, not cut off from it: a one-off command publishes just once.
      if (isDisposed) throw new BusUnavailableError();
      if (!hasConnected) await untilReady(commands);
      const names = redisNames(event.topic);
      try {
        const replies = await commands
          .multi()
          .call(
            'XADD',
            names.stream(partitionOf(event.key)),
            'MAXLEN',
            '~',
            String(maxStreamLength),
            '*',
            'event',
            text,
          )
          .publish(names.channel, text)
          .exec();
        const failure =
          replies === null ? new Error('transaction aborted') : replies.find(([error]) => error !== null)?.[0];
        if (failure) throw failure;
      } catch (error) {
        throw new BusUnavailableError(error);
      }
    },

    async consume(given) {
      const reader = connectRedis(url, logger);
      try {
        await Promise.all([untilReady(commands), untilReady(reader)]);
        const consumer = await startRedisConsumer({
          consumer: { ...given },
          commands,
          reader,
          logger,
          metrics,
          leaseMs,
        });
        consumers.add(consumer);
        return {
          async [Symbol.asyncDispose]() {
            if (consumers.delete(consumer)) await consumer[Symbol.asyncDispose]();
          },
        };
      } catch (error) {
        reader.disconnect();
        throw error instanceof BusUnavailableError ? error : new BusUnavailableError(error);
      }
    },

    async listen(given) {
      const listener = { ...given };
      const { channel } = redisNames(listener.topic);
      subscriber ??= openSubscriber();
      await untilReady(subscriber);
      const onChannel = listeners.get(channel) ?? new Set<EventListener>();
      listeners.set(channel, onChannel.add(listener));
      try {
        await subscriber.subscribe(channel);
      } catch (error) {
        onChannel.delete(listener);
        throw new BusUnavailableError(error);
      }
      return {
        async [Symbol.asyncDispose]() {
          onChannel.delete(listener);
          if (onChannel.size === 0) await subscriber?.unsubscribe(channel).catch(() => undefined);
        },
      };
    },

    async [Symbol.asyncDispose]() {
      isDisposed = true;
      listeners.clear();
      const running = [...consumers];
      consumers.clear();
      await Promise.all(running.map((consumer) => consumer[Symbol.asyncDispose]()));
      subscriber?.disconnect();
      commands.disconnect();
    },
  };
}
