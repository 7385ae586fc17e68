export type PaymentMethod = 'COD' | 'UPI' | 'CARD' | 'WALLET';

export type PaymentStatus =
  | 'PENDING'
  | 'AUTHORIZED'
  | 'CAPTURED'
  | 'FAILED'
  | 'CANCELLED'
  | 'PARTIALLY_REFUNDED'
  | 'REFUNDED';

export type RefundStatus = 'PENDING' | 'SETTLED' | 'FAILED';

/** One try to be paid. The provider knows it by a key made of the order id and `number`, so a repeat cannot charge twice. */
export interface PaymentAttempt {
  readonly number: number;
  readonly method: PaymentMethod;
  readonly token: string | null;
  /** The client's key of the `retryPayment` that began this attempt; null for the first. */
  readonly idempotencyKey: string | null;
  readonly fingerprint: string | null;
  readonly reference: string | null;
}

/** Amount in minor units. PENDING counts against what may be refunded, FAILED does not. */
export interface Refund {
  readonly _id: string;
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly amount: number;
  readonly status: RefundStatus;
  readonly reason: string | null;
  readonly items: readonly { readonly orderItemId: string; readonly quantity: number }[];
  readonly createdAt: Date;
  /** Who asked for it; null for the shop itself. */
  readonly requestedBy: string | null;
}

export interface Payment {
  readonly _id: string;
  readonly method: PaymentMethod;
  readonly status: PaymentStatus;
  readonly amount: number;
  readonly capturedAmount: number;
  readonly providerReference: string | null;
  readonly clientSecret: string | null;
  readonly failureReason: string | null;
  readonly attempts: readonly PaymentAttempt[];
  readonly refunds: readonly Refund[];
}

export function currentAttempt(payment: Payment): PaymentAttempt {
  const last = payment.attempts.at(-1);
  if (!last) throw new Error('a payment always has an attempt');
  return last;
}

/** The key under which the provider knows one attempt of one order. */
export const attemptKey = (orderId: string, attempt: PaymentAttempt): string => `${orderId}:${attempt.number}`;

/** Minor units captured and neither given back nor promised back yet. */
export function refundableAmount(payment: Payment): number {
  const promised = payment.refunds.filter((refund) => refund.status !== 'FAILED');
  return payment.capturedAmount - promised.reduce((sum, refund) => sum + refund.amount, 0);
}

/** The status that follows from what was captured and what has settled back. */
export function statusAfterRefunds(payment: Payment): PaymentStatus {
  const settled = payment.refunds.filter((refund) => refund.status === 'SETTLED');
  const given = settled.reduce((sum, refund) => sum + refund.amount, 0);
  if (given === 0) return payment.status;
  return given >= payment.capturedAmount ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
}
