import { createId } from '@swiftcart/graphql';
import { z } from 'zod';

/** Something that happened in one subgraph and that others may want to know. */
export interface DomainEvent {
  /** `evt_...`; consumers are idempotent by it. */
  readonly id: string;
  /** The publishing subgraph. */
  readonly topic: string;
  /** E.g. `order.confirmed`; consumers ignore kinds they do not know. */
  readonly kind: string;
  /** Events of one key, e.g. an order id, are handled in the order they were published. */
  readonly key: string;
  /** ISO instant. */
  readonly occurredAt: string;
  /** Of the request that caused it. */
  readonly correlationId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** An event with a fresh id, to be written into its document's `outbox`. */
export function newEvent({ now, ...event }: Omit<DomainEvent, 'id' | 'occurredAt'> & { now: Date }): DomainEvent {
  return { id: createId('evt', now), ...event, occurredAt: now.toISOString() };
}

/** For what comes back from a bus or a database. */
export const domainEventSchema = z.object({
  id: z.string().min(1),
  topic: z.string().min(1),
  kind: z.string().min(1),
  key: z.string(),
  occurredAt: z.string(),
  correlationId: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
