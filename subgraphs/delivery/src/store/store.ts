import { createParkedEvents, type ParkedEvents } from '@swiftcart/events';
import { databaseTimeouts } from '@swiftcart/service';
import mongoose from 'mongoose';
import { createDeliveryQueries, type DeliveryQueries } from './delivery-queries.ts';
import { createDeliveryStore, type DeliveryStore } from './delivery-store.ts';
import { createRiderStore, type RiderStore } from './rider-store.ts';

/** The delivery database: both collections, on one connection of its own. */
export interface Store extends AsyncDisposable {
  readonly deliveries: DeliveryStore;
  readonly queries: DeliveryQueries;
  readonly riders: RiderStore;
  /** Events that could not be handled or published, kept for a person. */
  readonly parked: ParkedEvents;
  /** Whether the database answers now. */
  isReady(): Promise<boolean>;
}

/** Connects and builds the indexes. Throws when the database cannot be reached. */
export async function openStore({ uri, databaseName }: { uri: string; databaseName: string }): Promise<Store> {
  const connection = mongoose.createConnection(uri, {
    dbName: databaseName,
    autoIndex: false,
    ...databaseTimeouts,
  });
  try {
    await connection.asPromise();
    const deliveries = createDeliveryStore(connection);
    const riders = createRiderStore(connection);
    await Promise.all([deliveries.model.createIndexes(), riders.model.createIndexes()]);
    return {
      deliveries,
      queries: createDeliveryQueries(deliveries.model),
      riders,
      parked: createParkedEvents(connection),
      async isReady() {
        if (connection.readyState !== mongoose.ConnectionStates.connected) return false;
        const answer = await connection.db?.command({ ping: 1 }).catch(() => undefined);
        return answer?.['ok'] === 1;
      },
      [Symbol.asyncDispose]: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
