import type { DeliveryOrder } from '../store/delivery-store.ts';
import { type CommandTools, systemActor } from './command-context.ts';
import { deliveryEventMessage } from './delivery-event-message.ts';
import { newDelivery } from './new-delivery.ts';

const maxRounds = 20;

/**
 * A confirmed order gets its record, PLACED with sequence 1. Repeating it changes nothing. A record that a cancellation left
 * stays CANCELLED; it only learns whose order it was, and its events, which had nobody to go to, are told now.
 */
export async function openDelivery(
  tools: CommandTools & { readonly correlationId: string },
  orderId: string,
  order: DeliveryOrder,
): Promise<'opened' | 'adopted' | 'known'> {
  const now = tools.now();
  const { model } = tools.settings;
  const record = newDelivery(orderId, { state: 'PLACED', actor: systemActor, note: null }, { order, model, now });
  const outbox = record.timeline.map((event) => deliveryEventMessage(record, event, tools.correlationId));
  if (await tools.store.deliveries.insert(record, outbox)) {
    tools.wakeRelay();
    return 'opened';
  }
  for (let round = 0; round < maxRounds; round += 1) {
    const existing = await tools.store.deliveries.findByOrderId(orderId);
    if (existing === null || existing.orderNumber !== null) return 'known';
    const owned = { ...existing, ...order };
    const late = existing.timeline.map((event) => deliveryEventMessage(owned, event, tools.correlationId));
    if (await tools.store.deliveries.adopt(existing, order, { outbox: late, now })) {
      tools.wakeRelay();
      return 'adopted';
    }
  }
  throw new Error(`Delivery ${orderId} could not be given its order.`);
}
