import { type Metrics, withCorrelationId } from '@swiftcart/service';
import type { Model } from 'mongoose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type DomainEvent, domainEventSchema } from './domain-event.ts';
import { BusUnavailableError, backoffMs, defaultRetry, type EventBus, type RetryPolicy } from './event-bus.ts';
import type { ParkedEvents } from './parked-events.ts';

/** Publishes what documents hold in their `outbox`, then removes it there. */
export interface OutboxRelay extends AsyncDisposable {
  /** Call after a write that added events; returns at once. */
  wake(): void;
}

export interface OutboxRelayOptions {
  /** Collections whose documents have `outbox: outboxField`. Any document type will do. */
  // biome-ignore lint/suspicious/noExplicitAny: mongoose's Model is invariant in its document type; only `collection` is used.
  models: readonly Model<any>[];
  bus: EventBus;
  logger: Logger;
  metrics?: Metrics | undefined;
  /** How often documents are searched without being woken, for what another process left behind. Default 1,000. */
  intervalMs?: number | undefined;
  /** Where events go that the bus refuses for good. Without it they stay in the outbox and are tried for ever. */
  parked?: ParkedEvents | undefined;
  retry?: RetryPolicy | undefined;
}

const batchSize = 100;
const rowShape = z.object({ _id: z.unknown(), outbox: z.array(z.unknown()) });

/**
 * Runs until disposed. An event is removed only after the bus took it, so a crash in between publishes it twice, never
 * zero times. Events of one document go in order: one that fails holds back those behind it, not other documents. While
 * the bus is unreachable everything waits; only an event that the bus itself refuses is parked in the end.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { models, bus, logger, metrics, intervalMs = 1_000, parked, retry = defaultRetry } = options;
  const failing = new Map<string, { attempts: number; retryAtMs: number; firstFailedAt: Date }>();
  let isDisposed = false;
  let isWoken = false;
  let outages = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;

  function schedule(delayMs: number): void {
    clearTimeout(timer);
    if (!isDisposed) timer = setTimeout(run, delayMs);
  }

  function run(): void {
    if (isRunning || isDisposed) return;
    isRunning = true;
    isWoken = false;
    clearTimeout(timer);
    running = relayAll().then((delayMs) => {
      isRunning = false;
      schedule(isWoken && outages === 0 ? 0 : delayMs);
    });
  }

  /** One pass over all collections; the pause before the next. Never rejects. */
  async function relayAll(): Promise<number> {
    try {
      for (const model of models) while (!isDisposed && (await relayBatch(model)) >= batchSize);
      outages = 0;
      const nextRetryMs = Math.min(...[...failing.values()].map(({ retryAtMs }) => retryAtMs)) - Date.now();
      return Math.max(0, Math.min(intervalMs, nextRetryMs));
    } catch (error) {
      outages += 1;
      // Once: an outage of minutes is one line, not thousands.
      if (outages === 1) logger.warn({ err: error }, 'outbox waits: the bus or the database is unreachable');
      return backoffMs({ baseMs: 100, maxMs: 5_000 }, outages);
    }
  }

  /** Returns how many documents were emptied out of one batch. Throws when the bus or the database is unreachable. */
  async function relayBatch(model: OutboxRelayOptions['models'][number]): Promise<number> {
    // The native collection: mongoose would touch `updatedAt`, and the publishing of an event is no change of the order.
    const rows = await model.collection
      .find({ 'outbox.id': { $gt: '' } }, { projection: { outbox: 1 } })
      .limit(batchSize + failing.size)
      .toArray();
    let emptied = 0;
    for (const row of rows) {
      if (isDisposed) break;
      const { _id, outbox } = rowShape.parse(row);
      if (await relayDocument(model, _id, outbox)) emptied += 1;
    }
    return emptied;
  }

  async function relayDocument(
    model: OutboxRelayOptions['models'][number],
    _id: unknown,
    outbox: readonly unknown[],
  ): Promise<boolean> {
    const doneIds: string[] = [];
    try {
      for (const entry of outbox) {
        const event = domainEventSchema.parse(entry);
        if (!(await relayEvent(event))) break;
        doneIds.push(event.id);
      }
    } finally {
      // Also when the bus broke down half way: what it took must not be published again needlessly.
      if (doneIds.length > 0)
        await model.collection.updateOne(
          { _id: _id as never },
          { $pull: { outbox: { id: { $in: doneIds } } } as never },
        );
    }
    return doneIds.length === outbox.length;
  }

  /** True when the event may leave the outbox. */
  async function relayEvent(event: DomainEvent): Promise<boolean> {
    const failed = failing.get(event.id);
    if (failed !== undefined && failed.retryAtMs > Date.now()) return false;
    try {
      await withCorrelationId(event.correlationId, () => bus.publish(event));
      metrics?.counter('events_published_total', 'Events handed to the bus.', ['topic']).inc({ topic: event.topic });
    } catch (error) {
      if (error instanceof BusUnavailableError) throw error;
      const attempts = (failed?.attempts ?? 0) + 1;
      const firstFailedAt = failed?.firstFailedAt ?? new Date();
      if (attempts < retry.maxAttempts || parked === undefined) {
        logger.warn({ err: error, eventId: event.id, attempts }, 'event refused by the bus');
        failing.set(event.id, { attempts, firstFailedAt, retryAtMs: Date.now() + backoffMs(retry, attempts) });
        return false;
      }
      await parked.park(event, { error, attempts, firstFailedAt });
      logger.error({ err: error, eventId: event.id, attempts }, 'event parked: the bus refuses it');
    }
    failing.delete(event.id);
    return true;
  }

  schedule(0);
  return {
    wake() {
      isWoken = true;
      // During an outage a wake must not shorten the pause, or every write would hammer the bus.
      if (outages === 0) run();
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
