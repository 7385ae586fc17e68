import { readFileSync } from 'node:fs';
import { createOutboxRelay, createParkedEvents, type EventBus } from '@swiftcart/events';
import { createAssertionVerifier, type Jwks } from '@swiftcart/identity';
import {
  buildSubgraph,
  databaseTimeouts,
  type HttpRoute,
  type HttpServer,
  type LocalSubgraph,
  type Logger,
  type Metrics,
  startSubgraphServer,
} from '@swiftcart/service';
import { createConnection } from 'mongoose';
import { type CatalogConfig, catalogDefaults } from './config.ts';
import { type CatalogApp, createRequestContext } from './context.ts';
import { pictureRoute } from './drawn-picture.ts';
import { resolvers } from './resolvers.ts';
import { seedCatalogue } from './seed/seed-catalogue.ts';
import { createStockLedger } from './stock-ledger.ts';
import { startUpkeepRounds } from './stock-upkeep-rounds.ts';
import { createStore } from './store/create-store.ts';

/** What the catalogue runs on; its own settings may be overridden one by one. */
export interface CatalogOptions extends Partial<CatalogConfig> {
  mongodbUri: string;
  /** Default `swiftcart_catalog`. */
  databaseName?: string | undefined;
  bus: EventBus;
  logger: Logger;
  metrics?: Metrics | undefined;
  /** Public keys of the gateway and of orders. */
  trustedKeys: Jwks | (() => Jwks);
  now?: (() => Date) | undefined;
  isProduction: boolean;
}

/** The catalogue, running: usable in process, and over HTTP once it listens. */
export interface CatalogService extends LocalSubgraph, AsyncDisposable {
  isReady(): Promise<boolean>;
  listen(address: { host: string; port: number }): Promise<HttpServer>;
  /** `/images/*`: the pictures that the catalogue draws itself. Served where it listens; a process that serves the shop mounts them too. */
  readonly routes: readonly HttpRoute[];
  /** Fills an empty catalogue with the demonstration goods; a catalogue with categories is left alone. Refused in production. */
  seedCatalogue(): Promise<void>;
}

/** Opens the database, builds its indexes and starts the background work. Throws when the database is out of reach. */
export async function createCatalogService(options: CatalogOptions): Promise<CatalogService> {
  const { bus, logger, metrics, isProduction, trustedKeys, now = () => new Date(), mongodbUri } = options;
  const config = configOf(options);
  const schema = buildSubgraph({
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers,
  });
  const connection = createConnection(mongodbUri, {
    dbName: options.databaseName ?? 'swiftcart_catalog',
    autoIndex: false,
    ...databaseTimeouts,
  });
  const store = createStore(connection);
  try {
    await connection.asPromise();
    await store.createIndexes();
  } catch (error) {
    await connection.close();
    throw error;
  }

  const relay = createOutboxRelay({
    models: [store.productModel],
    bus,
    logger,
    parked: createParkedEvents(connection),
    ...(metrics && { metrics }),
  });
  const ledger = createStockLedger(store, logger);
  const rounds = startUpkeepRounds({
    upkeep: store.upkeep,
    ledger,
    bus,
    logger,
    now,
    intervalMs: config.upkeepIntervalMs,
  });
  const reservations = metrics?.counter('stock_reservations_total', 'Reservations of stock by outcome.', ['outcome']);
  const app: CatalogApp = {
    store,
    config,
    ledger,
    now,
    eventsWritten: () => relay.wake(),
    countReservation: (outcome) => reservations?.inc({ outcome }),
  };
  const verifier = createAssertionVerifier({ audience: 'catalog', trustedKeys, now });

  const routes = [pictureRoute(store)];
  const service: CatalogService = {
    name: 'catalog',
    schema,
    logger,
    createContext: async (request) => createRequestContext(app, verifier, request),
    async isReady() {
      await connection.db?.command({ ping: 1 });
      return connection.readyState === 1;
    },
    routes,
    listen: ({ host, port }) =>
      startSubgraphServer({
        subgraph: service,
        host,
        port,
        logger,
        metrics,
        isProduction,
        isReady: service.isReady,
        routes,
      }),
    async seedCatalogue() {
      if (isProduction) throw new Error('A shop in production is not filled with demonstration goods.');
      await seedCatalogue(store, now());
    },
    async [Symbol.asyncDispose]() {
      await rounds[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
      await connection.close();
    },
  };
  return service;
}

function configOf(options: Partial<CatalogConfig>): CatalogConfig {
  return {
    defaultMaxPerOrder: options.defaultMaxPerOrder ?? catalogDefaults.defaultMaxPerOrder,
    defaultLowStockThreshold: options.defaultLowStockThreshold ?? catalogDefaults.defaultLowStockThreshold,
    maxCounted: options.maxCounted ?? catalogDefaults.maxCounted,
    upkeepIntervalMs: options.upkeepIntervalMs ?? catalogDefaults.upkeepIntervalMs,
  };
}
