import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kind, parse, print } from 'graphql';
import { startShop } from '../../e2e/support/start-shop.ts';
import type { BenchCase, BenchKeys } from './bench-case.ts';
import { placeOrders } from './place-orders.ts';

const repository = new URL('../../', import.meta.url);

/** They count, but refuse nobody. */
export const highRateLimits = { RATE_LIMIT_VIEWER_COST: '1000000000000', RATE_LIMIT_ADDRESS_COST: '1000000000000' };

/** (a): the shop's tracking screen, over orders that were really placed, each asked for by its own customer. */
export async function shopCase(keys: BenchKeys, orderCount: number): Promise<BenchCase> {
  const directory = await mkdtemp(join(tmpdir(), 'swiftcart-bench-'));
  const env = {
    DATA_DIR: directory,
    JWT_PRIVATE_KEY: keys.jwtPrivateKey,
    SERVICE_PRIVATE_KEY: keys.servicePrivateKey,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'warn',
    // Sweepers would add work that no request asked for.
    SAGA_SWEEP_INTERVAL_MS: '10000',
    CATALOG_UPKEEP_INTERVAL_MS: '600000',
    DELIVERY_HOUSEKEEPING_MS: '600000',
  };
  const shop = await startShop('five-ports', directory, { ...env, PORT: '0' });
  const ports = await subgraphUrls(shop.output());
  const orders = await placeOrders(shop.url, orderCount);
  const query = await trackingQuery();
  const requests = orders.map(({ orderId, customerId }) => ({
    body: JSON.stringify({ query, operationName: 'OrderTracking', variables: { id: orderId } }),
    authorization: keys.bearer(customerId),
  }));
  return {
    name: 'a',
    title: `the tracking screen over ${orders.length} orders of ${new Set(orders.map((each) => each.customerId)).size} customers`,
    supergraphSdl: await readFile(new URL('gateway/supergraph.graphql', repository), 'utf8'),
    upstreams: ports,
    requests,
    concurrency: 32,
    perRound: 3_000,
    gatewayEnv: {},
    async wholeProcess() {
      await shop.stop();
      return {
        title: 'the whole shop in one process (npm start), embedded database',
        entry: new URL('app/src/main.ts', repository).pathname,
        env: { ...env, PORT: '0', RATE_LIMITS: 'on', ...highRateLimits },
        isGatewayEnv: false,
        urlPattern: /(http:\/\/127\.0\.0\.1:\d+\/graphql)\b[\s\S]*is ready/,
      };
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The banner of the five-port wiring lists where each subgraph listens. */
function subgraphUrls(output: string): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const name of ['users', 'catalog', 'orders', 'delivery']) {
    const url = new RegExp(`${name}\\s+(http://127\\.0\\.0\\.1:\\d+/graphql)`).exec(output)?.[1];
    if (url === undefined) throw new Error(`where ${name} listens is not in:\n${output}`);
    urls[name] = url;
  }
  return urls;
}

async function trackingQuery(): Promise<string> {
  const document = parse(await readFile(new URL('docs/operations/order-tracking.graphql', repository), 'utf8'));
  const definitions = document.definitions.filter(
    (node) => node.kind === Kind.OPERATION_DEFINITION && node.name?.value === 'OrderTracking',
  );
  return print({ ...document, definitions });
}
