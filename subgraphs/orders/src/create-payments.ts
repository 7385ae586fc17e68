import type { HttpRoute } from '@swiftcart/service';
import type { PaymentsConfig } from './config.ts';
import type { PaymentProvider } from './payments/payment-provider.ts';
import { createSimulatedProvider } from './payments/simulated-provider.ts';
import { createStripeClient, createStripeProvider } from './payments/stripe-provider.ts';
import type { ProcessContext } from './process-context.ts';
import type { Store } from './store/store.ts';
import { createStripeWebhook } from './webhooks/stripe-webhook.ts';

export interface Payments {
  /** Null where only cash on delivery is taken. */
  readonly provider: PaymentProvider | null;
  /** What the provider calls by itself. */
  routes(context: ProcessContext): readonly HttpRoute[];
}

/** The configured payment provider. */
export function createPayments(config: PaymentsConfig, store: Store, now: () => Date): Payments {
  switch (config.provider) {
    case 'none':
      return { provider: null, routes: () => [] };
    case 'simulated':
      return { provider: createSimulatedProvider(store.simulatedPayments, now), routes: () => [] };
    case 'stripe': {
      const stripe = createStripeClient(config);
      const { webhookSecret } = config;
      return {
        provider: createStripeProvider(stripe),
        routes: (context) => (webhookSecret ? [createStripeWebhook(stripe, webhookSecret, context)] : []),
      };
    }
    default:
      return config satisfies never;
  }
}
