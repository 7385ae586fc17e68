import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createRedisBus, newEvent } from '@swiftcart/events';
import { createLogger } from '@swiftcart/service';
import { createGraphqlClient, createSubscriptionClient, startDatabase, testIdentity } from '@swiftcart/testkit';
import { describe, expect, it } from 'vitest';
import { destination, floor, owner, waitFor } from './start-delivery.ts';

const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const redisFound = spawnSync('redis-server', ['--version']).status === 0;
if (!redisFound) console.warn('SKIPPED: delivery in several processes, because redis-server is not on the PATH.');
const logger = createLogger({ name: 'test', level: 'silent' });

interface RunningProcess {
  readonly child: ChildProcess;
  output(): string;
  errors(): string;
}

function run(env: Record<string, string>): RunningProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  return { child, output: () => output, errors: () => errors };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('the delivery process', () => {
  it('stops at once and names every setting that is missing or malformed', async () => {
    const { child, errors } = run({ STREAM_POLL_MS: 'often', STORE_LOCATION: 'Bengaluru' });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    for (const name of ['MONGODB_URI', 'REDIS_URL', 'TRUSTED_SERVICE_KEYS', 'STREAM_POLL_MS', 'STORE_LOCATION']) {
      expect(errors()).toContain(name);
    }
  });

  it.skipIf(!redisFound)(
    'wakes streams of another replica, resumes on it after a crash, and stops cleanly',
    async () => {
      const redisPort = await freePort();
      const redis = spawn('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''], {
        stdio: 'ignore',
      });
      const redisUrl = `redis://127.0.0.1:${redisPort}`;
      await using database = await startDatabase();
      const identity = testIdentity('delivery');
      const ports = [await freePort(), await freePort()];
      const replicas = ports.map((port) =>
        run({
          PORT: String(port),
          MONGODB_URI: database.url,
          REDIS_URL: redisUrl,
          TRUSTED_SERVICE_KEYS: JSON.stringify(identity.jwks),
          // The poll must not be what wakes the streams here.
          STREAM_POLL_MS: '60000',
        }),
      );
      try {
        const urls = ports.map((port) => `http://127.0.0.1:${port}`);
        const isReady = (url: string) =>
          fetch(`${url}/health/ready`).then(
            ({ ok }) => ok,
            () => false,
          );
        for (const url of urls) await waitFor(() => isReady(url), 15_000);
        await using bus = createRedisBus({ url: redisUrl, logger });
        const orderId = 'ord_replicated';
        const payload = { orderId, orderNumber: 'SC-9', customerId: 'usr_owner', itemCount: 1, destination };
        const rest = { topic: 'orders', kind: 'order.confirmed', key: orderId, correlationId: 'req_test' };
        const confirmed = newEvent({ ...rest, payload, now: new Date() });
        // A bus that is still connecting refuses; an outbox would keep the event and try again, as this does.
        await waitFor(() =>
          bus.publish(confirmed).then(
            () => true,
            () => false,
          ),
        );

        const [first, second] = urls.map((url) => ({
          http: createGraphqlClient(url, { headers: identity.headersFor(floor) }),
          socket: createSubscriptionClient(url, { connectionParams: identity.headersFor(owner) }),
        }));
        if (first === undefined || second === undefined) throw new Error('two replicas were started');
        type Message = { deliveryStatusChanged: { event: { sequence: number } } };
        const query =
          'subscription ($o: ID!, $s: Int) { deliveryStatusChanged(orderId: $o, afterSequence: $s) { event { sequence } } }';
        const sequenceOf = (message: { data?: Message | null }) => message.data?.deliveryStatusChanged.event.sequence;
        const stream = second.socket.subscribe<Message>(query, { o: orderId, s: 0 });
        expect(sequenceOf(await stream.next(10_000))).toBe(1);
        const move = (status: string) =>
          first.http.request(
            'mutation ($i: UpdateStatusInput!) { updateStatus(input: $i) { hasChanged } }',
            { i: { orderId, status, reason: 'Test' } },
            { headers: identity.headersFor(floor) },
          );
        await move('PACKED');
        expect(sequenceOf(await stream.next())).toBe(2);

        replicas[1]?.child.kill('SIGKILL');
        await expect(stream.next()).rejects.toThrow();
        await move('CANCELLED');
        const resumed = first.socket.subscribe<Message>(query, { o: orderId, s: 2 });
        expect((await resumed.rest()).map(sequenceOf)).toEqual([3]);
        await first.socket[Symbol.asyncDispose]();

        const survivor = replicas[0];
        const closed = once(survivor?.child ?? redis, 'close');
        survivor?.child.kill('SIGTERM');
        expect(await closed).toEqual([0, null]);
        expect(survivor?.output().trimEnd().endsWith('stopped')).toBe(true);
      } finally {
        for (const { child } of replicas) child.kill('SIGKILL');
        redis.kill('SIGKILL');
      }
    },
    90_000,
  );
});
