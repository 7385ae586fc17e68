import type { DomainEvent } from './domain-event.ts';

/** Tells others. Two implementations behave alike: one within a process, one over Redis. */
export interface EventBus extends AsyncDisposable {
  /**
   * Resolves when the bus has taken the event over. Throws BusUnavailableError when it cannot be reached just now (the
   * event stays in its outbox) and any other error when this event can never be published.
   */
  publish(event: DomainEvent, options?: PublishOptions): Promise<void>;
  /**
   * One member of the group handles each event: at least once, in order per key. A handler that throws is tried again
   * with backoff; after the last try the event goes to `onPoison` and its key goes on. Dispose to stop; running handlers finish.
   */
  consume(consumer: EventConsumer): Promise<AsyncDisposable>;
  /** Every process hears every event from now on; best effort, for wake-ups. A handler's errors are logged. */
  listen(listener: EventListener): Promise<AsyncDisposable>;
}

export interface PublishOptions {
  /**
   * Resolve only when the death of this process cannot lose the event any more: for outboxes, which forget it then. The
   * memory bus has nothing that outlives the process, so there it means that every group has handled or parked the event.
   */
  untilSafe?: boolean | undefined;
}

export interface EventConsumer {
  topic: string;
  /** The consuming subgraph. */
  group: string;
  handler(event: DomainEvent): Promise<void>;
  /** Parks an event that failed every try. When it throws itself, it is called again until it works: nothing is dropped. Default: an error in the log. */
  onPoison?: ((event: DomainEvent, failure: PoisonFailure) => Promise<void>) | undefined;
  retry?: RetryPolicy | undefined;
}

export interface PoisonFailure {
  error: unknown;
  attempts: number;
  firstFailedAt: Date;
}

export interface EventListener {
  topic: string;
  handler(event: DomainEvent): void;
  /** Events may have been missed: the connection was lost and is back. Called after listening has begun again. */
  onGap?: (() => void) | undefined;
}

/** How often a failing step is tried, and how long is waited in between: doubling from `baseMs` to `maxMs`, with jitter. */
export interface RetryPolicy {
  maxAttempts: number;
  baseMs: number;
  maxMs: number;
}

/** About 25 s in all: longer than a restart of a database, shorter than a customer's patience with a stuck order. */
export const defaultRetry: RetryPolicy = { maxAttempts: 10, baseMs: 50, maxMs: 10_000 };

/** The pause after the n-th failure (from 1): half of it fixed, half random, so that many waiters do not return together. */
export function backoffMs(
  { baseMs, maxMs }: Pick<RetryPolicy, 'baseMs' | 'maxMs'>,
  failures: number,
  random = Math.random(),
): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (full / 2) * random;
}

/** The bus cannot be reached just now; trying later is safe and useful. */
export class BusUnavailableError extends Error {
  readonly code = 'BUS_UNAVAILABLE';
  constructor(cause?: unknown) {
    super('The event bus cannot be reached.', { cause });
    this.name = 'BusUnavailableError';
  }
}
