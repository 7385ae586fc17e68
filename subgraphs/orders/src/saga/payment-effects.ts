import { paymentVoided } from '../domain/cancellation.ts';
import { paymentCollected } from '../domain/completion.ts';
import type { Order, OrderChange } from '../domain/order.ts';
import { attemptKey, currentAttempt, type PaymentAttempt } from '../domain/payment.ts';
import { type ChargeResult, chargeAnswered } from '../domain/placement.ts';
import { type PaymentProvider, PaymentProviderError, type ProviderPayment } from '../payments/payment-provider.ts';
import type { ProcessContext } from '../process-context.ts';

/** Charges the current attempt once, whatever is repeated: the provider knows it by the order id and its number. */
export async function chargePayment(context: ProcessContext, order: Order): Promise<OrderChange> {
  const attempt = currentAttempt(order.payment);
  const won = await letGoOfEarlier(context, order, attempt);
  if (won) return chargeAnswered(order, resultOf(won.payment), won.attempt);
  if (attempt.method === 'COD') return chargeAnswered(order, { state: 'cashOnDelivery' });
  const provider = requireProvider(context);
  const opened = verified(order, await open(provider, order, attempt));
  context.crashPoint('chargePayment.opened');
  const charged = opened.state === 'created' ? await charge(provider, opened.reference, attempt.token) : opened;
  return chargeAnswered(order, resultOf(verified(order, charged)));
}

/** After the customer acted at the provider: its word counts, about this reference, amount and order. */
export async function settlePayment(context: ProcessContext, order: Order): Promise<OrderChange> {
  const attempt = currentAttempt(order.payment);
  if (!attempt.reference) return {};
  const payment = await requireProvider(context).complete(attempt.reference);
  if (!payment) throw new PaymentProviderError(`the provider does not know ${attempt.reference}`);
  return chargeAnswered(order, resultOf(verified(order, payment)));
}

/** Lets go of every attempt of an order that has ended; a capture that won the race is found here. */
export async function voidPayment(context: ProcessContext, order: Order): Promise<OrderChange> {
  const provider = context.payments;
  let found: 'cancelled' | 'captured' = 'cancelled';
  for (const attempt of order.payment.attempts) {
    if (attempt.method === 'COD' || !provider) continue;
    // Opening is idempotent: a charge still on its way finds the payment cancelled.
    const opened = await open(provider, order, attempt);
    const ended = opened.state === 'cancelled' ? opened : await provider.cancel(opened.reference);
    if (ended.state !== 'captured') continue;
    found = 'captured';
    order = { ...order, payment: { ...order.payment, providerReference: ended.reference, method: attempt.method } };
  }
  return paymentVoided(order, found, context.now());
}

/** Cash has been handed over at the door, or the authorised amount is captured now. */
export async function collectPayment(context: ProcessContext, order: Order): Promise<OrderChange> {
  const { method, status, providerReference } = order.payment;
  if (method === 'COD' || status !== 'AUTHORIZED' || !providerReference) return paymentCollected(order);
  const payment = await requireProvider(context).capture(providerReference);
  if (payment.state !== 'captured')
    throw new PaymentProviderError(`capture of ${providerReference} left it ${payment.state}`);
  return paymentCollected(order);
}

/** Asks the provider for each promised refund, by the refund's id; cash is given back by hand. */
export async function settleRefunds(
  context: ProcessContext,
  order: Order,
): Promise<ReadonlyMap<string, 'SETTLED' | 'FAILED'>> {
  const answers = new Map<string, 'SETTLED' | 'FAILED'>();
  const { method, providerReference, refunds } = order.payment;
  for (const refund of refunds) {
    if (refund.status !== 'PENDING') continue;
    const isCash = method === 'COD' || !providerReference;
    const request = { reference: providerReference ?? '', amount: refund.amount, key: refund._id };
    answers.set(refund._id, isCash ? 'SETTLED' : await requireProvider(context).refund(request));
  }
  return answers;
}

/** Earlier attempts are cancelled before a new one may charge; one that was captured after all pays for the order. */
async function letGoOfEarlier(context: ProcessContext, order: Order, current: PaymentAttempt) {
  for (const attempt of order.payment.attempts) {
    if (attempt.number === current.number || attempt.method === 'COD' || !context.payments) continue;
    const opened = await open(context.payments, order, attempt);
    const payment = opened.state === 'cancelled' ? opened : await context.payments.cancel(opened.reference);
    if (payment.state === 'captured') return { payment: verified(order, payment), attempt };
  }
  return null;
}

const open = (provider: PaymentProvider, order: Order, attempt: PaymentAttempt): Promise<ProviderPayment> =>
  provider.open({
    key: attemptKey(order._id, attempt),
    orderId: order._id,
    amount: order.payment.amount,
    method: attempt.method,
    token: attempt.token,
  });

/** A charge whose answer was lost is settled by asking; still unknown is left for the next try. */
async function charge(provider: PaymentProvider, reference: string, token: string | null): Promise<ProviderPayment> {
  try {
    return await provider.charge(reference, token);
  } catch (error) {
    const payment = await provider.find(reference);
    if (payment && payment.state !== 'created' && payment.state !== 'processing') return payment;
    throw error;
  }
}

/** An answer about another order or amount is garbage, and garbage proves nothing. */
function verified(order: Order, payment: ProviderPayment): ProviderPayment {
  if (payment.orderId !== order._id || payment.amount !== order.payment.amount) {
    throw new PaymentProviderError(`the provider's answer about ${payment.reference} does not fit order ${order._id}`);
  }
  return payment;
}

function resultOf(payment: ProviderPayment): ChargeResult {
  const { reference, clientSecret } = payment;
  switch (payment.state) {
    case 'captured':
    case 'authorized':
      return { state: payment.state, reference };
    case 'needsCustomer':
      return { state: 'needsCustomer', reference, clientSecret };
    case 'declined':
    case 'cancelled':
      return { state: 'declined', reference, reason: payment.failureReason ?? 'The payment was declined.' };
    case 'created':
    case 'processing':
      throw new PaymentProviderError(`payment ${reference} is still ${payment.state}`);
    default:
      return payment.state satisfies never;
  }
}

function requireProvider(context: ProcessContext): PaymentProvider {
  if (!context.payments) throw new PaymentProviderError('no payment provider is configured');
  return context.payments;
}
