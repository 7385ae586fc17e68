import type { PaymentMethod } from '../domain/payment.ts';

export type ProviderState =
  | 'created'
  | 'needsCustomer'
  | 'processing'
  | 'authorized'
  | 'captured'
  | 'declined'
  | 'cancelled';

/** A payment as the provider sees it now. `amount` in minor units; `orderId` is what we told it when it was opened. */
export interface ProviderPayment {
  readonly reference: string;
  readonly orderId: string | null;
  readonly amount: number;
  readonly state: ProviderState;
  /** For the provider's own form in the customer's browser. */
  readonly clientSecret: string | null;
  readonly failureReason: string | null;
}

export interface OpenPayment {
  /** The same key always gives the same payment: whatever is repeated, it can be captured once. */
  readonly key: string;
  readonly orderId: string;
  readonly amount: number;
  readonly method: PaymentMethod;
  readonly token: string | null;
}

/** The provider could not be asked, or its answer makes no sense: the payment may or may not have gone through. */
export class PaymentProviderError extends Error {
  readonly code = 'PAYMENT_PROVIDER_UNAVAILABLE';
  override readonly name = 'PaymentProviderError';
}

/**
 * Somebody who moves money for us. Declines are states, not exceptions; every method throws PaymentProviderError when
 * the outcome is unknown, and may then be repeated.
 */
export interface PaymentProvider {
  /** Makes the payment known to the provider without charging it. */
  open(payment: OpenPayment): Promise<ProviderPayment>;
  /** Charges an opened payment; one that has been charged or cancelled stays as it is. */
  charge(reference: string, token: string | null): Promise<ProviderPayment>;
  /** Asks what became of it. Null for a reference the provider does not know. */
  find(reference: string): Promise<ProviderPayment | null>;
  /** After the customer acted in the provider's form: the state that follows. */
  complete(reference: string): Promise<ProviderPayment | null>;
  /** Lets go of a payment for good, unless it has been captured already: that state is then the answer. */
  cancel(reference: string): Promise<ProviderPayment>;
  /** Collects an authorised payment. */
  capture(reference: string): Promise<ProviderPayment>;
  /** Gives back part or all; the key makes a repeat harmless. FAILED is definite. */
  refund(refund: { reference: string; amount: number; key: string }): Promise<'SETTLED' | 'FAILED'>;
}
