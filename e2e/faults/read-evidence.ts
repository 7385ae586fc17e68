import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, MongoClient } from 'mongodb';
import type {
  Evidence,
  StoredCart,
  StoredDelivery,
  StoredOrder,
  StoredPayment,
  StoredProduct,
  StoredRider,
} from './checks/evidence.ts';

/** What lies in the databases, without what the clients saw. */
export type StoredEvidence = Omit<Evidence, 'operations' | 'followings'>;

const outboxes: readonly (readonly [database: string, collection: string])[] = [
  ['swiftcart_users', 'users'],
  ['swiftcart_users', 'sessions'],
  ['swiftcart_catalog', 'products'],
  ['swiftcart_orders', 'orders'],
  ['swiftcart_delivery', 'deliveries'],
];
const databases = ['swiftcart_users', 'swiftcart_catalog', 'swiftcart_orders', 'swiftcart_delivery'];
const maxReads = 20;

/** Reads all databases; again while orders move on in between, so that what belongs together is of one moment. */
export async function readEvidence(client: MongoClient): Promise<StoredEvidence> {
  for (let read = 1; ; read += 1) {
    const before = await fingerprint(client);
    const evidence = await readOnce(client);
    if (before === (await fingerprint(client)) || read === maxReads) return evidence;
    await sleep(500);
  }
}

async function fingerprint(client: MongoClient): Promise<string> {
  const orders = await of<StoredOrder & { revision: number }>(client, 'orders', 'orders')
    .find({}, { projection: { revision: 1 } })
    .toArray();
  return orders.map(({ _id, revision }) => `${_id}:${revision}`).join();
}

async function readOnce(client: MongoClient): Promise<StoredEvidence> {
  const waitingEvents: Record<string, number> = {};
  for (const [database, collection] of outboxes) {
    const holds = client.db(database).collection(collection);
    waitingEvents[`${database}.${collection}`] = await holds.countDocuments({ 'outbox.id': { $exists: true } });
  }
  const parked = await Promise.all(
    databases.map((database) => client.db(database).collection('parkedEvents').countDocuments()),
  );
  return {
    products: await of<StoredProduct>(client, 'catalog', 'products')
      .find({}, { projection: { stock: 1, holds: 1, adjustments: 1 } })
      .toArray(),
    orders: await of<StoredOrder>(client, 'orders', 'orders').find({}).toArray(),
    payments: await of<StoredPayment>(client, 'orders', 'simulated_payments').find({}).toArray(),
    carts: await of<StoredCart>(client, 'orders', 'carts').find({}).toArray(),
    deliveries: await of<StoredDelivery>(client, 'delivery', 'deliveries').find({}).toArray(),
    riders: await of<StoredRider>(client, 'delivery', 'riders').find({}).toArray(),
    readAt: new Date(),
    waitingEvents,
    parkedEvents: parked.reduce((total, count) => total + count, 0),
  };
}

function of<Stored extends { readonly _id: string }>(
  client: MongoClient,
  part: string,
  name: string,
): Collection<Stored> {
  return client.db(`swiftcart_${part}`).collection<Stored>(name);
}
