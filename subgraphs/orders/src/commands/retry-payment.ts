import type { Order } from '../domain/order.ts';
import { unpaidStatuses } from '../domain/order-lifecycle.ts';
import type { PaymentAttempt, PaymentMethod } from '../domain/payment.ts';
import { retryOpened } from '../domain/placement.ts';
import { accept, refusal, refuse } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from '../saga/run-saga.ts';
import { changeOrder } from '../saga/write-change.ts';
import { fingerprintOf } from './new-order.ts';
import { checkText, type OrderResult, orderNotFound, refused, resultOf } from './order-result.ts';
import { checkMethod } from './place-order.ts';

/** Cards are guessed by trying; an order is worth this many tries. */
const maxAttempts = 10;

export interface RetryPaymentInput {
  readonly orderId: string;
  readonly method: PaymentMethod;
  readonly paymentToken: string | null;
  readonly idempotencyKey: string;
}

/** Pays an unpaid order again, with this or another method. The order keeps its stock and its time of expiry. */
export async function retryPayment(
  context: ProcessContext,
  customerId: string,
  input: RetryPaymentInput,
): Promise<OrderResult> {
  const invalid =
    checkText(input.idempotencyKey, ['idempotencyKey'], { minLength: 1, maxLength: 128 }) ??
    checkText(input.paymentToken, ['paymentToken'], { maxLength: 256 }) ??
    checkMethod(context, input.method, ['method']);
  if (invalid) return refused(invalid);
  const found = await context.store.orders.find(input.orderId);
  if (!found?.isVisible || found.customerId !== customerId) return orderNotFound();
  const fingerprint = fingerprintOf({ method: input.method, paymentToken: input.paymentToken });
  const repeat = answerRepeat(found, input.idempotencyKey, fingerprint);
  if (repeat) return repeat;

  // What the last attempt left open comes first: a coupon half given back must not be claimed over.
  const order = found.saga.todo.length ? await runSaga(context, found) : found;
  const changed = await changeOrder(context, order, (current) => {
    if (current.payment.attempts.some((attempt) => attempt.idempotencyKey === input.idempotencyKey))
      return accept(null);
    if (current.status === 'CANCELLED' || current.status === 'EXPIRED') {
      return refuse(refusal('ALREADY_CANCELLED', 'This order has ended; place a new one.'));
    }
    if (!unpaidStatuses.includes(current.status)) return refuse(refusal('INVALID', 'This order needs no payment.'));
    if (current.saga.todo.length > 0) {
      return refuse(refusal('IDEMPOTENCY_IN_PROGRESS', 'The last payment is still being settled.'));
    }
    if (current.payment.attempts.length >= maxAttempts) {
      return refuse(refusal('LIMIT_EXCEEDED', `At most ${maxAttempts} payments can be tried for one order.`));
    }
    return accept(retryOpened(current, attemptOf(current, input, fingerprint), current.expiresAt ?? context.now()));
  });
  if (changed.refusal) return refused(changed.refusal, changed.order);
  if (!changed.isChanged)
    return answerRepeat(changed.order, input.idempotencyKey, fingerprint) ?? resultOf(changed.order);
  context.crashPoint('retryRequested');
  return resultOf(await runSaga(context, changed.order));
}

const attemptOf = (order: Order, input: RetryPaymentInput, fingerprint: string): PaymentAttempt => ({
  number: order.payment.attempts.length + 1,
  method: input.method,
  token: input.paymentToken,
  idempotencyKey: input.idempotencyKey,
  fingerprint,
  reference: null,
});

function answerRepeat(order: Order, key: string, fingerprint: string): OrderResult | null {
  const attempt = order.payment.attempts.find((candidate) => candidate.idempotencyKey === key);
  if (!attempt) return null;
  if (attempt.fingerprint !== fingerprint) {
    const message = 'This idempotency key was used with another input.';
    return refused(refusal('IDEMPOTENCY_MISMATCH', message, { field: ['idempotencyKey'] }), order);
  }
  return resultOf(order);
}
