import { type Caller, isAssignedRider } from '../domain/delivery-access.ts';
import type { DeliveryEvent, DeliveryRecord } from '../domain/delivery-record.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import { isLate } from '../domain/estimate.ts';
import type { DeliveryFeed } from './delivery-feed.ts';
import type { DeliveryChange } from './delivery-status-stream.ts';
import { createLiveStream, type LiveStream } from './live-stream.ts';

/** As the schema's filter; what is undefined does not count. */
export interface QueueFilter {
  readonly statuses?: readonly DeliveryState[] | undefined;
  readonly isLate?: boolean | undefined;
  readonly riderId?: string | undefined;
  readonly isUnassigned?: boolean | undefined;
}

/** Orders whose last sent sequence is remembered; far more than change within the poll's overlap. */
const maxRemembered = 10_000;

/** Every event of every matching delivery from now on, in order within each delivery. Never ends by itself. */
export function deliveryQueueStream({
  feed,
  caller,
  filter,
  now,
  signal,
}: {
  feed: DeliveryFeed;
  caller: Caller;
  filter: QueueFilter;
  now: () => Date;
  signal?: AbortSignal | undefined;
}): LiveStream<DeliveryChange> {
  const startedAt = now();
  const sent = new Map<string, number>();
  // The newest record of each delivery that may have something to tell, in the order of their changes.
  const changed = new Map<string, DeliveryRecord>();

  function nextEvent(record: DeliveryRecord): DeliveryEvent | undefined {
    const last = sent.get(record.orderId) ?? record.timeline.filter(({ occurredAt }) => occurredAt < startedAt).length;
    const event = record.timeline[last];
    remember(record.orderId, event === undefined ? last : last + 1);
    return event;
  }

  function remember(orderId: string, sequence: number): void {
    sent.delete(orderId);
    sent.set(orderId, sequence);
    const [oldest] = sent.keys();
    if (sent.size > maxRemembered && oldest !== undefined) sent.delete(oldest);
  }

  return createLiveStream<DeliveryChange>({
    signal,
    open: (notify) =>
      feed.watchAll((record) => {
        // The poll may bring what it read before a wake-up brought something newer.
        const pending = changed.get(record.orderId);
        if (pending !== undefined && pending.revision > record.revision) return;
        changed.set(record.orderId, record);
        notify();
      }),
    take() {
      for (const [orderId, record] of changed) {
        for (let event = nextEvent(record); event !== undefined; event = nextEvent(record)) {
          if (mayReceive(caller, record) && matches(filter, record, event, now())) return { value: { event, record } };
        }
        changed.delete(orderId);
      }
      return undefined;
    },
  });
}

function mayReceive(caller: Caller, record: DeliveryRecord): boolean {
  return caller.isOperator || isAssignedRider(caller, record);
}

function matches(filter: QueueFilter, record: DeliveryRecord, event: DeliveryEvent, now: Date): boolean {
  const { statuses, riderId, isUnassigned } = filter;
  // Where it came from counts as well: a list must hear that a row has left it.
  if (statuses !== undefined && !statuses.includes(event.to) && !(event.from && statuses.includes(event.from)))
    return false;
  if (filter.isLate !== undefined && filter.isLate !== isLate(record, now)) return false;
  if (riderId !== undefined && record.riderId !== riderId) return false;
  if (isUnassigned === undefined || event.kind === 'RIDER_ASSIGNED') return true;
  return isUnassigned === (record.riderId === null);
}
