import { type EventBus, newEvent } from '@swiftcart/events';
import { createId } from '@swiftcart/graphql';
import type { Logger } from '@swiftcart/service';
import type { StockLedger } from './stock-ledger.ts';
import { endedRetentionMs } from './store/closed-order-model.ts';
import type { StockUpkeep } from './store/stock-upkeep.ts';

/** An operator's key guards against a repeat for so long. */
const adjustmentRetentionMs = 24 * 3_600_000;
const maxOverdueAsked = 100;

/**
 * Background work, in rounds: forgets entries that have served, and asks whether orders whose time is up still want their
 * stock (`stock.holdOverdue`). Only orders ends a hold, so the question is repeated every round until it has.
 */
export function startUpkeepRounds(options: {
  upkeep: StockUpkeep;
  ledger: StockLedger;
  bus: EventBus;
  logger: Logger;
  intervalMs: number;
  now(): Date;
}): AsyncDisposable {
  const { upkeep, ledger, bus, logger, intervalMs, now } = options;
  let running: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    const at = now();
    await upkeep.forgetEndedHolds(new Date(at.getTime() - endedRetentionMs));
    await upkeep.forgetAdjustments(new Date(at.getTime() - adjustmentRetentionMs));
    for (const { orderId, expiresAt } of await upkeep.findOverdueOrders(at, maxOverdueAsked)) {
      const payload = { orderId, expiresAt: expiresAt.toISOString() };
      await bus.publish(
        newEvent({
          topic: 'catalog',
          kind: 'stock.holdOverdue',
          key: orderId,
          correlationId: createId('cor', at),
          payload,
          now: at,
        }),
      );
    }
    // Lines that a dead process left behind.
    ledger.wake();
  }

  const timer = setInterval(() => {
    running = running
      .then(round)
      .catch((error: unknown) => logger.warn({ err: error }, 'stock upkeep: round failed, the next one tries again'));
  }, intervalMs);
  timer.unref();

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
