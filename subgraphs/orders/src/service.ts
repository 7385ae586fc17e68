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
  type SubgraphClient,
  startSubgraphServer,
} from '@swiftcart/service';
import { type Connection, createConnection } from 'mongoose';
import { resumeMerges } from './commands/merge-cart.ts';
import type { OrdersConfig } from './config.ts';
import { startConsumers } from './consumers.ts';
import { createRequestContext } from './context.ts';
import { createPayments } from './create-payments.ts';
import { createCatalogPort } from './ports/catalog.ts';
import { createDeliveryPort } from './ports/delivery.ts';
import { createUsersPort } from './ports/users.ts';
import type { ProcessContext } from './process-context.ts';
import { resolvers } from './resolvers.ts';
import { createCrashPoint } from './saga/crash-point.ts';
import { startSweeper, sweepExpired, sweepOverdue, sweepUnheard } from './saga/sweeper.ts';
import { createStore } from './store/store.ts';

export interface OrdersOptions {
  readonly mongodbUri: string;
  /** Default `swiftcart_orders`. */
  readonly databaseName?: string | undefined;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Public keys of the gateway, whose assertions are believed. */
  readonly trustedKeys: Jwks | (() => Jwks);
  readonly now?: (() => Date) | undefined;
  readonly isProduction: boolean;
  readonly config: OrdersConfig;
  /** The siblings asked sideways; whoever made these clients closes them. */
  readonly catalog: SubgraphClient;
  readonly users: SubgraphClient;
  readonly delivery: SubgraphClient;
}

/** The orders subgraph, running: usable in process, and over HTTP once it listens. */
export interface OrdersService extends LocalSubgraph, AsyncDisposable {
  isReady(): Promise<boolean>;
  listen(address: { host: string; port: number }): Promise<HttpServer>;
  /** Besides `/graphql`: the payment provider's webhook, where there is one. */
  readonly routes: readonly HttpRoute[];
  /** The open connection, for counting what operations cost. */
  readonly database: Connection;
}

/** Opens the database, makes its indexes, and starts relay, consumers and sweeper. Throws when a dependency is out of reach. */
export async function createOrdersService(options: OrdersOptions): Promise<OrdersService> {
  const { mongodbUri, databaseName = 'swiftcart_orders', bus, logger, metrics, config, isProduction } = options;
  const now = options.now ?? (() => new Date());
  const opened: AsyncDisposable[] = [];
  const closeAll = async () => {
    // The last opened goes first: nobody may find what he works with closed already.
    for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  const opening = <Part extends AsyncDisposable>(part: Part): Part => {
    opened.push(part);
    return part;
  };

  try {
    const connection = createConnection(mongodbUri, {
      dbName: databaseName,
      ...databaseTimeouts,
      monitorCommands: true,
    });
    opening({ [Symbol.asyncDispose]: () => connection.close() });
    await connection.asPromise();
    const store = createStore(connection);
    await store.createIndexes();
    const parkedEvents = createParkedEvents(connection);
    const relay = opening(
      createOutboxRelay({ models: [store.orders.model], bus, logger, metrics, parked: parkedEvents }),
    );
    const payments = createPayments(config.payments, store, now);
    const context: ProcessContext = {
      store,
      catalog: createCatalogPort(options.catalog),
      users: createUsersPort(options.users),
      delivery: createDeliveryPort(options.delivery),
      payments: payments.provider,
      config,
      logger,
      now,
      bus,
      parkedEvents,
      wakeRelay: () => relay.wake(),
      crashPoint: createCrashPoint(isProduction ? null : config.crashAfter),
    };
    opening(await startConsumers(context));
    const duties = [sweepOverdue, sweepExpired, sweepUnheard, resumeMerges].map((duty) => () => duty(context));
    opening(startSweeper(context, duties));
    const verifier = createAssertionVerifier({ audience: 'orders', trustedKeys: options.trustedKeys });
    const routes = payments.routes(context);
    const isReady = async (): Promise<boolean> => {
      await connection.db?.admin().ping();
      return connection.readyState === 1;
    };
    const service: OrdersService = {
      name: 'orders',
      logger,
      schema: buildSubgraph({
        typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
        resolvers,
      }),
      createContext: async (request) => createRequestContext(context, verifier, request),
      isReady,
      routes,
      database: connection,
      listen: ({ host, port }) =>
        startSubgraphServer({ subgraph: service, host, port, logger, metrics, isProduction, isReady, routes }),
      [Symbol.asyncDispose]: closeAll,
    };
    return service;
  } catch (error) {
    await closeAll();
    throw error;
  }
}
