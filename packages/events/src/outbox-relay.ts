import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '@swiftcart/service';
import type { Logger } from 'pino';
import { z } from 'zod';
import { backoffMs, defaultRetry, type EventBus, type RetryPolicy } from './event-bus.ts';
import type { ParkedEvents } from './parked-events.ts';
import { createDocumentRelay, type OutboxModel } from './relay-document.ts';

/** Publishes what documents hold in their `outbox`, then removes it there. */
export interface OutboxRelay extends AsyncDisposable {
  /** Call after a write that added events; returns at once. */
  wake(): void;
}

export interface OutboxRelayOptions {
  /** Collections whose documents have `outbox: outboxField`. Any document type will do. */
  models: readonly OutboxModel[];
  bus: EventBus;
  logger: Logger;
  metrics?: Metrics | undefined;
  /** How often documents are searched without being woken, for what another process left behind. Default 1,000. */
  intervalMs?: number | undefined;
  /** Where events go that the bus refuses for good; kept in the outbox they would hold back those behind them for ever. */
  parked: ParkedEvents;
  retry?: RetryPolicy | undefined;
}

const batchSize = 100;
/** Documents under way at once. Most take a millisecond; a few may wait for a consumer that is being retried. */
const maxUnderWay = 300;
const rowShape = z.object({ _id: z.unknown(), outbox: z.array(z.unknown()) });

/**
 * Runs until disposed. An event is removed only when the bus has it safe, so a crash in between publishes it twice, never
 * zero times. Events of one document go in order; documents do not wait for each other. While the bus is unreachable
 * everything waits; only an event that the bus itself refuses is parked in the end.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { models, logger, intervalMs = 1_000, retry = defaultRetry } = options;
  const documents = createDocumentRelay({ ...options, retry });
  /** By model and document; `again` when events may have been added since it was read. */
  const underWay = new Map<string, { done: Promise<void>; again: boolean }>();
  const stopping = new AbortController();
  let outages = 0;
  let outage: unknown;
  let isWoken = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function run(): void {
    if (running !== undefined || stopping.signal.aborted) return;
    isWoken = false;
    clearTimeout(timer);
    running = pass().then((delayMs) => {
      running = undefined;
      if (!stopping.signal.aborted) timer = setTimeout(run, isWoken && outages === 0 ? 0 : delayMs);
    });
  }

  function wake(): void {
    isWoken = true;
    // During an outage a wake must not shorten the pause, or every write would hammer the bus.
    if (outages === 0) run();
  }

  /** Looks through all collections; returns the pause before the next look. Never rejects. */
  async function pass(): Promise<number> {
    outage = undefined;
    try {
      for (const model of models) while ((await relayBatch(model)) && outage === undefined);
    } catch (error) {
      outage = error;
    }
    if (outage === undefined) {
      outages = 0;
      return Math.max(0, Math.min(intervalMs, documents.nextRetryAtMs() - Date.now()));
    }
    outages += 1;
    // Once: an outage of minutes is one line, not thousands.
    if (outages === 1 && !stopping.signal.aborted)
      logger.warn({ err: outage }, 'outbox waits: bus or database unreachable');
    return backoffMs({ baseMs: 100, maxMs: 5_000 }, outages);
  }

  /** True when there may be more to take at once. */
  async function relayBatch(model: OutboxModel): Promise<boolean> {
    const room = Math.min(batchSize, maxUnderWay - underWay.size);
    if (room <= 0 || stopping.signal.aborted) return false;
    const rows = await model.collection
      .find({ 'outbox.id': { $gt: '' } }, { projection: { outbox: 1 } })
      // Those that wait come back with every read; they must not crowd out the others.
      .limit(room + documents.failingCount + underWay.size)
      .toArray();
    const started = rows.flatMap((row) => start(model, row)).slice(0, batchSize);
    if (started.length === 0) return false;
    // Not for ever: in one process, a document waits until its consumers are done.
    await Promise.race([Promise.all(started), pause(100)]);
    return rows.length >= room && documents.failingCount === 0;
  }

  function start(model: OutboxModel, row: unknown): Promise<void>[] {
    const { _id, outbox } = rowShape.parse(row);
    const name = `${model.collection.name} ${String(_id)}`;
    const known = underWay.get(name);
    if (known !== undefined) {
      known.again = true;
      return [];
    }
    const done = documents
      .relay(model, _id, outbox)
      .catch((error: unknown) => {
        outage = error;
      })
      .finally(() => {
        const again = underWay.get(name)?.again;
        underWay.delete(name);
        if (again) wake();
      });
    underWay.set(name, { done, again: false });
    return [done];
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  timer = setTimeout(run, 0);
  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      clearTimeout(timer);
      await running;
      // What the bus already has should leave the outbox too; what waits for a consumer stays in it.
      await Promise.race([
        Promise.all([...underWay.values()].map(({ done }) => done)),
        sleep(1_000, undefined, { ref: false }),
      ]);
    },
  };
}
