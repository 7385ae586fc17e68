import type { DomainEvent } from '@swiftcart/events';
import { z } from 'zod';
import { answerOverdueHold } from './commands/answer-overdue-hold.ts';
import { mergeCart } from './commands/merge-cart.ts';
import { recordDeliveryEvent } from './commands/record-delivery-event.ts';
import type { ProcessContext } from './process-context.ts';

const registration = z.object({ userId: z.string(), guestCartToken: z.string().nullish() });

/** What this subgraph does with others' events, by kind; kinds it does not know are none of its business. */
const handlers: Readonly<Record<string, (context: ProcessContext, event: DomainEvent) => Promise<void>>> = {
  'stock.holdOverdue': (context, event) => answerOverdueHold(context, event.payload, event.correlationId),
  'delivery.event': (context, event) => recordDeliveryEvent(context, event.payload),
  'user.registered': async (context, event) => {
    const { userId, guestCartToken } = registration.parse(event.payload);
    // A token that opens nothing any more adopts nothing; registering is not undone for that.
    if (guestCartToken) await mergeCart(context, { customerId: userId, guestCartToken });
  },
};

/** Listens to delivery, users and the catalogue; disposing stops all. */
export async function startConsumers(context: ProcessContext): Promise<AsyncDisposable> {
  const consume = (topic: string) =>
    context.bus.consume({
      topic,
      group: 'orders',
      handler: async (event) => handlers[event.kind]?.(context, event),
      onPoison: context.parkedEvents.onPoison('orders'),
    });
  const consumers = [await consume('delivery'), await consume('users'), await consume('catalog')];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(consumers.map((consumer) => consumer[Symbol.asyncDispose]()));
    },
  };
}
