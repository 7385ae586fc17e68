import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSubscriptionClient } from '@swiftcart/testkit';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buy, demoAccount, newCustomer, type Reply } from '../support/shop-client.ts';
import * as ops from '../support/shop-operations.ts';
import { startProcess } from '../support/start-process.ts';
import { type Cluster, startCluster } from './cluster/start-cluster.ts';

const hasRedis = process.env['PATH']?.split(':').some((folder) => existsSync(join(folder, 'redis-server')));
const patient = { timeout: 30_000, interval: 200 };

interface StoredEvent {
  readonly id: string;
  readonly kind: string;
}

describe.skipIf(!hasRedis)('a shop of five processes (skipped without a redis-server on the PATH)', () => {
  let directory: string;
  let cluster: Cluster;
  let database: MongoClient;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-redis-'));
    cluster = await startCluster(directory);
    database = await MongoClient.connect(cluster.databaseUrl);
  });
  afterAll(async () => {
    await database?.close();
    await cluster?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const orders = () => database.db('swiftcart_orders').collection<{ _id: string; outbox?: StoredEvent[] }>('orders');
  const parkedOf = (part: string) =>
    database.db(`swiftcart_${part}`).collection<{ _id: string; event: object }>('parkedEvents');
  const deliveriesOf = (orderId: string) =>
    database.db('swiftcart_delivery').collection<{ _id: string }>('deliveries').countDocuments({ _id: orderId });
  const eventsOf = async (orderId: string) => (await orders().findOne({ _id: orderId }))?.outbox ?? [];
  const findProduct = async () => {
    const customer = await newCustomer(cluster.url);
    const { nodes } = (await customer.send(ops.SEARCH, { search: 'milk', first: 1 })).products;
    return { customer, lines: [{ productId: nodes[0].id, quantity: 1 }] };
  };

  it('sells on while Redis is down: events wait in the outbox, and live streams read the history', async () => {
    const { customer, lines } = await findProduct();
    const operator = await demoAccount(cluster.url, 'operator');
    const first = (await buy(customer, lines)).order;
    await using sockets = createSubscriptionClient(cluster.url, { connectionParams: { ...customer.headers } });
    const stream = sockets.subscribe(ops.TRACK, { orderId: first.id, afterSequence: 0 });
    const next = async () => ((await stream.next(20_000)) as Reply).data.deliveryStatusChanged.event.to;
    expect(await next()).toBe('PLACED');

    await cluster.process('redis').kill();
    await operator.send(ops.UPDATE_STATUS, { input: { orderId: first.id, status: 'PACKED' } });
    expect(await next()).toBe('PACKED');
    const { order, userErrors } = await buy(customer, lines);
    expect({ status: order?.status, userErrors }).toEqual({ status: 'CONFIRMED', userErrors: [] });
    expect((await eventsOf(order.id)).map(({ kind }) => kind)).toContain('order.confirmed');
    expect(await deliveriesOf(order.id)).toBe(0);

    cluster.process('redis').restart();
    await cluster.process('redis').waitUntilReady(30_000);
    await expect.poll(() => deliveriesOf(order.id), patient).toBe(1);
    await expect.poll(() => eventsOf(order.id), patient).toEqual([]);
  });

  it('refuses a session that ended while the gateway could not hear of it, as soon as it can', async () => {
    const leaver = await newCustomer(cluster.url);
    expect((await leaver.send('{ me { id } }')).me.id).toMatch(/^usr_/);
    const link = cluster.link('gateway->redis');
    link.inflict({ kind: 'cut' });
    await leaver.send('mutation { logout { userErrors { code } } }');
    // Told to everybody who listened, and the gateway did not.
    await expect
      .poll(
        () =>
          database
            .db('swiftcart_users')
            .collection('sessions')
            .countDocuments({ 'outbox.id': { $gt: '' } }),
        {
          ...patient,
        },
      )
      .toBe(0);
    expect((await leaver.send('{ me { id } }')).me.id).toMatch(/^usr_/);
    link.heal('reset');
    const codeNow = async () => (await leaver.ask('{ me { id } }')).errors?.[0]?.extensions?.['code'];
    await expect.poll(codeNow, patient).toBe('UNAUTHENTICATED');
  });

  it('lists the parked events of every subgraph to an operator, and hands one on again to those who wait for it', async () => {
    const { customer, lines } = await findProduct();
    await cluster.process('redis').kill();
    const { order } = await buy(customer, lines);
    const waiting = await eventsOf(order.id);
    const [confirmed] = waiting.filter(({ kind }) => kind === 'order.confirmed');
    if (confirmed === undefined) throw new Error('the order told nobody that it was confirmed');
    // As the relay leaves an event that was refused for good: out of the outbox, and parked, here in every subgraph.
    await orders().updateOne({ _id: order.id }, { $pull: { outbox: { id: confirmed.id } } });
    const rest = { group: null, attempts: 10, lastError: 'refused', firstFailedAt: new Date(), parkedAt: new Date() };
    for (const part of ['users', 'catalog', 'orders', 'delivery']) {
      await parkedOf(part).insertOne({ _id: confirmed.id, event: confirmed, ...rest });
    }
    cluster.process('redis').restart();
    await cluster.waitUntilReady(30_000);

    const redisUrl = `redis://127.0.0.1:${cluster.link('orders->redis').port}`;
    const run = async (...args: string[]) => {
      const env = { MONGODB_URI: cluster.databaseUrl, REDIS_URL: redisUrl, NODE_ENV: 'development' };
      await using started = startProcess('app/src/events.ts', env, args);
      const code = await started.exited;
      return { code, output: started.output() };
    };
    const listed = await run('list');
    expect(listed.code, listed.output).toBe(0);
    const rows = listed.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ subgraph, id, kind }) => ({ subgraph, id, kind }))).toEqual(
      ['users', 'catalog', 'orders', 'delivery'].map((subgraph) => ({
        ...{ subgraph, id: confirmed.id, kind: 'order.confirmed' },
      })),
    );
    const replayed = await run('replay', '--subgraph', 'orders', '--id', confirmed.id);
    expect(replayed.code, replayed.output).toBe(0);
    await expect.poll(() => deliveriesOf(order.id), patient).toBe(1);
    expect(await parkedOf('orders').countDocuments()).toBe(0);
    expect(await parkedOf('users').countDocuments()).toBe(1);
  });
});
