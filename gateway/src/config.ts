import type { EnvReader } from '@swiftcart/service';
import { gatewayLimits, type Limits } from './limits/limits.ts';

/** What the gateway reads from the environment, by itself (main.ts) and inside the shop's one process alike. */
export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly isProduction: boolean;
  readonly corsOrigins: readonly string[];
  readonly forwardHeaders: readonly string[];
  readonly trustedProxies: number;
  readonly limits: Limits;
}

/** Reads the gateway's settings. Malformed values are reported together by the reader's `assertValid`. */
export function readGatewayConfig(env: EnvReader): GatewayConfig {
  const isProduction = env.string('NODE_ENV', { default: 'development' }) === 'production';
  return {
    isProduction,
    host: env.string('HOST', { default: isProduction ? '0.0.0.0' : '127.0.0.1' }),
    port: env.integer('PORT', { default: 4000, min: 0, max: 65_535 }),
    corsOrigins: env.list('CORS_ORIGINS', { default: [] }),
    forwardHeaders: env.list('FORWARD_HEADERS', { default: ['x-cart-token'] }).map((name) => name.toLowerCase()),
    trustedProxies: env.integer('TRUSTED_PROXIES', { default: 0, min: 0, max: 10 }),
    limits: readLimits(env),
  };
}

function readLimits(env: EnvReader): Limits {
  const limits: Record<string, number> = {};
  for (const { key, env: name, default: value, min } of gatewayLimits) {
    limits[key] = env.integer(name, { default: value, min });
  }
  return limits as unknown as Limits;
}
