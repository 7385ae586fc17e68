import type { EventBus } from '@swiftcart/events';
import type { CommandTools } from './command-context.ts';
import { deliveryEventMessage } from './delivery-event-message.ts';

/** A process that died did so at most this long ago, as far as its events matter. */
const windowMs = 10 * 60_000;
const maxDeliveries = 1_000;

/**
 * Tells the events of recently changed deliveries once more. A bus within the process forgets, when it dies, what it had
 * taken over; an order would then never learn of its arrival. The messages have the ids they had before, and consumers
 * are idempotent by them. Answers how many were told.
 */
export async function announceAgain(
  tools: CommandTools & { readonly correlationId: string },
  bus: Pick<EventBus, 'publish'>,
  startedAt: Date,
): Promise<number> {
  const since = new Date(startedAt.getTime() - windowMs);
  let told = 0;
  for (const record of await tools.store.queries.changedSince(since, maxDeliveries)) {
    // Nobody can be told of a record that has not met its order yet; and this process has told its own events.
    if (record.orderNumber === null) continue;
    for (const event of record.timeline) {
      if (event.occurredAt < since || event.occurredAt >= startedAt) continue;
      await bus.publish(deliveryEventMessage(record, event, tools.correlationId));
      told += 1;
    }
  }
  return told;
}
