import { currentAttempt } from '../domain/payment.ts';
import { accept, refusal, refuse } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from '../saga/run-saga.ts';
import { changeOrder } from '../saga/write-change.ts';
import { checkText, type OrderResult, orderNotFound, refused, resultOf } from './order-result.ts';

/** Asks the provider what became of a payment that the customer has acted on. A repeat asks again and changes nothing. */
export async function confirmPayment(
  context: ProcessContext,
  customerId: string,
  input: { orderId: string; providerReference: string; idempotencyKey: string },
): Promise<OrderResult> {
  const invalid =
    checkText(input.idempotencyKey, ['idempotencyKey'], { minLength: 1, maxLength: 128 }) ??
    checkText(input.providerReference, ['providerReference'], { minLength: 1, maxLength: 256 });
  if (invalid) return refused(invalid);
  const order = await context.store.orders.find(input.orderId);
  if (!order?.isVisible || order.customerId !== customerId) return orderNotFound();
  const isKnown = order.payment.attempts.some((attempt) => attempt.reference === input.providerReference);
  if (!isKnown) {
    const reason = refusal('NOT_FOUND', 'No such payment of this order.', { field: ['providerReference'] });
    return refused(reason, order);
  }
  const changed = await changeOrder(context, order, (current) => {
    switch (current.status) {
      case 'PENDING_PAYMENT':
      case 'PAYMENT_FAILED': {
        const isCurrent = currentAttempt(current.payment).reference === input.providerReference;
        return accept(isCurrent && current.saga.todo.length === 0 ? { todo: ['settlePayment'] } : null);
      }
      case 'CANCELLED':
      case 'EXPIRED':
        return refuse(refusal('ALREADY_CANCELLED', 'This order has ended; a payment for it is given back.'));
      default:
        return accept(null);
    }
  });
  if (changed.refusal) return refused(changed.refusal, changed.order);
  if (changed.isChanged) context.crashPoint('confirmRequested');
  return resultOf(await runSaga(context, changed.order));
}
