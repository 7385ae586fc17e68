import type { EventBus } from '@swiftcart/events';
import type { Logger } from '@swiftcart/service';
import { deliveryTopic, positionTopic } from '../commands/delivery-event-message.ts';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import type { Store } from '../store/store.ts';
import { createPoller } from './poller.ts';
import { createRecordReader } from './record-reader.ts';

/** Called with the record as it is now, or null while there is none. Never twice at a time for one order. */
export type RecordListener = (record: DeliveryRecord | null) => void;

/**
 * Tells the live streams of this process how deliveries stand. The database is the truth; the bus only says when to look.
 * One read serves all who watch an order, and one small query per interval finds what the bus failed to tell.
 */
export interface DeliveryFeed extends AsyncDisposable {
  /** Listens first and then reads, so nothing falls between. Returns what stops it. */
  watch(orderId: string, listener: RecordListener): () => void;
  /** Every delivery that changes from now on. */
  watchAll(listener: (record: DeliveryRecord) => void): () => void;
  /** How many listeners there are now; zero when nobody is subscribed. */
  readonly listenerCount: number;
}

export async function createDeliveryFeed({
  store,
  bus,
  logger,
  pollMs,
  now,
}: {
  store: Store;
  bus: EventBus;
  logger: Logger;
  pollMs: number;
  now: () => Date;
}): Promise<DeliveryFeed> {
  const watched = new Map<string, Set<RecordListener>>();
  const watchingAll = new Set<(record: DeliveryRecord) => void>();

  function deliverToAll(record: DeliveryRecord): void {
    for (const listener of [...watchingAll]) listener(record);
  }

  const reader = createRecordReader({
    readRecord: (orderId) => store.deliveries.findByOrderId(orderId),
    logger,
    deliver(orderId, record) {
      for (const listener of [...(watched.get(orderId) ?? [])]) listener(record);
      if (record !== null) deliverToAll(record);
    },
    isWanted: (orderId) => watched.has(orderId) || watchingAll.size > 0,
    isWatched: (orderId) => watched.has(orderId),
  });
  const poller = createPoller({
    store,
    logger,
    pollMs,
    now,
    watchedIds: () => [...watched.keys()],
    isWatchingAll: () => watchingAll.size > 0,
    refresh: (orderId) => reader.refresh(orderId),
    knownMarker: (orderId) => reader.markerOf(orderId),
    deliverToAll,
  });

  const wakeUps = [
    await bus.listen({ topic: deliveryTopic, handler: (event) => reader.refresh(event.key) }),
    // Only those who follow this very order care where its rider is; the queue does not.
    await bus.listen({
      topic: positionTopic,
      handler: (event) => {
        if (watched.has(event.key)) reader.refresh(event.key);
      },
    }),
  ];

  return {
    watch(orderId, listener) {
      const listeners = watched.get(orderId) ?? new Set();
      watched.set(orderId, listeners.add(listener));
      reader.refresh(orderId);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || watched.get(orderId) !== listeners) return;
        watched.delete(orderId);
        reader.forget(orderId);
      };
    },
    watchAll(listener) {
      if (watchingAll.size === 0) poller.startWatchingAll();
      watchingAll.add(listener);
      return () => void watchingAll.delete(listener);
    },
    get listenerCount() {
      let count = watchingAll.size;
      for (const listeners of watched.values()) count += listeners.size;
      return count;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(wakeUps.map((wakeUp) => wakeUp[Symbol.asyncDispose]()));
      await poller[Symbol.asyncDispose]();
      watched.clear();
      watchingAll.clear();
    },
  };
}
