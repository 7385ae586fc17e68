import { createHash, randomBytes } from 'node:crypto';
import type { SimulatedPayment, SimulatedPaymentStore, SimulatedState } from '../store/simulated-payments.ts';
import { type PaymentProvider, PaymentProviderError, type ProviderPayment } from './payment-provider.ts';

/** What each test token does when it is charged. Anything else is declined, as an unknown card would be. */
const outcomes: Readonly<Record<string, { state: SimulatedState; reason?: string; isAnswerLost?: boolean }>> = {
  sim_approve: { state: 'captured' },
  sim_decline: { state: 'declined', reason: 'The card was declined.' },
  sim_confirm: { state: 'needsCustomer' },
  // The money is taken and the answer never arrives: the case that charges twice in careless shops.
  sim_timeout: { state: 'captured', isAnswerLost: true },
  // Reserved now, captured when the parcel has been handed over.
  sim_authorize: { state: 'authorized' },
};

/** A provider that moves no money and forgets nothing: its ledger is a collection, so it survives a killed process. */
export function createSimulatedProvider(ledger: SimulatedPaymentStore, now: () => Date): PaymentProvider {
  const require = async (reference: string): Promise<SimulatedPayment> => {
    const payment = await ledger.find(reference);
    if (!payment) throw new PaymentProviderError(`unknown payment ${reference}`);
    return payment;
  };
  const moved = async (reference: string, from: readonly SimulatedState[], to: SimulatedState, reason?: string) =>
    asProviderPayment((await ledger.move(reference, from, to, reason ?? null)) ?? (await require(reference)));

  return {
    async open({ key, orderId, amount, token }) {
      const reference = `sim_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`;
      const known = await ledger.find(reference);
      if (known) return asProviderPayment(known);
      await ledger.insert({
        _id: reference,
        key,
        orderId,
        amount,
        token: token ?? 'sim_approve',
        state: 'created',
        clientSecret: `${reference}_secret_${randomBytes(12).toString('hex')}`,
        failureReason: null,
        refunds: [],
        refundedAmount: 0,
        createdAt: now(),
      });
      return asProviderPayment(await require(reference));
    },
    async charge(reference, token) {
      const outcome = outcomes[token ?? 'sim_approve'] ?? { state: 'declined', reason: 'Unknown card.' };
      const payment = await moved(reference, ['created'], outcome.state, outcome.reason);
      if (outcome.isAnswerLost) throw new PaymentProviderError('the provider did not answer in time');
      return payment;
    },
    async find(reference) {
      const payment = await ledger.find(reference);
      return payment && asProviderPayment(payment);
    },
    async complete(reference) {
      if (!(await ledger.find(reference))) return null;
      return moved(reference, ['needsCustomer'], 'captured');
    },
    cancel: (reference) => moved(reference, ['created', 'needsCustomer', 'authorized', 'declined'], 'cancelled'),
    capture: (reference) => moved(reference, ['authorized'], 'captured'),
    async refund({ reference, amount, key }) {
      const payment = await require(reference);
      if (payment.refunds.some((refund) => refund.key === key)) return 'SETTLED';
      if (await ledger.refund(payment, { key, amount })) return 'SETTLED';
      const again = await require(reference);
      return again.refunds.some((refund) => refund.key === key) ? 'SETTLED' : 'FAILED';
    },
  };
}

function asProviderPayment(payment: SimulatedPayment): ProviderPayment {
  return {
    reference: payment._id,
    orderId: payment.orderId,
    amount: payment.amount,
    state: payment.state,
    clientSecret: payment.clientSecret,
    failureReason: payment.failureReason,
  };
}
