import { readFile } from 'node:fs/promises';
import { createCatalogService, readCatalogConfig } from '@swiftcart/catalog';
import { createDeliveryService, readDeliveryConfig } from '@swiftcart/delivery';
import { createMemoryBus, createRedisBus } from '@swiftcart/events';
import { createGateway, type Gateway, readGatewayConfig } from '@swiftcart/gateway';
import { createAccessTokenVerifier, createAssertionSigner, localKeys } from '@swiftcart/identity';
import { createOrdersService, readOrdersConfig } from '@swiftcart/orders';
import {
  createMetrics,
  createSubgraphClient,
  type EnvReader,
  type LocalSubgraph,
  type Logger,
  respondJson,
} from '@swiftcart/service';
import { createUsersService, readUsersConfig } from '@swiftcart/users';
import { createRevocationSource, fieldRateLimits, streamPositions } from './gateway-settings.ts';
import { openDatabase } from './open-database.ts';
import { repositoryPath } from './repository-path.ts';
import type { ShopConfig } from './shop-config.ts';
import { loadShopKeys } from './shop-keys.ts';
import { startDeliverySimulator } from './simulate-deliveries.ts';

/** How gateway and subgraphs of one process reach each other. */
export type Wiring = 'in-process' | 'five-ports';

/** A shop that runs in this process. */
export interface Shop extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Where each subgraph listens; empty when they are called in process. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  /** A header that lets an operator of this machine open a subgraph by itself, by subgraph name. */
  developerHeader(subgraph: string): string;
  drain(): Promise<void>;
}

export interface ShopOptions {
  readonly wiring: Wiring;
  readonly config: ShopConfig;
  readonly env: EnvReader;
  readonly logger: Logger;
  /** Called as each part is up, for progress lines. */
  readonly onProgress: (part: string, detail: string) => void;
}

/** Starts database, subgraphs and gateway, in that order; whatever was opened is closed when one of them fails. */
export async function startShop({ wiring, config, env, logger, onProgress }: ShopOptions): Promise<Shop> {
  const settings = {
    users: readUsersConfig(env),
    catalog: readCatalogConfig(env),
    orders: readOrdersConfig(env, config),
    delivery: readDeliveryConfig(env),
    gateway: readGatewayConfig(env),
  };
  const supergraphPath = env.string('SUPERGRAPH_PATH', { default: repositoryPath('gateway/supergraph.graphql') });
  env.assertValid();

  const opened: AsyncDisposable[] = [];
  const closeAll = async () => {
    for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  const opening = <Part extends AsyncDisposable>(part: Part): Part => {
    opened.push(part);
    return part;
  };

  try {
    const keys = await loadShopKeys(config);
    const database = opening(await openDatabase(config.mongodbUri, config.dataDirectory));
    onProgress('database', database.description);
    const metrics = createMetrics({ service: 'swiftcart', processMetrics: true });
    // Held back until every consumer is there: what the last run left in an outbox must not pass a late one by.
    const memoryBus = config.redisUrl ? undefined : opening(createMemoryBus({ logger, metrics, startPaused: true }));
    const bus = memoryBus ?? opening(createRedisBus({ url: config.redisUrl ?? '', logger, metrics }));
    const common = {
      mongodbUri: database.uri,
      bus,
      metrics,
      trustedKeys: keys.trusted,
      isProduction: config.isProduction,
    };
    const named = (name: string) => ({ ...common, logger: logger.child({ service: name }) });
    const ordersSigner = createAssertionSigner({ keyPair: keys.orders, issuer: 'orders' });
    const gatewaySigner = createAssertionSigner({ keyPair: keys.gateway, issuer: 'gateway' });
    const port = (subgraph: LocalSubgraph) =>
      opening(createSubgraphClient({ subgraph }, { audience: subgraph.name, sign: ordersSigner, timeoutMs: 5_000 }));

    const { dataDirectory } = config;
    const users = opening(
      await createUsersService({ ...named('users'), ...settings.users, dataDirectory, keyPair: keys.accessTokens }),
    );
    if (config.demoPassword) await users.seedDemoAccounts({ password: config.demoPassword });
    onProgress('users', 'accounts, sessions, notifications');
    const catalog = opening(await createCatalogService({ ...named('catalog'), ...settings.catalog }));
    if (config.demoPassword) await catalog.seedCatalogue();
    onProgress('catalog', 'products, categories, stock');
    const delivery = opening(await createDeliveryService({ ...named('delivery'), ...settings.delivery }));
    if (config.demoPassword) await delivery.seedRiders();
    onProgress('delivery', 'riders, tracking, live status');
    const orders = opening(
      await createOrdersService({
        ...named('orders'),
        config: settings.orders,
        users: port(users),
        catalog: port(catalog),
        delivery: port(delivery),
      }),
    );
    onProgress('orders', 'carts, checkout, payments');

    memoryBus?.open();

    const subgraphs = [users, catalog, orders, delivery];
    const subgraphUrls: Record<string, string> = {};
    if (wiring === 'five-ports') {
      for (const [index, subgraph] of subgraphs.entries()) {
        const subgraphPort = config.port === 0 ? 0 : config.port + index + 1;
        const server = opening(await subgraph.listen({ host: config.host, port: subgraphPort }));
        subgraphUrls[subgraph.name] = `${server.url}/graphql`;
      }
    }

    const verifier = createAccessTokenVerifier({
      issuer: settings.users.issuer,
      audience: settings.users.audience,
      keys: localKeys(users.jwks()),
    });
    const usersClient = opening(
      createSubgraphClient({ subgraph: users }, { audience: 'users', sign: gatewaySigner, timeoutMs: 5_000 }),
    );
    const gateway = opening(
      await createGateway({
        ...settings.gateway,
        rateLimits: { fields: fieldRateLimits, ...settings.gateway.rateLimits },
        streamPositions,
        supergraph:
          wiring === 'five-ports' ? { path: supergraphPath } : { sdl: await readFile(supergraphPath, 'utf8') },
        localSubgraphs: new Map(wiring === 'in-process' ? subgraphs.map((each) => [each.name, each]) : []),
        subgraphUrls,
        logger: logger.child({ service: 'gateway' }),
        metrics,
        host: config.host,
        port: config.port,
        routes: [
          { method: 'GET', path: '/.well-known/jwks.json', handle: (_req, res) => respondJson(res, 200, users.jwks()) },
          ...catalog.routes,
          ...orders.routes,
        ],
        auth: { verifier, signer: gatewaySigner, revocations: createRevocationSource(usersClient, bus) },
      }),
    );
    onProgress('gateway', wiring === 'in-process' ? 'subgraphs in this process' : 'subgraphs over HTTP');
    if (config.isSimulatingDeliveries) {
      const secondsPerStep = config.simulationSecondsPerStep;
      opening(startDeliverySimulator({ delivery, signer: gatewaySigner, secondsPerStep, logger }));
      onProgress('simulator', `moves every delivery on each ${secondsPerStep} s`);
    }

    return {
      gateway,
      subgraphUrls,
      developerHeader: (subgraph) =>
        gatewaySigner.forViewer(subgraph, {
          kind: 'user',
          userId: 'usr_demo_operator',
          sessionId: 'ses_developer',
          roles: ['CUSTOMER', 'OPERATOR'],
        }),
      drain: () => gateway.drain(),
      [Symbol.asyncDispose]: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
