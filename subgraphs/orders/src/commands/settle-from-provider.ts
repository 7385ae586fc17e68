import type { Order, OrderChange } from '../domain/order.ts';
import { unpaidStatuses } from '../domain/order-lifecycle.ts';
import { currentAttempt } from '../domain/payment.ts';
import { accept } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from '../saga/run-saga.ts';
import { changeOrder } from '../saga/write-change.ts';

/**
 * The provider says that something happened to a payment. What it was is asked of the provider itself: an unpaid order
 * is settled by the answer, and money that came in for an order that has ended goes back.
 */
export async function settleFromProvider(
  context: ProcessContext,
  hint: { reference: string; orderId: string | null },
): Promise<void> {
  const { orders } = context.store;
  const order =
    (hint.orderId && (await orders.find(hint.orderId))) || (await orders.findByAttemptReference(hint.reference));
  if (!order?.isVisible) return;
  const changed = await changeOrder(context, order, (current) => accept(reactionTo(current, hint.reference)));
  if (changed.order.saga.todo.length) await runSaga(context, changed.order);
}

function reactionTo(order: Order, reference: string): OrderChange | null {
  // Whatever is open already asks the provider by itself.
  if (order.saga.todo.length > 0) return null;
  if (unpaidStatuses.includes(order.status)) {
    return currentAttempt(order.payment).reference === reference ? { todo: ['settlePayment'] } : null;
  }
  const hasEnded = order.status === 'CANCELLED' || order.status === 'EXPIRED';
  return hasEnded && order.payment.capturedAmount === 0 ? { todo: ['voidPayment'] } : null;
}
