import type { Caller } from '../auth/caller.ts';

/** Why a client's subscription ended, as the metrics count it. */
export type EndReason = 'complete' | 'client' | 'refused' | 'upstream_lost' | 'schema' | 'forbidden' | 'failed';

/** One client's subscription, whatever transport carries it. None of its methods throws. */
export interface Subscriber {
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  readonly correlationId: string;
  /** One event, as the JSON text of a GraphQL result; the same bytes go to everyone who shares the stream. */
  deliver(payload: Buffer): void;
  /** The stream is over; nothing follows. */
  complete(): void;
  /** The stream ended before its time. `isLost` says that subscribing again is likely to help. */
  fail(errors: readonly unknown[], isLost: boolean): void;
}

/** A subscription that runs; `leave` is the client's end of it, and harmless when repeated. */
export interface Subscription {
  leave(): void;
}
