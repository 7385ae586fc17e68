import type { DomainEvent, EventBus } from '@swiftcart/events';
import { z } from 'zod';
import type { CommandTools } from './commands/command-context.ts';
import { openDelivery } from './commands/open-delivery.ts';

const text = z.string();
const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const optionalNumber = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

/** `order.confirmed` as the orders service tells it; other fields are its own business. */
const orderConfirmed = z.object({
  orderId: text.min(1),
  orderNumber: text.min(1),
  customerId: text.min(1),
  itemCount: z.number().int().nonnegative(),
  destination: z
    .object({
      recipientName: text,
      line1: text,
      line2: optionalText,
      city: text,
      pincode: text,
      landmark: optionalText,
      latitude: optionalNumber,
      longitude: optionalNumber,
    })
    .nullable(),
});

/** Opens a delivery for every confirmed order. A malformed event throws, so that it is parked where somebody sees it. */
export function consumeOrders(bus: EventBus, tools: CommandTools): Promise<AsyncDisposable> {
  return bus.consume({
    topic: 'orders',
    group: 'delivery',
    onPoison: tools.store.parked.onPoison('delivery'),
    async handler(event: DomainEvent) {
      if (event.kind !== 'order.confirmed') return;
      const { orderId, ...order } = orderConfirmed.parse(event.payload);
      await openDelivery({ ...tools, correlationId: event.correlationId }, orderId, order);
    },
  });
}
