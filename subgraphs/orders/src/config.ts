import type { EnvReader } from '@swiftcart/service';
import type { Fees } from './domain/bill.ts';

/** Limits, fees and clocks of this subgraph; amounts in minor units, each environment name carries its unit. */
export interface OrdersConfig {
  readonly fees: Fees;
  /** Different products in one cart. */
  readonly maxCartLines: number;
  readonly guestCartTtlDays: number;
  readonly unpaidExpiryMinutes: number;
  /** Orders waiting for payment that one customer may have at once. */
  readonly maxUnpaidOrders: number;
  readonly maxTipMinor: number;
  /** Pincodes or their beginnings that the store serves; empty means all of six digits. */
  readonly serviceablePincodes: readonly string[];
  readonly payments: PaymentsConfig;
  /** How long a worker may be silent before a sweeper takes its order over. */
  readonly sagaLeaseMs: number;
  readonly sweepIntervalMs: number;
  /** How long a confirmed order waits for a word of delivery before delivery is told again. */
  readonly deliveryReminderMs: number;
  /** For tests that kill the process: the saga step after which it dies. Refused in production. */
  readonly crashAfter: string | null;
}

export type PaymentsConfig =
  | { readonly provider: 'none' }
  | { readonly provider: 'simulated' }
  | {
      readonly provider: 'stripe';
      readonly secretKey: string;
      /** Signs what Stripe tells us; without it the webhook route answers 404. */
      readonly webhookSecret: string | null;
      /** Another host speaking Stripe's protocol, for tests and mirrors. */
      readonly apiUrl: string | null;
      readonly timeoutMs: number;
    };

/** Reads the orders part of the environment. Malformed values and contradictions are collected by the reader. */
export function readOrdersConfig(env: EnvReader, { isProduction }: { isProduction: boolean }): OrdersConfig {
  const minor = (name: string, fallback: number) => env.integer(name, { default: fallback, min: 0, max: 100_000_000 });
  const crashAfter = env.optionalString('SWIFTCART_CRASH_AFTER') ?? null;
  if (crashAfter !== null && isProduction) {
    env.problem('SWIFTCART_CRASH_AFTER kills the process on purpose and is refused when NODE_ENV is production');
  }
  return {
    fees: {
      minimumOrderMinor: minor('MINIMUM_ORDER_MINOR', 0),
      freeDeliveryFromMinor: minor('FREE_DELIVERY_FROM_MINOR', 19_900),
      deliveryFeeMinor: minor('DELIVERY_FEE_MINOR', 2_500),
      handlingFeeMinor: minor('HANDLING_FEE_MINOR', 400),
    },
    maxCartLines: env.integer('MAX_CART_LINES', { default: 50, min: 1, max: 100 }),
    guestCartTtlDays: env.integer('GUEST_CART_TTL_DAYS', { default: 30, min: 1, max: 365 }),
    unpaidExpiryMinutes: env.integer('UNPAID_ORDER_EXPIRY_MINUTES', { default: 10, min: 1, max: 25 }),
    maxUnpaidOrders: env.integer('MAX_UNPAID_ORDERS', { default: 3, min: 1, max: 100 }),
    maxTipMinor: minor('MAX_TIP_MINOR', 100_000),
    serviceablePincodes: env.list('SERVICEABLE_PINCODES', { default: [] }),
    payments: readPayments(env, isProduction),
    sagaLeaseMs: env.integer('SAGA_LEASE_MS', { default: 10_000, min: 100, max: 25_000 }),
    sweepIntervalMs: env.integer('SAGA_SWEEP_INTERVAL_MS', { default: 1_000, min: 20, max: 10_000 }),
    deliveryReminderMs: env.integer('DELIVERY_REMINDER_MS', { default: 20_000, min: 100, max: 600_000 }),
    crashAfter,
  };
}

function readPayments(env: EnvReader, isProduction: boolean): PaymentsConfig {
  const secretKey = env.optionalString('STRIPE_SECRET_KEY');
  // Without a provider a production shop takes cash only: pretended card payments must be asked for by name.
  const fallback = secretKey ? 'stripe' : isProduction ? 'none' : 'simulated';
  const provider = env.string('PAYMENT_PROVIDER', { default: fallback, oneOf: ['none', 'simulated', 'stripe'] });
  if (provider !== 'stripe') return provider === 'none' ? { provider } : { provider: 'simulated' };
  if (!secretKey) env.problem('PAYMENT_PROVIDER is stripe, so STRIPE_SECRET_KEY is required');
  return {
    provider: 'stripe',
    secretKey: secretKey ?? '',
    webhookSecret: env.optionalString('STRIPE_WEBHOOK_SECRET') ?? null,
    apiUrl: env.optionalUrl('STRIPE_API_URL', { protocols: ['http', 'https'] }) ?? null,
    timeoutMs: env.integer('STRIPE_TIMEOUT_MS', { default: 8_000, min: 100, max: 60_000 }),
  };
}
