import type { Logger } from '@swiftcart/service';
import type { DeliveryRecord } from '../domain/delivery-record.ts';

/** What a read found, for comparing with what is there later. */
export function markerOf(record: { revision: number; positionAt: Date | null } | null | undefined): string {
  return record === null || record === undefined ? 'none' : `${record.revision}/${record.positionAt?.getTime() ?? ''}`;
}

/** Reads records for listeners: at most one read of an order at a time, and one more if it was asked for meanwhile. */
export interface RecordReader {
  refresh(orderId: string): void;
  /** Of the last read that was delivered; undefined before the first. */
  markerOf(orderId: string): string | undefined;
  forget(orderId: string): void;
}

export function createRecordReader({
  readRecord,
  logger,
  deliver,
  isWanted,
  isWatched,
}: {
  readRecord(orderId: string): Promise<DeliveryRecord | null>;
  logger: Pick<Logger, 'warn'>;
  deliver(orderId: string, record: DeliveryRecord | null): void;
  /** Whether anybody would hear of this order. */
  isWanted(orderId: string): boolean;
  /** Whether somebody follows this very order; only then is its marker kept. */
  isWatched(orderId: string): boolean;
}): RecordReader {
  const reading = new Map<string, { isStale: boolean }>();
  const markers = new Map<string, string>();

  async function read(orderId: string, state: { isStale: boolean }): Promise<void> {
    try {
      do {
        state.isStale = false;
        const record = await readRecord(orderId);
        if (!isWanted(orderId)) return;
        const marker = markerOf(record && { ...record, positionAt: record.position?.recordedAt ?? null });
        if (isWatched(orderId)) markers.set(orderId, marker);
        deliver(orderId, record);
      } while (state.isStale);
    } catch (error) {
      // The poll asks again: the marker of this order has not moved.
      logger.warn({ err: error, orderId }, 'delivery not read for its streams; the poll will');
    } finally {
      reading.delete(orderId);
    }
  }

  return {
    refresh(orderId) {
      if (!isWanted(orderId)) return;
      const running = reading.get(orderId);
      // A read that began before this call may have seen the past, so one more must follow it.
      if (running !== undefined) running.isStale = true;
      else {
        const state = { isStale: false };
        reading.set(orderId, state);
        void read(orderId, state);
      }
    },
    markerOf: (orderId) => markers.get(orderId),
    forget: (orderId) => void markers.delete(orderId),
  };
}
