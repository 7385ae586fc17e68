import { randomBytes } from 'node:crypto';
import { generateKeyPair, type KeyPair } from '@swiftcart/identity';

export const serviceNames = ['users', 'catalog', 'orders', 'delivery', 'gateway'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Looks up the port under which `from` reaches `to`: that of the link between them. */
export type LinkPort = (from: ServiceName, to: ServiceName | 'database' | 'redis') => number;

/** The environment of every service: fresh secrets, links for addresses, and clocks short enough for a run of a minute. */
export function clusterEnvironments(
  ports: Readonly<Record<ServiceName, number>>,
  link: LinkPort,
  dataDirectory: string,
): Record<ServiceName, Record<string, string>> {
  const [accessTokens, gateway, orders] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
  const url = (from: ServiceName, to: ServiceName) => `http://127.0.0.1:${link(from, to)}/graphql`;
  const common = (name: ServiceName): Record<string, string> => ({
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(ports[name]),
    LOG_LEVEL: 'error',
    RATE_LIMITS: 'off',
    APOLLO_TELEMETRY_DISABLED: '1',
    REDIS_URL: `redis://127.0.0.1:${link(name, 'redis')}`,
  });
  const subgraph = (name: ServiceName): Record<string, string> => ({
    ...common(name),
    MONGODB_URI: `mongodb://127.0.0.1:${link(name, 'database')}`,
    TRUSTED_SERVICE_KEYS: JSON.stringify({ keys: [gateway.publicJwk, orders.publicJwk] }),
    DATA_DIR: `${dataDirectory}/${name}`,
  });
  return {
    users: {
      ...subgraph('users'),
      JWT_PRIVATE_KEY: oneLine(accessTokens),
      REFRESH_TOKEN_KEY: randomBytes(32).toString('base64url'),
      DEMO_PASSWORD: 'swiftcart-demo-1',
      // Clients of this run sign in once: sessions are not what it is about.
      ACCESS_TOKEN_TTL_SECONDS: '86400',
    },
    catalog: { ...subgraph('catalog'), CATALOG_UPKEEP_INTERVAL_MS: '2000' },
    orders: {
      ...subgraph('orders'),
      SERVICE_PRIVATE_KEY: oneLine(orders),
      USERS_URL: url('orders', 'users'),
      CATALOG_URL: url('orders', 'catalog'),
      DELIVERY_URL: url('orders', 'delivery'),
      UNPAID_ORDER_EXPIRY_MINUTES: '1',
      MAX_UNPAID_ORDERS: '3',
    },
    delivery: { ...subgraph('delivery'), RIDER_MAX_ACTIVE: '30', DELIVERY_HOUSEKEEPING_MS: '2000' },
    gateway: {
      ...common('gateway'),
      SERVICE_PRIVATE_KEY: oneLine(gateway),
      JWKS_URL: `http://127.0.0.1:${link('gateway', 'users')}/.well-known/jwks.json`,
      USERS_URL: url('gateway', 'users'),
      CATALOG_URL: url('gateway', 'catalog'),
      ORDERS_URL: url('gateway', 'orders'),
      DELIVERY_URL: url('gateway', 'delivery'),
    },
  };
}

const oneLine = ({ privateKeyPem }: KeyPair): string => privateKeyPem.trim().replaceAll('\n', '\\n');
