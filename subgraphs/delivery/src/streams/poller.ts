import type { Logger } from '@swiftcart/service';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import { repeat } from '../repeat.ts';
import type { Store } from '../store/store.ts';
import { markerOf } from './record-reader.ts';

/** Orders per query, changed rows per query. */
const batchSize = 500;
/** Clocks of several processes differ, and a write may be stamped before it lands. */
const overlapMs = 5_000;

/** The safety net under the bus: finds changes that no message told. Idle while nobody watches. */
export interface Poller extends AsyncDisposable {
  /** From now on changes of all deliveries matter. */
  startWatchingAll(): void;
}

export function createPoller({
  store,
  logger,
  pollMs,
  now,
  watchedIds,
  isWatchingAll,
  refresh,
  knownMarker,
  deliverToAll,
}: {
  store: Store;
  logger: Logger;
  pollMs: number;
  now: () => Date;
  watchedIds(): string[];
  isWatchingAll(): boolean;
  refresh(orderId: string): void;
  knownMarker(orderId: string): string | undefined;
  /** Records come again while they are in the overlap; listeners know which events they have had. */
  deliverToAll(record: DeliveryRecord): void;
}): Poller {
  let changedSince = now();

  async function lookAtWatched(): Promise<void> {
    const ids = watchedIds();
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = ids.slice(start, start + batchSize);
      const found = new Map((await store.deliveries.findMarkers(batch)).map((marker) => [marker.orderId, marker]));
      for (const orderId of batch) {
        if (markerOf(found.get(orderId)) !== knownMarker(orderId)) refresh(orderId);
      }
    }
  }

  async function lookAtAll(): Promise<void> {
    let since = new Date(changedSince.getTime() - overlapMs);
    for (;;) {
      const changed = await store.queries.changedSince(since, batchSize);
      for (const record of changed) deliverToAll(record);
      const last = changed.at(-1)?.updatedAt;
      if (last !== undefined && last > changedSince) changedSince = last;
      // A full page that ends where it began could only be read again; its rest comes with the next wake-ups.
      if (changed.length < batchSize || last === undefined || last <= since) return;
      since = last;
    }
  }

  const rounds = repeat({
    everyMs: pollMs,
    run: async () => {
      await lookAtWatched();
      if (isWatchingAll()) await lookAtAll();
    },
    onError: (error) => logger.warn({ err: error }, 'looking for missed delivery changes failed; it is tried again'),
  });

  return {
    startWatchingAll() {
      changedSince = now();
    },
    [Symbol.asyncDispose]: () => rounds[Symbol.asyncDispose](),
  };
}
