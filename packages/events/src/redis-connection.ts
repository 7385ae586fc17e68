import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { BusUnavailableError } from './event-bus.ts';

/**
 * A connection that reconnects for ever but queues and repeats nothing by itself: a command either was answered or fails
 * now, and whoever sent it knows what to do about it. `commandTimeoutMs` ends commands on a connection that has gone silent,
 * and that connection with them: one that was lost without a word would otherwise be asked for ever.
 */
export function connectRedis(url: string, logger: Logger, { commandTimeoutMs = 5_000 } = {}): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: commandTimeoutMs,
    socketTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), 2_000),
  });
  let isDown = false;
  redis.on('error', (error) => {
    // One line an outage, not one an attempt.
    if (!isDown) logger.warn({ err: error }, 'redis connection lost');
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) logger.info('redis connection is back');
    isDown = false;
  });
  return redis;
}

/** Throws BusUnavailableError when the connection is not up within the time. */
export async function untilReady(redis: Redis, timeoutMs = 5_000): Promise<void> {
  if (redis.status === 'ready') return;
  try {
    // `error` events between attempts must not end the wait, hence no plain once().
    await Promise.race([
      new Promise((resolve) => redis.once('ready', resolve)),
      once(AbortSignal.timeout(timeoutMs), 'abort').then(() =>
        Promise.reject(new Error(`not ready within ${timeoutMs} ms`)),
      ),
    ]);
  } catch (error) {
    throw new BusUnavailableError(error);
  }
}
