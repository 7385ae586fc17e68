import { setTimeout as sleep } from 'node:timers/promises';
import { type Metrics, withCorrelationId } from '@swiftcart/service';
import type { Logger } from 'pino';
import type { DomainEvent } from './domain-event.ts';
import { backoffMs, defaultRetry, type EventConsumer } from './event-bus.ts';

export interface HandlingContext {
  logger: Logger;
  metrics?: Metrics | undefined;
  /** Fires when the consumer is being disposed: retries stop, the event stays unhandled. */
  signal: AbortSignal;
}

/**
 * Takes one event through its handler, retries included. True: it is done with, handled or parked. False: the consumer
 * stops, so somebody else must get it.
 */
export async function handleEvent(
  consumer: EventConsumer,
  event: DomainEvent,
  context: HandlingContext,
): Promise<boolean> {
  return withCorrelationId(event.correlationId, async () => {
    const { topic, group, retry = defaultRetry } = consumer;
    const log = context.logger.child({ topic, group, kind: event.kind, eventId: event.id });
    let firstFailedAt: Date | undefined;
    for (let attempts = 1; ; attempts += 1) {
      try {
        await consumer.handler(event);
        context.metrics?.eventLagSeconds.observe(
          { topic, group },
          Math.max(0, Date.now() - Date.parse(event.occurredAt)) / 1_000,
        );
        log.debug('event handled');
        return true;
      } catch (error) {
        firstFailedAt ??= new Date();
        if (attempts >= retry.maxAttempts)
          return park(consumer, event, { error, attempts, firstFailedAt }, { ...context, logger: log });
        log.warn({ err: error, attempts }, 'event handler failed');
        if (await isStoppedWhileWaiting(backoffMs(retry, attempts), context.signal)) return false;
      }
    }
  });
}

async function park(
  consumer: EventConsumer,
  event: DomainEvent,
  failure: Parameters<NonNullable<EventConsumer['onPoison']>>[1],
  { logger, metrics, signal }: HandlingContext,
): Promise<boolean> {
  const { topic, group, retry = defaultRetry } = consumer;
  metrics?.counter('events_parked_total', 'Events given up on.', ['topic', 'group']).inc({ topic, group });
  logger.error({ err: failure.error, attempts: failure.attempts }, 'event parked');
  for (let failures = 1; ; failures += 1) {
    try {
      await consumer.onPoison?.(event, failure);
      return true;
    } catch (error) {
      logger.error({ err: error }, 'event could not be parked');
      if (await isStoppedWhileWaiting(backoffMs(retry, failures), signal)) return false;
    }
  }
}

async function isStoppedWhileWaiting(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return signal.aborted;
}
