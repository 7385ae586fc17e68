import type { EnvReader } from '@swiftcart/service';
import { type AttemptLimit, attemptLimits, type LimitKind } from './ports/attempt-limits.ts';

/** What an operator of the shop may set about accounts. */
export interface UsersConfig {
  /** `iss` of access tokens. */
  issuer: string;
  /** `aud` of access tokens. */
  audience: string;
  accessTokenTtlSeconds: number;
  /** From the last refresh on. */
  refreshTokenTtlSeconds: number;
  /** False switches every limiter of this part off, for load tests; refused in production. */
  rateLimits: boolean;
  limits: Readonly<Record<LimitKind, AttemptLimit>>;
  /** smtp:// or smtps://; without it e-mails go to the log and to `<data directory>/outbox`. */
  smtpUrl?: string | undefined;
  /** Webhook that sends SMS; without it codes go to the log and to `<data directory>/outbox`, never in production. */
  smsUrl?: string | undefined;
  mailFrom: string;
  /** Where the shop's pages are; e-mails then link to them instead of only naming the token. */
  shopUrl?: string | undefined;
  /** Attempts are counted here when several processes share the work, else in memory. */
  redisUrl?: string | undefined;
  /** Hashes codes and derives refresh tokens; by default derived from the signing key. */
  refreshKey?: string | undefined;
}

/** Reads it from the environment; absent means default, malformed is collected by the reader. */
export function readUsersConfig(env: EnvReader): UsersConfig {
  const rateLimits = env.string('RATE_LIMITS', { default: 'on', oneOf: ['on', 'off'] }) === 'on';
  const refreshKey =
    env.optionalString('REFRESH_TOKEN_KEY') === undefined
      ? undefined
      : env.string('REFRESH_TOKEN_KEY', { minLength: 32 });
  const limits = Object.fromEntries(
    Object.entries(attemptLimits).map(([kind, limit]) => [
      kind,
      { ...limit, points: env.integer(limit.variable, { default: limit.points, min: 1, max: 1_000_000 }) },
    ]),
  ) as Record<LimitKind, AttemptLimit>;
  return {
    issuer: env.string('JWT_ISSUER', { default: 'swiftcart' }),
    audience: env.string('JWT_AUDIENCE', { default: 'swiftcart-api' }),
    accessTokenTtlSeconds: env.integer('ACCESS_TOKEN_TTL_SECONDS', { default: 900, min: 5, max: 86_400 }),
    refreshTokenTtlSeconds: env.integer('REFRESH_TOKEN_TTL_SECONDS', { default: 2_592_000, min: 60, max: 31_536_000 }),
    rateLimits,
    limits,
    smtpUrl: env.optionalUrl('SMTP_URL', { protocols: ['smtp', 'smtps'] }),
    smsUrl: env.optionalUrl('SMS_URL', { protocols: ['http', 'https'] }),
    mailFrom: env.string('MAIL_FROM', { default: 'Swiftcart <no-reply@swiftcart.test>' }),
    shopUrl: env.optionalUrl('SHOP_URL', { protocols: ['http', 'https'] }),
    redisUrl: env.optionalUrl('REDIS_URL', { protocols: ['redis', 'rediss'] }),
    refreshKey,
  };
}
