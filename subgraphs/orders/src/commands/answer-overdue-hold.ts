import { z } from 'zod';
import type { ProcessContext } from '../process-context.ts';

const payloadShape = z.object({ orderId: z.string().min(1) });

/**
 * The catalogue holds stock beyond the time we named and asks what became of the order. An order that has ended, or
 * never was, gives the stock back; one that is being paid keeps it until it expires; a confirmed one has bought it.
 * Throws ZodError, or SubgraphCallError while the catalogue cannot be reached.
 */
export async function answerOverdueHold(
  context: Pick<ProcessContext, 'store' | 'catalog'>,
  payload: unknown,
  correlationId: string,
): Promise<void> {
  const { orderId } = payloadShape.parse(payload);
  const order = await context.store.orders.find(orderId);
  if (!order?.isLive) return context.catalog.releaseStock(orderId, { correlationId });
  const isBought = order.isVisible && order.status !== 'PENDING_PAYMENT' && order.status !== 'PAYMENT_FAILED';
  if (isBought) await context.catalog.commitStock(orderId, { correlationId });
}
