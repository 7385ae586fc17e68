import { z } from 'zod';
import { decideDeliveryNews } from '../domain/completion.ts';
import { accept } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from '../saga/run-saga.ts';
import { changeOrder } from '../saga/write-change.ts';

const payloadShape = z.object({
  orderId: z.string(),
  sequence: z.number().int(),
  to: z.string(),
  riderUserId: z.string().nullish(),
  note: z.string().nullish(),
  actorKind: z.enum(['CUSTOMER', 'OPERATOR', 'RIDER', 'SYSTEM']),
});

/**
 * Takes over what delivery tells about an order: the rider who may see it, arrival (COMPLETED), or that the store
 * floor gave up (cancelled, stock and money back). Old news change nothing, so it may be told twice. Throws ZodError.
 */
export async function recordDeliveryEvent(context: ProcessContext, payload: unknown): Promise<void> {
  const event = payloadShape.parse(payload);
  const order = await context.store.orders.find(event.orderId);
  // Delivery leaves a CANCELLED record even for orders that never were; there is nothing to do for those.
  if (!order?.isVisible) return;
  const changed = await changeOrder(context, order, (current) => {
    const news = {
      sequence: event.sequence,
      to: event.to,
      riderUserId: event.riderUserId ?? current.riderUserId,
      note: event.note ?? null,
      actor: { kind: event.actorKind, id: null },
    };
    return accept(decideDeliveryNews(current, news, context.now()));
  });
  if (!changed.isChanged) return;
  context.crashPoint('deliveryRecorded');
  if (changed.order.saga.todo.length) await runSaga(context, changed.order);
}
