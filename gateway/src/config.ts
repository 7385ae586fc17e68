import type { EnvReader } from '@swiftcart/service';
import type { PersistedOperationSettings } from './http/persisted-operations.ts';
import { gatewayLimits, type Limits } from './limits/limits.ts';
import { defaultRateLimits, type RateLimitSettings } from './limits/rate-limits.ts';

/** What the gateway reads from the environment, by itself (main.ts) and inside the shop's one process alike. */
export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly isProduction: boolean;
  readonly corsOrigins: readonly string[];
  readonly forwardHeaders: readonly string[];
  readonly trustedProxies: number;
  readonly limits: Limits;
  readonly subgraphDeadlinesMs: Readonly<Record<string, number>>;
  readonly rateLimits: Partial<RateLimitSettings>;
  readonly redisUrl: string | undefined;
  readonly persistedOperations: PersistedOperationSettings;
  readonly onDeniedQuery: 'null' | 'refuse';
  readonly exposeSubgraphNames: boolean;
}

/** Reads the gateway's settings. Malformed values are reported together by the reader's `assertValid`. */
export function readGatewayConfig(env: EnvReader): GatewayConfig {
  const isProduction = env.string('NODE_ENV', { default: 'development' }) === 'production';
  return {
    isProduction,
    host: env.string('HOST', { default: isProduction ? '0.0.0.0' : '127.0.0.1' }),
    port: env.integer('PORT', { default: 4000, min: 0, max: 65_535 }),
    corsOrigins: env.list('CORS_ORIGINS', { default: isProduction ? [] : developmentOrigins }),
    forwardHeaders: env.list('FORWARD_HEADERS', { default: ['x-cart-token'] }).map((name) => name.toLowerCase()),
    trustedProxies: env.integer('TRUSTED_PROXIES', { default: 0, min: 0, max: 10 }),
    limits: readLimits(env),
    subgraphDeadlinesMs: readPairs(env, 'SUBGRAPH_DEADLINES_MS'),
    rateLimits: readRateLimits(env, isProduction),
    redisUrl: env.optionalUrl('REDIS_URL', { protocols: ['redis', 'rediss'] }),
    persistedOperations: readPersistedOperations(env),
    exposeSubgraphNames: env.flag('EXPOSE_SUBGRAPH_NAMES', { default: false }),
    onDeniedQuery: env.string('UNAUTHORIZED_FIELDS', { default: 'null', oneOf: ['null', 'refuse'] }) as
      | 'null'
      | 'refuse',
  };
}

/** Where front ends are usually served while they are developed, and Apollo's Studio. */
const developmentOrigins = [
  'http://localhost:3000',
  'http://localhost:5173',
  'http://127.0.0.1:5173',
  'https://studio.apollographql.com',
];

function readRateLimits(env: EnvReader, isProduction: boolean): Partial<RateLimitSettings> {
  const isOn = env.flag('RATE_LIMITS', { default: true });
  if (!isOn && isProduction) env.problem('RATE_LIMITS must not be off in production');
  const fields = readPairs(env, 'RATE_LIMIT_FIELDS');
  return {
    isOn,
    windowSeconds: env.integer('RATE_LIMIT_WINDOW_SECONDS', { default: defaultRateLimits.windowSeconds, min: 1 }),
    viewerCost: env.integer('RATE_LIMIT_VIEWER_COST', { default: defaultRateLimits.viewerCost, min: 1 }),
    addressCost: env.integer('RATE_LIMIT_ADDRESS_COST', { default: defaultRateLimits.addressCost, min: 1 }),
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
  };
}

function readPersistedOperations(env: EnvReader): PersistedOperationSettings {
  const safelist = env.string('PERSISTED_OPERATIONS', { default: 'off', oneOf: ['off', 'prefer', 'only'] });
  const manifestPath = env.optionalString('PERSISTED_OPERATIONS_PATH');
  if (safelist !== 'off' && manifestPath === undefined) {
    env.problem(`PERSISTED_OPERATIONS=${safelist} needs PERSISTED_OPERATIONS_PATH`);
  }
  return { safelist: safelist as PersistedOperationSettings['safelist'], manifestPath };
}

/** `name=number,name=number`. */
function readPairs(env: EnvReader, name: string): Record<string, number> {
  const pairs: Record<string, number> = {};
  for (const entry of env.list(name, { default: [] })) {
    const [key = '', text = ''] = entry.split('=').map((part) => part.trim());
    const value = Number(text);
    if (key === '' || !Number.isSafeInteger(value) || value < 1)
      env.problem(`${name} must look like name=number,name=number`);
    else pairs[key] = value;
  }
  return pairs;
}

function readLimits(env: EnvReader): Limits {
  const limits: Record<string, number> = {};
  for (const { key, env: name, default: value, min } of gatewayLimits) {
    limits[key] = env.integer(name, { default: value, min });
  }
  return limits as unknown as Limits;
}
