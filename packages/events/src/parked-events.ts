import type { Connection } from 'mongoose';
import { type DomainEvent, domainEventSchema } from './domain-event.ts';
import type { EventBus, EventConsumer } from './event-bus.ts';

/** An event that was given up on and waits for a person. */
export interface ParkedEvent {
  /** The event's id, and after a colon the group that could not handle it; a bare id could not be published. */
  id: string;
  event: DomainEvent;
  /** Null: it could not be published. */
  group: string | null;
  attempts: number;
  lastError: string;
  firstFailedAt: Date;
  parkedAt: Date;
}

/** The parked events of one subgraph, in its own database (collection `parkedEvents`). */
export interface ParkedEvents {
  /** Keeps an event; parking it again only refreshes the error and counts. */
  park(
    event: DomainEvent,
    failure: { error: unknown; attempts: number; firstFailedAt?: Date },
    group?: string,
  ): Promise<void>;
  /** Newest ids first; `after` is the last id of the page before. Ask for one more than shown to know whether more follow. */
  list(page: { limit: number; after?: string | undefined }): Promise<ParkedEvent[]>;
  find(id: string): Promise<ParkedEvent | null>;
  /**
   * Hands the event on again and forgets it here; false when it is not parked (any more). Every group gets it once more,
   * which is harmless: consumers are idempotent by event id. Throws what `bus.publish` throws, and then it stays parked.
   */
  replay(id: string, bus: EventBus): Promise<boolean>;
  /** For `bus.consume`: `onPoison: parked.onPoison('orders')`. */
  onPoison(group: string): NonNullable<EventConsumer['onPoison']>;
}

interface StoredParkedEvent extends Omit<ParkedEvent, 'id' | 'event'> {
  _id: string;
  event: unknown;
}

/** The connection must be open, or opening: the driver queues nothing here. */
export function createParkedEvents(connection: Connection): ParkedEvents {
  const collection = () => connection.collection<StoredParkedEvent>('parkedEvents');

  const parked: ParkedEvents = {
    async park(event, { error, attempts, firstFailedAt = new Date() }, group) {
      await collection().updateOne(
        { _id: group === undefined ? event.id : `${event.id}:${group}` },
        {
          $set: { event, group: group ?? null, attempts, lastError: textOf(error), parkedAt: new Date() },
          $setOnInsert: { firstFailedAt },
        },
        { upsert: true },
      );
    },
    async list({ limit, after }) {
      const rows = await collection()
        .find(after === undefined ? {} : { _id: { $lt: after } })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
      return rows.map(fromStored);
    },
    async find(id) {
      const row = await collection().findOne({ _id: id });
      return row === null ? null : fromStored(row);
    },
    async replay(id, bus) {
      const found = await parked.find(id);
      if (found === null) return false;
      await bus.publish(found.event);
      await collection().deleteOne({ _id: id });
      return true;
    },
    onPoison: (group) => (event, failure) => parked.park(event, failure, group),
  };
  return parked;
}

function fromStored({ _id, event, ...rest }: StoredParkedEvent): ParkedEvent {
  return { id: _id, event: domainEventSchema.parse(event), ...rest };
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
}
