import { createId } from '@swiftcart/graphql';
import type { Refund } from '../domain/payment.ts';
import { decideRefund, refundOpened } from '../domain/refund.ts';
import { accept, refusal } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from '../saga/run-saga.ts';
import { changeOrder } from '../saga/write-change.ts';
import { fingerprintOf } from './new-order.ts';
import { checkText, type OrderResult, orderNotFound, refused } from './order-result.ts';

/** More than a cart can hold, with room for an item named twice. */
const maxRows = 200;

export interface RefundOrderInput {
  readonly orderId: string;
  readonly idempotencyKey: string;
  readonly items?: readonly { readonly orderItemId: string; readonly quantity: number }[] | null;
  readonly amount?: number | null;
  readonly reason: string;
}

/** Gives money back, for items, by amount, or all that is left. Concurrent refunds together never exceed the payment. */
export async function refundOrder(
  context: ProcessContext,
  operatorId: string,
  input: RefundOrderInput,
): Promise<OrderResult> {
  const invalid =
    checkText(input.idempotencyKey, ['input', 'idempotencyKey'], { minLength: 1, maxLength: 128 }) ??
    checkText(input.reason, ['input', 'reason'], { minLength: 1, maxLength: 500 });
  if (invalid) return refused(invalid);
  if ((input.items?.length ?? 0) > maxRows) {
    return refused(refusal('INVALID', `At most ${maxRows} rows.`, { field: ['input', 'items'] }));
  }
  const order = await context.store.orders.find(input.orderId);
  if (!order?.isVisible) return orderNotFound(['input', 'orderId']);
  const items = input.items ?? [];
  const fingerprint = fingerprintOf({ items, amount: input.amount, reason: input.reason });
  const refund: Omit<Refund, 'amount'> = {
    _id: createId('rfd', context.now()),
    idempotencyKey: input.idempotencyKey,
    fingerprint,
    status: 'PENDING',
    reason: input.reason,
    items: items.map(({ orderItemId, quantity }) => ({ orderItemId, quantity })),
    createdAt: context.now(),
    requestedBy: operatorId,
  };
  const sameKey = (current: typeof order) =>
    current.payment.refunds.find((known) => known.idempotencyKey === input.idempotencyKey);

  const changed = await changeOrder(context, order, (current) => {
    if (sameKey(current)) return accept(null);
    const decision = decideRefund(current, { items, amount: input.amount ?? null });
    if (!decision.ok) return decision;
    const { amount, items: refunded } = decision.value;
    return accept(refundOpened(current, { ...refund, amount }, refunded));
  });
  if (changed.refusal) return refused(changed.refusal, changed.order);
  if (sameKey(changed.order)?.fingerprint !== fingerprint) {
    const message = 'This idempotency key was used with another input.';
    return refused(refusal('IDEMPOTENCY_MISMATCH', message, { field: ['input', 'idempotencyKey'] }), changed.order);
  }
  if (changed.isChanged) context.crashPoint('refundRequested');
  const settled = await runSaga(context, changed.order);
  if (sameKey(settled)?.status === 'FAILED') {
    return refused(refusal('PAYMENT_DECLINED', 'The payment provider refused this refund.'), settled);
  }
  return { order: settled, refusals: [] };
}
