import type { Cart } from '../domain/cart.ts';
import type { Order } from '../domain/order.ts';
import type { PaymentMethod } from '../domain/payment.ts';
import { type Refusal, refusal } from '../domain/refusal.ts';
import { isUndecided } from '../domain/saga-effects.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from '../saga/run-saga.ts';
import { fingerprintOf, newOrder } from './new-order.ts';
import { checkText, type OrderResult, refused, resultOf } from './order-result.ts';

export interface PlaceOrderInput {
  readonly idempotencyKey: string;
  readonly addressId: string;
  readonly paymentMethod: PaymentMethod;
  readonly paymentToken?: string | null;
  readonly expectedGrandTotal: number;
  readonly tip?: number | null;
  readonly note?: string | null;
}

/** A key met again, or a number taken: each round ends in an answer or was lost to a writer who then is the answer. */
const maxRounds = 10;

/**
 * Places an order from the customer's cart. The key is recorded first; everything after it is the order's saga, which
 * runs here and, should this process die, in a sweeper. Answers after the cart has been cleared, or with the refusal.
 */
export async function placeOrder(
  context: ProcessContext,
  caller: { customerId: string; correlationId: string },
  input: PlaceOrderInput,
): Promise<OrderResult> {
  const invalid = invalidInput(context, input);
  if (invalid) return refused(invalid);
  const { idempotencyKey, ...request } = input;
  const fingerprint = fingerprintOf(request);
  const findKnown = () => context.store.orders.findByKey(caller.customerId, idempotencyKey);

  for (let round = 0; round < maxRounds; round += 1) {
    const known = await findKnown();
    if (known) return answerKnown(context, known, fingerprint);
    const cart = await context.store.carts.findByOwner(caller.customerId);
    if (!cart?.items.length) {
      // The same key may have been placed, and the cart cleared, since we looked.
      const meanwhile = await findKnown();
      return meanwhile ? answerKnown(context, meanwhile, fingerprint) : refused(emptyCart);
    }
    if ((await context.store.orders.countUnpaid(caller.customerId)) >= context.config.maxUnpaidOrders) {
      const message = `Pay or cancel one of your ${context.config.maxUnpaidOrders} unpaid orders first.`;
      return refused(refusal('LIMIT_EXCEEDED', message));
    }
    const order = newOrder({ cart, caller, input, fingerprint, context });
    const inserted = await context.store.orders.insert(order);
    if (inserted === 'inserted') {
      context.crashPoint('keyRecorded');
      return resultOf(await runSaga(context, order));
    }
    if (inserted === 'sameCart') {
      const answer = await answerForCart(context, cart, idempotencyKey);
      if (answer) return answer;
    }
  }
  return refused(inProgress);
}

/** The first result of this key, taken over from a worker that died if need be. */
async function answerKnown(context: ProcessContext, order: Order, fingerprint: string): Promise<OrderResult> {
  if (order.fingerprint !== fingerprint) {
    const message = 'This idempotency key was used with another input.';
    return refused(refusal('IDEMPOTENCY_MISMATCH', message, { field: ['input', 'idempotencyKey'] }));
  }
  if (!isUndecided(order.saga.todo)) return resultOf(order);
  const now = context.now();
  const isAbandoned = order.saga.dueAt !== null && order.saga.dueAt <= now;
  const leaseEnd = new Date(now.getTime() + context.config.sagaLeaseMs);
  if (!isAbandoned || !(await context.store.orders.takeLease(order, leaseEnd))) {
    return refused(inProgress, order.isVisible ? order : null);
  }
  return resultOf(await runSaga(context, order));
}

/** What another key on the same cart, as it was, is told. Null when that order has ended since. */
async function answerForCart(context: ProcessContext, cart: Cart, key: string): Promise<OrderResult | null> {
  const live = await context.store.orders.findLiveOfCart(cart._id, cart.version);
  if (!live || live.idempotencyKey === key) return null;
  return refused(live.status === 'PENDING_PAYMENT' || live.status === 'PAYMENT_FAILED' ? inProgress : emptyCart);
}

function invalidInput(context: ProcessContext, input: PlaceOrderInput): Refusal | null {
  const { maxTipMinor } = context.config;
  const at = (name: string) => ['input', name];
  const text =
    checkText(input.idempotencyKey, at('idempotencyKey'), { minLength: 1, maxLength: 128 }) ??
    checkText(input.addressId, at('addressId'), { minLength: 1, maxLength: 128 }) ??
    checkText(input.paymentToken, at('paymentToken'), { maxLength: 256 }) ??
    checkText(input.note, at('note'), { maxLength: 500 });
  if (text) return text;
  if (input.idempotencyKey.includes('#')) {
    return refusal('INVALID', 'An idempotency key has no # in it.', { field: at('idempotencyKey') });
  }
  const tip = input.tip ?? 0;
  if (tip < 0 || tip > maxTipMinor) {
    return refusal('INVALID', `A tip is 0 to ${maxTipMinor} paise.`, { field: at('tip') });
  }
  if (input.expectedGrandTotal < 0) {
    return refusal('INVALID', 'A total cannot be negative.', { field: at('expectedGrandTotal') });
  }
  return checkMethod(context, input.paymentMethod, at('paymentMethod'));
}

/** INVALID for a method that this shop has no provider for. */
export function checkMethod(context: ProcessContext, method: PaymentMethod, field: readonly string[]): Refusal | null {
  if (method === 'COD' || context.payments) return null;
  return refusal('INVALID', 'This shop takes cash on delivery only.', { field });
}

const emptyCart = refusal('EMPTY_CART', 'The cart is empty.');
const inProgress = refusal('IDEMPOTENCY_IN_PROGRESS', 'An order from this cart is being placed or waits for payment.');
