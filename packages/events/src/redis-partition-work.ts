import { createKeyQueues } from './key-queues.ts';

/** What one consumer has read of one partition and not yet seen through. */
export interface PartitionWork {
  /** Whether the group exists and everything pending has been claimed; reading may go on. */
  isOpen: boolean;
  /** Fires when the partition is lost or given back: retries stop, nothing more is started. */
  readonly signal: AbortSignal;
  /** Entries read and not acknowledged. */
  readonly size: number;
  /** False when the entry is under way or done already: a claim after a broken connection returns those too. */
  begin(entryId: string): boolean;
  queue(key: string, work: () => Promise<void>): void;
  /** Handled: to be acknowledged by the next `flush`. */
  finish(entryId: string): void;
  /** Not handled: stays pending in Redis for the next owner. */
  abandon(entryId: string): void;
  /** Acknowledges what is finished; keeps it for the next time when that fails. */
  flush(acknowledge: (entryIds: readonly string[]) => Promise<void>): Promise<void>;
  stop(): void;
  /** Resolves when no handler runs. */
  idle(): Promise<void>;
}

export function createPartitionWork(): PartitionWork {
  const underWay = new Set<string>();
  const finished = new Set<string>();
  const queues = createKeyQueues();
  const abort = new AbortController();
  return {
    isOpen: false,
    signal: abort.signal,
    get size() {
      return underWay.size + finished.size;
    },
    begin(entryId) {
      if (abort.signal.aborted || underWay.has(entryId) || finished.has(entryId)) return false;
      underWay.add(entryId);
      return true;
    },
    queue: queues.push,
    finish(entryId) {
      underWay.delete(entryId);
      finished.add(entryId);
    },
    abandon: (entryId) => void underWay.delete(entryId),
    async flush(acknowledge) {
      const entryIds = [...finished];
      if (entryIds.length === 0) return;
      await acknowledge(entryIds);
      for (const entryId of entryIds) finished.delete(entryId);
    },
    stop: () => abort.abort(),
    idle: queues.idle,
  };
}
