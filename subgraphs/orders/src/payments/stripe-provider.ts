import Stripe from 'stripe';
import type { PaymentsConfig } from '../config.ts';
import {
  type PaymentProvider,
  PaymentProviderError,
  type ProviderPayment,
  type ProviderState,
} from './payment-provider.ts';

type StripeConfig = Extract<PaymentsConfig, { provider: 'stripe' }>;

/** A client that repeats nothing by itself: the saga repeats, under keys of its own. */
export function createStripeClient(config: StripeConfig): Stripe {
  const api = config.apiUrl === null ? null : new URL(config.apiUrl);
  return new Stripe(config.secretKey, {
    timeout: config.timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    ...(api
      ? {
          host: api.hostname,
          port: api.port || (api.protocol === 'https:' ? 443 : 80),
          protocol: api.protocol === 'https:' ? 'https' : 'http',
        }
      : {}),
  });
}

/** Stripe's PaymentIntents behind our interface. Opening and refunding carry idempotency keys that derive from the order. */
export function createStripeProvider(stripe: Stripe): PaymentProvider {
  const retrieve = async (reference: string): Promise<ProviderPayment> =>
    asProviderPayment(await known(() => stripe.paymentIntents.retrieve(reference)));

  return {
    async open({ key, orderId, amount, method }) {
      const intent = await known(() =>
        stripe.paymentIntents.create(
          {
            amount,
            currency: 'inr',
            automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
            metadata: { orderId, method },
          },
          { idempotencyKey: `open:${key}` },
        ),
      );
      // A replayed answer shows the payment as it was when it was made, not as it is.
      return intent.lastResponse.headers['idempotent-replayed'] === 'true'
        ? retrieve(intent.id)
        : asProviderPayment(intent);
    },

    async charge(reference, token) {
      // Without a token the customer enters his card into Stripe's own form, with the client secret.
      if (!token) return waitingForCustomer(await retrieve(reference));
      try {
        // No key: a PaymentIntent is captured once whatever is repeated, and a key would replay a 500 for a day.
        return asProviderPayment(await stripe.paymentIntents.confirm(reference, { payment_method: token }));
      } catch (error) {
        return afterRefusal(error, reference);
      }
    },

    async find(reference) {
      try {
        return await retrieve(reference);
      } catch (error) {
        if (error instanceof PaymentProviderError && isMissing(error.cause)) return null;
        throw error;
      }
    },

    async complete(reference) {
      const payment = await this.find(reference);
      return payment && waitingForCustomer(payment);
    },

    async cancel(reference) {
      try {
        return asProviderPayment(await stripe.paymentIntents.cancel(reference));
      } catch (error) {
        // Captured, or cancelled before: asking tells which.
        if (error instanceof Stripe.errors.StripeInvalidRequestError) return retrieve(reference);
        throw unknownOutcome(error);
      }
    },

    async capture(reference) {
      try {
        return asProviderPayment(await stripe.paymentIntents.capture(reference));
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError) return retrieve(reference);
        throw unknownOutcome(error);
      }
    },

    async refund({ reference, amount, key }) {
      try {
        const options = { idempotencyKey: `refund:${key}` };
        const refund = await stripe.refunds.create({ payment_intent: reference, amount, metadata: { key } }, options);
        return refundOutcome(refund);
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError) return 'FAILED';
        throw unknownOutcome(error);
      }
    },
  };

  /** A refused card is an answer; a payment in another state than expected is asked about; the rest is unknown. */
  async function afterRefusal(error: unknown, reference: string): Promise<ProviderPayment> {
    if (error instanceof Stripe.errors.StripeCardError) {
      const payment = await retrieve(reference);
      return { ...payment, state: 'declined', failureReason: error.message };
    }
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw unknownOutcome(error);
    const payment = await retrieve(reference);
    return payment.state === 'created' ? { ...payment, state: 'declined', failureReason: error.message } : payment;
  }
}

const states: Readonly<Record<Stripe.PaymentIntent.Status, ProviderState>> = {
  requires_payment_method: 'created',
  requires_confirmation: 'created',
  requires_action: 'needsCustomer',
  processing: 'processing',
  requires_capture: 'authorized',
  succeeded: 'captured',
  canceled: 'cancelled',
};

function asProviderPayment(intent: Stripe.PaymentIntent): ProviderPayment {
  const state = states[intent.status];
  if (!state || typeof intent.id !== 'string' || !Number.isSafeInteger(intent.amount)) {
    throw new PaymentProviderError('the provider answered something that is no payment');
  }
  const failureReason = intent.last_payment_error?.message ?? null;
  return {
    reference: intent.id,
    orderId: intent.metadata?.['orderId'] ?? null,
    amount: intent.amount,
    state: state === 'created' && intent.last_payment_error ? 'declined' : state,
    clientSecret: intent.client_secret,
    failureReason,
  };
}

/** A refund on its way to the customer's bank counts as given. */
function refundOutcome({ status }: Stripe.Refund): 'SETTLED' | 'FAILED' {
  switch (status) {
    case 'failed':
    case 'canceled':
      return 'FAILED';
    case 'succeeded':
    case 'pending':
    case 'requires_action':
      return 'SETTLED';
    default:
      throw new PaymentProviderError('the provider answered something that is no refund');
  }
}

const waitingForCustomer = (payment: ProviderPayment): ProviderPayment =>
  payment.state === 'created' ? { ...payment, state: 'needsCustomer' } : payment;

/** Runs a call whose failure says nothing about the payment. */
async function known<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw unknownOutcome(error);
  }
}

function unknownOutcome(error: unknown): PaymentProviderError {
  if (error instanceof PaymentProviderError) return error;
  return new PaymentProviderError('the provider could not be asked', { cause: error });
}

const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
