import { randomInt } from 'node:crypto';
import { type EventBus, newEvent, type OutboxRelay } from '@swiftcart/events';
import type { Logger } from '@swiftcart/service';
import type { CommandTools } from './commands/command-context.ts';
import { positionTopic } from './commands/delivery-event-message.ts';
import type { DeliverySettings } from './config.ts';
import { formatHandoverCode } from './domain/handover-code.ts';
import type { Store } from './store/store.ts';

/** What commands work with, tied to this process's database, bus and clock. */
export function createTools({
  store,
  settings,
  logger,
  bus,
  relay,
  now,
}: {
  store: Store;
  settings: DeliverySettings;
  logger: Logger;
  bus: EventBus;
  relay: OutboxRelay;
  now: () => Date;
}): CommandTools {
  return {
    store,
    settings,
    logger,
    now,
    newHandoverCode(previous) {
      for (;;) {
        const code = formatHandoverCode(randomInt(10_000));
        if (code !== previous) return code;
      }
    },
    wakeRelay: () => relay.wake(),
    announcePosition(orderId, correlationId) {
      const event = newEvent({
        topic: positionTopic,
        kind: 'rider.position',
        key: orderId,
        correlationId,
        now: now(),
        payload: { orderId },
      });
      // The stored position is the truth; streams that miss this message find it when they next look.
      bus.publish(event).catch((error: unknown) => logger.warn({ err: error, orderId }, 'position not announced'));
    },
  };
}
