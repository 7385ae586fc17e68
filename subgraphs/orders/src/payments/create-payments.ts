import type { HttpRoute } from '@swiftcart/service';
import type { PaymentsConfig } from '../config.ts';
import type { ProcessContext } from '../process-context.ts';
import type { Store } from '../store/store.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { createSimulatedProvider } from './simulated-provider.ts';

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
    case 'stripe':
      return { provider: null, routes: () => [] };
    default:
      return config satisfies never;
  }
}
