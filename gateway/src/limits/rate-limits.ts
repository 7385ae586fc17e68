import { codedError } from '@swiftcart/graphql';
import type { Logger } from '@swiftcart/service';
import { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../auth/caller.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';
import { clientNetwork } from './client-network.ts';
import { countRootFields } from './operation-cost.ts';

export interface RateLimitSettings {
  readonly isOn: boolean;
  readonly windowSeconds: number;
  /** Cost that one user may spend in a window; anonymous callers share their address's. */
  readonly viewerCost: number;
  /** Cost that one address may spend in a window: higher, because many users may share it. */
  readonly addressCost: number;
  /** Calls of single root fields in a window for one address, aliases counted one by one. */
  readonly fields: Readonly<Record<string, number>>;
  /** Where counts are shared between gateways; undefined counts in this process. */
  readonly redisUrl?: string | undefined;
}

/** On, with room for a household behind one address and for a whole office of viewers. */
export const defaultRateLimits: RateLimitSettings = {
  isOn: true,
  windowSeconds: 60,
  viewerCost: 200_000,
  addressCost: 1_000_000,
  fields: {},
};

/** What is left after an operation, as the RateLimit headers say it. */
export interface RateLimitState {
  readonly policy: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** Refused because too much was asked in too short a time. */
export class RateLimitedError extends OperationRefusedError {
  readonly state: RateLimitState;
  constructor(state: RateLimitState) {
    super([
      codedError('RATE_LIMITED', 'Too many requests: try again later.', { retryAfterSeconds: state.resetSeconds }),
    ]);
    this.state = state;
  }
}

export interface RateLimits extends AsyncDisposable {
  /** Spends an operation's cost. Throws RateLimitedError. Undefined when rate limits are off. */
  spend(
    prepared: PreparedOperation,
    cost: number,
    caller: Caller,
    address: string,
  ): Promise<RateLimitState | undefined>;
}

/**
 * Limits by cost, per viewer and per address. With Redis the counts are shared; while Redis is down each gateway counts
 * for itself. Resolves once Redis was reached, or was found not to be: the first requests would count apart otherwise.
 */
export async function createRateLimits(settings: RateLimitSettings, logger: Logger): Promise<RateLimits> {
  const { windowSeconds } = settings;
  const redis = settings.isOn && settings.redisUrl !== undefined ? await connect(settings.redisUrl, logger) : undefined;
  const limiter = (name: string, points: number): RateLimiterAbstract => {
    const options = { keyPrefix: `gateway:${name}`, points, duration: windowSeconds };
    const local = new RateLimiterMemory(options);
    return redis === undefined
      ? local
      : new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter: local });
  };
  const viewers = limiter('viewer', settings.viewerCost);
  const addresses = limiter('address', settings.addressCost);
  const fields = new Map(
    Object.entries(settings.fields).map(([name, calls]) => [name, { calls, limiter: limiter(`field:${name}`, calls) }]),
  );

  async function consume(policy: string, source: RateLimiterAbstract, limit: number, key: string, points: number) {
    const stateOf = (result: RateLimiterRes): RateLimitState => ({
      policy,
      limit,
      windowSeconds,
      remaining: Math.max(0, result.remainingPoints),
      resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
    });
    try {
      return stateOf(await source.consume(key, points));
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) throw new RateLimitedError(stateOf(refusal));
      throw refusal;
    }
  }

  return {
    async spend(prepared, cost, caller, clientAddress) {
      if (!settings.isOn) return undefined;
      const address = clientNetwork(clientAddress);
      for (const [name, count] of countRootFields(prepared, fields)) {
        const rule = fields.get(name);
        if (rule !== undefined) await consume(`field-${name}`, rule.limiter, rule.calls, address, count);
      }
      const points = Math.max(1, Math.ceil(cost));
      const ofAddress = await consume('address', addresses, settings.addressCost, address, points);
      if (caller.viewer.kind !== 'user') return ofAddress;
      return consume('viewer', viewers, settings.viewerCost, caller.viewer.userId, points);
    },
    async [Symbol.asyncDispose]() {
      redis?.disconnect();
    },
  };
}

/** How long a start waits for Redis; without an answer it goes on, and Redis joins in when it can. */
const firstConnectMs = 2_000;

async function connect(url: string, logger: Logger): Promise<Redis> {
  // Commands fail at once while the connection is down, so that the local limiter takes over without a wait.
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    lazyConnect: false,
    // A Redis that is reached but says nothing must not hold requests: the command is given up, then the connection.
    commandTimeout: 250,
    socketTimeout: 1_000,
  });
  redis.on('error', (error) => logger.warn({ err: error }, 'rate limits are counted locally: Redis is not reachable'));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, firstConnectMs);
    for (const event of ['ready', 'error'] as const) {
      redis.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
  return redis;
}
