import { readFileSync } from 'node:fs';
import { createOutboxRelay, type EventBus } from '@swiftcart/events';
import { unauthenticated } from '@swiftcart/graphql';
import { createAssertionVerifier, type Jwks } from '@swiftcart/identity';
import {
  buildSubgraph,
  correlationIdOf,
  createEnvReader,
  HEADERS,
  type HttpServer,
  type LocalSubgraph,
  type Logger,
  type Metrics,
  startSubgraphServer,
} from '@swiftcart/service';
import { startBackgroundWork } from './background-work.ts';
import { seedRiders } from './commands/seed-riders.ts';
import { type DeliverySettings, readDeliveryConfig } from './config.ts';
import { consumeOrders } from './consume-orders.ts';
import { createRequestContext } from './context.ts';
import { resolvers } from './resolvers.ts';
import { openStore } from './store/store.ts';
import { createDeliveryFeed } from './streams/delivery-feed.ts';
import { createTools } from './tools.ts';

/** What the subgraph runs on; its own settings may be overridden one by one. */
export interface DeliveryOptions extends Partial<DeliverySettings> {
  readonly mongodbUri: string;
  /** Default `swiftcart_delivery`. */
  readonly databaseName?: string | undefined;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Public keys of the gateway and of the orders service. */
  readonly trustedKeys: Jwks | (() => Jwks);
  /** The shop's clock; who is calling is always judged by the real one. */
  readonly now?: (() => Date) | undefined;
  readonly isProduction: boolean;
}

/** The delivery subgraph, running: usable in process, and over HTTP once it listens. */
export interface DeliveryService extends LocalSubgraph, AsyncDisposable {
  isReady(): Promise<boolean>;
  listen(address: { host: string; port: number }): Promise<HttpServer>;
  /** Adds the demo account's rider and three more. Throws in production, where nothing is seeded. */
  seedRiders(): Promise<void>;
  /** Live streams that are open in this process now. */
  readonly openStreams: number;
}

/** Opens database and bus, and starts relay, consumer and housekeeping. Throws when the database or the bus is out of reach. */
export async function createDeliveryService(options: DeliveryOptions): Promise<DeliveryService> {
  const { mongodbUri, databaseName = 'swiftcart_delivery', bus, logger, metrics, trustedKeys, isProduction } = options;
  const { now = () => new Date(), ...overrides } = options;
  const settings: DeliverySettings = { ...readDeliveryConfig(createEnvReader({})), ...overrides };
  const verifier = createAssertionVerifier({ audience: 'delivery', trustedKeys });
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
    const store = opening(await openStore({ uri: mongodbUri, databaseName }));
    const relay = opening(
      createOutboxRelay({ models: [store.deliveries.model], bus, logger, metrics, parked: store.parked }),
    );
    const tools = createTools({ store, settings, logger, bus, relay, now });
    const feed = opening(await createDeliveryFeed({ store, bus, logger, now, pollMs: settings.streamPollMs }));
    opening(await consumeOrders(bus, tools));
    for (const part of startBackgroundWork(tools, bus)) opening(part);

    const service: DeliveryService = {
      name: 'delivery',
      logger,
      schema: buildSubgraph({
        typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
        resolvers,
      }),
      async createContext({ headers, signal }) {
        const viewer = verifier.verify(headers[HEADERS.identity]);
        if (viewer === undefined) throw unauthenticated('This subgraph answers only callers with a signed identity.');
        return createRequestContext({ tools, feed }, { viewer, correlationId: correlationIdOf(headers), signal });
      },
      isReady: () => store.isReady(),
      listen: ({ host, port }) =>
        startSubgraphServer({
          subgraph: service,
          host,
          port,
          logger,
          metrics,
          isProduction,
          isReady: () => store.isReady(),
        }),
      async seedRiders() {
        if (isProduction) throw new Error('Demo riders are not seeded in production.');
        await seedRiders(tools);
      },
      get openStreams() {
        return feed.listenerCount;
      },
      [Symbol.asyncDispose]: closeAll,
    };
    return service;
  } catch (error) {
    await closeAll();
    throw error;
  }
}
