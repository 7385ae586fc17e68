import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedMongodb } from '@swiftcart/embedded-mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCommand, startProcess } from '../support/start-process.ts';
import { clusterEnvironments, serviceNames } from './cluster/cluster-environment.ts';
import { findFreePorts } from './cluster/free-ports.ts';
import { startCluster } from './cluster/start-cluster.ts';

const hasRedis = process.env['PATH']?.split(':').some((folder) => existsSync(join(folder, 'redis-server')));

describe.skipIf(!hasRedis)('services that start without what they need (skipped without a redis-server)', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-start-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const statusOf = (url: string) =>
    fetch(url).then(
      ({ status }) => status,
      () => 0,
    );

  it('live without being ready, and are ready by themselves once database, Redis and users are there', async () => {
    await using cluster = await startCluster(directory);
    const names = ['database', 'redis', ...serviceNames] as const;
    for (const name of names) await cluster.process(name).kill();
    for (const name of serviceNames) cluster.process(name).restart();
    for (const name of serviceNames) {
      await expect.poll(() => statusOf(`${cluster.urlOf(name)}/health/live`), { timeout: 30_000 }).toBe(200);
      expect(await statusOf(`${cluster.urlOf(name)}/health/ready`), name).toBe(503);
    }
    // The gateway has all but users now, and still lets nobody in: it does not know whose sessions ended.
    await cluster.process('users').kill();
    for (const name of ['database', 'redis'] as const) cluster.process(name).restart();
    for (const name of ['catalog', 'orders', 'delivery'] as const) await cluster.process(name).waitUntilReady(30_000);
    expect(await statusOf(`${cluster.urlOf('gateway')}/health/ready`)).toBe(503);
    const refused = await fetch(cluster.url, { method: 'POST', body: '{}' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    cluster.process('users').restart();
    await cluster.waitUntilReady(30_000);
    expect(cluster.surprises()).toEqual([]);
  });

  it('are ready although a database connection went silent for ever while they were using it', async () => {
    await using database = await startEmbeddedMongodb({ port: 0, memory: true });
    const [redisPort = 0, ...ports] = await findFreePorts(1 + serviceNames.length);
    const redisArgs = ['--port', String(redisPort), '--save', '', '--appendonly', 'no'];
    await using redis = startCommand('redis-server', redisArgs);
    await redis.waitFor(/Ready to accept connections/);
    await using link = await startForgetfulLink(Number(new URL(database.url).port));
    const portOf = Object.fromEntries(serviceNames.map((name, index) => [name, ports[index] ?? 0])) as never;
    const linkPort = (_from: string, to: string) => (to === 'redis' ? redisPort : link.port);
    const { users } = clusterEnvironments(portOf, linkPort, directory);
    await using started = startProcess('subgraphs/users/src/main.ts', users);
    const health = `http://127.0.0.1:${users['PORT']}/health/ready`;
    await expect.poll(() => link.silenced, { timeout: 30_000 }).toBe(1);
    expect(await statusOf(health)).toBe(503);
    await expect.poll(() => statusOf(health), { timeout: 60_000, interval: 200 }).toBe(200);
    expect(started.child.exitCode, started.output()).toBeNull();
  });
});

/** A link that forgets the first connection which asks for an index: nothing passes any more, and neither end is told. */
async function startForgetfulLink(targetPort: number) {
  let silenced = 0;
  const server = createServer((client) => {
    const upstream = connect({ port: targetPort, host: '127.0.0.1' });
    for (const socket of [client, upstream]) socket.on('error', () => [client, upstream].map((each) => each.destroy()));
    let isSilent = false;
    client.on('data', (chunk) => {
      if (silenced === 0 && chunk.includes('createIndexes')) {
        isSilent = true;
        silenced += 1;
      }
      if (!isSilent) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => !isSilent && client.write(chunk));
    for (const socket of [client, upstream]) socket.on('close', () => [client, upstream].map((each) => each.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get silenced() {
      return silenced;
    },
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
