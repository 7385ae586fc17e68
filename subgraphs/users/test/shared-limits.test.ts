import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type AttemptLimits, attemptLimits, createAttemptLimits } from '../src/ports/attempt-limits.ts';

/** A real Redis on a free port, or undefined where none is installed. */
async function startRedis() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  const redis = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  const isRunning = await new Promise<boolean>((resolve) => {
    redis.once('error', () => resolve(false));
    redis.once('exit', () => resolve(false));
    redis.stdout.on('data', (chunk: Buffer) => chunk.includes('Ready to accept connections') && resolve(true));
  });
  if (!isRunning) return undefined;
  return {
    url: `redis://127.0.0.1:${port}`,
    /** Leaves its connections open and answers nothing more. */
    silence: () => void redis.kill('SIGSTOP'),
    async [Symbol.asyncDispose]() {
      if (redis.exitCode !== null || redis.signalCode !== null) return;
      redis.kill('SIGKILL');
      await once(redis, 'exit');
    },
  };
}

const limits = { ...attemptLimits, loginPerAccount: { ...attemptLimits.loginPerAccount, points: 5 } };
const onError = () => undefined;

async function takeUntilShut(takers: AttemptLimits[], key: string): Promise<number> {
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    waits.push((await takers[attempt % takers.length]?.take(['loginPerAccount', key])) ?? 0);
  }
  return waits.filter((waitMs) => waitMs === 0).length;
}

test('processes that share a Redis share the attempts, and go on alone when it is gone', async (context) => {
  await using redis = await startRedis();
  if (redis === undefined) return context.skip('redis-server is not installed here');
  await using first = await createAttemptLimits({ limits, redisUrl: redis.url, onError });
  await using second = await createAttemptLimits({ limits, redisUrl: redis.url, onError });
  expect(await takeUntilShut([first, second], 'guessed@example.com')).toBe(5);
  await first.forget('loginPerAccount', 'guessed@example.com');
  expect(await second.take(['loginPerAccount', 'guessed@example.com'])).toBe(0);
  await redis[Symbol.asyncDispose]();
  expect(await takeUntilShut([first], 'other@example.com')).toBe(5);
});

test('a Redis that is there and says nothing holds nobody who signs in', async (context) => {
  await using redis = await startRedis();
  if (redis === undefined) return context.skip('redis-server is not installed here');
  await using counting = await createAttemptLimits({ limits, redisUrl: redis.url, onError });
  expect(await counting.take(['loginPerAccount', 'a@example.test'])).toBe(0);
  redis.silence();
  const answered = counting.take(['loginPerAccount', 'a@example.test']);
  expect(await Promise.race([answered, sleep(5_000, 'nobody answered')])).toBe(0);
  await using fresh = await Promise.race([
    createAttemptLimits({ limits, redisUrl: redis.url, onError }),
    sleep(5_000).then(() => Promise.reject(new Error('it never started'))),
  ]);
  expect(await fresh.take(['loginPerAccount', 'b@example.test'])).toBe(0);
});

test('without Redis each process counts for itself, and an unknown address is not counted', async () => {
  await using alone = await createAttemptLimits({ limits, redisUrl: undefined, onError });
  expect(await takeUntilShut([alone], 'guessed@example.com')).toBe(5);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect(await alone.take(['loginPerAccount', undefined])).toBe(0);
  }
});
