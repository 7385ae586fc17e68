import { type Metrics, withCorrelationId } from '@swiftcart/service';
import type { Model } from 'mongoose';
import type { Logger } from 'pino';
import { type DomainEvent, domainEventSchema } from './domain-event.ts';
import { BusUnavailableError, backoffMs, type EventBus, type RetryPolicy } from './event-bus.ts';
import type { ParkedEvents } from './parked-events.ts';

/** A collection whose documents have an outbox. */
// biome-ignore lint/suspicious/noExplicitAny: mongoose's Model is invariant in its document type; only `collection` is used.
export type OutboxModel = Model<any>;

export interface RelayDocumentOptions {
  bus: EventBus;
  logger: Logger;
  metrics?: Metrics | undefined;
  parked: ParkedEvents;
  retry: RetryPolicy;
}

/** Publishes one document's events in order and removes them from it. */
export interface DocumentRelay {
  /** Throws BusUnavailableError, or what the database throws, and then leaves in place what was not published. */
  relay(model: OutboxModel, _id: unknown, outbox: readonly unknown[]): Promise<void>;
  /** How many events wait for another try. */
  readonly failingCount: number;
  /** When the next of them may be tried; Infinity when there is none. */
  nextRetryAtMs(): number;
}

export function createDocumentRelay({ bus, logger, metrics, parked, retry }: RelayDocumentOptions): DocumentRelay {
  const failing = new Map<string, { attempts: number; retryAtMs: number; firstFailedAt: Date }>();

  /** True when the event may leave the outbox. */
  async function relayEvent(event: DomainEvent): Promise<boolean> {
    const failed = failing.get(event.id);
    if (failed !== undefined && failed.retryAtMs > Date.now()) return false;
    try {
      await withCorrelationId(event.correlationId, () => bus.publish(event, { untilSafe: true }));
      metrics?.counter('events_published_total', 'Events handed to the bus.', ['topic']).inc({ topic: event.topic });
    } catch (error) {
      if (error instanceof BusUnavailableError) throw error;
      const attempts = (failed?.attempts ?? 0) + 1;
      const firstFailedAt = failed?.firstFailedAt ?? new Date();
      if (attempts < retry.maxAttempts) {
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

  return {
    get failingCount() {
      return failing.size;
    },
    nextRetryAtMs: () => Math.min(...[...failing.values()].map(({ retryAtMs }) => retryAtMs)),
    async relay(model, _id, outbox) {
      const doneIds: string[] = [];
      try {
        for (const entry of outbox) {
          const event = domainEventSchema.parse(entry);
          // One that fails holds back those behind it: consumers rely on the order within a document.
          if (!(await relayEvent(event))) break;
          doneIds.push(event.id);
        }
      } finally {
        // Also when the bus broke down half way: what it took must not be published again needlessly.
        if (doneIds.length > 0) await remove(model, _id, doneIds);
      }
    },
  };
}

/** The native collection: mongoose would touch `updatedAt`, and the publishing of an event is no change of the order. */
async function remove(model: OutboxModel, _id: unknown, eventIds: readonly string[]): Promise<void> {
  const update = { $pull: { outbox: { id: { $in: eventIds } } } };
  await model.collection.updateOne({ _id: _id as never }, update as never);
}
