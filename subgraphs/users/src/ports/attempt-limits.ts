import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** So many attempts in so long. */
export interface AttemptLimit {
  points: number;
  windowSeconds: number;
  /** The environment variable that sets `points`. */
  variable: string;
}

/** Per account against guessing one password, per address against trying one password everywhere. Addresses are shared by offices and mobile carriers, so those limits are wide. */
export const attemptLimits = {
  loginPerAccount: { points: 10, windowSeconds: 900, variable: 'LOGIN_ATTEMPTS_PER_ACCOUNT' },
  loginPerAddress: { points: 100, windowSeconds: 900, variable: 'LOGIN_ATTEMPTS_PER_ADDRESS' },
  registerPerAddress: { points: 120, windowSeconds: 600, variable: 'REGISTRATIONS_PER_ADDRESS' },
  otpPerPhone: { points: 10, windowSeconds: 3_600, variable: 'OTP_REQUESTS_PER_PHONE' },
  otpPerAddress: { points: 60, windowSeconds: 3_600, variable: 'OTP_REQUESTS_PER_ADDRESS' },
  codePerAddress: { points: 100, windowSeconds: 900, variable: 'OTP_ATTEMPTS_PER_ADDRESS' },
  resetPerAddress: { points: 60, windowSeconds: 3_600, variable: 'PASSWORD_RESETS_PER_ADDRESS' },
  tokenPerAddress: { points: 300, windowSeconds: 900, variable: 'TOKEN_ATTEMPTS_PER_ADDRESS' },
} as const satisfies Record<string, AttemptLimit>;

export type LimitKind = keyof typeof attemptLimits;

/** One thing that is counted; without a key (the caller's address is unknown) nothing is. */
export type Counted = readonly [kind: LimitKind, key: string | undefined];

export interface AttemptLimits extends AsyncDisposable {
  /** Counts the attempt under every key. Milliseconds to wait when one of them is over its limit, else 0. */
  take(...counted: readonly Counted[]): Promise<number>;
  /** The attempt was a success and does not count after all. */
  giveBack(kind: LimitKind, key: string | undefined): Promise<void>;
  /** Forgets the attempts under a key. */
  forget(kind: LimitKind, key: string): Promise<void>;
}

/** How long a start waits for Redis; without an answer it goes on, and Redis joins in when it can. */
const firstConnectMs = 2_000;

/** With `limits` undefined nothing is limited. With Redis all processes count together; while it is away each counts alone. */
export async function createAttemptLimits({ limits, redisUrl, onError }: AttemptLimitsOptions): Promise<AttemptLimits> {
  const redis =
    redisUrl === undefined || limits === undefined
      ? undefined
      : new Redis(redisUrl, {
          lazyConnect: true,
          enableOfflineQueue: false,
          maxRetriesPerRequest: 1,
          // A Redis that is reached but says nothing must hold nobody: the command is given up, then the connection.
          commandTimeout: 250,
          socketTimeout: 1_000,
        });
  redis?.on('error', onError);
  // Without this the first attempts of a fresh process would be counted apart. It goes on trying by itself.
  await Promise.race([redis?.connect().catch(onError), sleep(firstConnectMs, undefined, { ref: false })]);
  const limiters = new Map(
    Object.entries(limits ?? {}).map(([kind, { points, windowSeconds }]) => {
      const memory = new RateLimiterMemory({ keyPrefix: `users:${kind}`, points, duration: windowSeconds });
      const shared = { keyPrefix: `users:${kind}`, points, duration: windowSeconds, insuranceLimiter: memory };
      return [
        kind as LimitKind,
        redis === undefined ? memory : new RateLimiterRedis({ ...shared, storeClient: redis }),
      ];
    }),
  );
  return {
    async take(...counted) {
      const waits = counted.map(async ([kind, key]) => {
        const limiter = limiters.get(kind);
        if (limiter === undefined || key === undefined) return 0;
        try {
          await limiter.consume(hidden(key));
          return 0;
        } catch (error) {
          if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
          throw error;
        }
      });
      return Math.max(0, ...(await Promise.all(waits)));
    },
    async giveBack(kind, key) {
      if (key !== undefined) await limiters.get(kind)?.reward(hidden(key));
    },
    async forget(kind, key) {
      await limiters.get(kind)?.delete(hidden(key));
    },
    async [Symbol.asyncDispose]() {
      redis?.disconnect();
    },
  };
}

export interface AttemptLimitsOptions {
  limits: Readonly<Record<LimitKind, AttemptLimit>> | undefined;
  redisUrl: string | undefined;
  onError(error: Error): void;
}

/** E-mails, phones and addresses are not kept as keys, and a key of any length becomes a short one. */
function hidden(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 32);
}
