import { decideCancel } from '../domain/cancellation.ts';
import type { Actor, CancelReason } from '../domain/order.ts';
import { refusal } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from '../saga/run-saga.ts';
import { changeOrder } from '../saga/write-change.ts';
import { checkText, type OrderResult, orderNotFound, refused } from './order-result.ts';

/**
 * Cancels for the owner or an operator, and answers after delivery's judgement. While delivery cannot be reached the
 * order stays CANCELLATION_REQUESTED and a sweeper asks on.
 */
export async function cancelOrder(
  context: ProcessContext,
  caller: { userId: string; isOperator: boolean },
  input: { orderId: string; reason: CancelReason; note: string | null },
): Promise<OrderResult> {
  const invalid = checkText(input.note, ['note'], { maxLength: 500 });
  if (invalid) return refused(invalid);
  const order = await context.store.orders.find(input.orderId);
  if (!order?.isVisible || (order.customerId !== caller.userId && !caller.isOperator)) return orderNotFound();
  const actor: Actor = { kind: caller.isOperator ? 'OPERATOR' : 'CUSTOMER', id: caller.userId };
  const request = { reason: input.reason, note: input.note, actor };
  const changed = await changeOrder(context, order, (current) => decideCancel(current, request, context.now()));
  if (changed.refusal) return refused(changed.refusal, changed.order);
  if (changed.isChanged) context.crashPoint('cancelRequested');
  const judged = await runSaga(context, changed.order);
  if (judged.status === 'CONFIRMED' || judged.status === 'COMPLETED') {
    return refused(refusal('NOT_CANCELLABLE', 'The order is on its way already and cannot be cancelled.'), judged);
  }
  return { order: judged, refusals: [] };
}
