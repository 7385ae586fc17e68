import { join } from 'node:path';
import { Catalog } from '../engine/catalog.ts';
import { memoryJournal } from '../engine/journal.ts';
import type { ServerLogger } from '../server/server-logger.ts';
import { lockDirectory } from './directory-lock.ts';
import { FileJournal } from './file-journal.ts';
import { journalName, prepareDirectory, removeOldFiles, restore, snapshotName } from './restore.ts';
import type { StorageError } from './storage-error.ts';
import { captureState, writeSnapshot } from './write-snapshot.ts';

export interface StorageOptions {
  readonly logger?: ServerLogger | undefined;
  /** The log is compacted once it has grown by this many bytes, and by half of what the documents weigh. Default 32 MiB. */
  readonly compactAfterBytes?: number | undefined;
  /** Whether an acknowledged write waits for the disk. Default true. */
  readonly sync?: boolean | undefined;
  /** The disk refused a write: memory is ahead of it, so the server must stop. */
  onFailure(error: StorageError): void;
}

export interface Storage {
  readonly catalog: Catalog;
  close(): Promise<void>;
}

/** A catalog that forgets everything with the process. */
export function openMemoryStorage(): Storage {
  return { catalog: new Catalog(memoryJournal), close: async () => undefined };
}

/** Takes the directory, restores what it holds, and keeps every change there. Throws StorageError. */
export async function openStorage(directory: string, options: StorageOptions): Promise<Storage> {
  prepareDirectory(directory);
  const unlock = lockDirectory(directory);
  try {
    let afterFlush = () => {};
    const journal = new FileJournal({
      syncs: options.sync ?? true,
      onFailure: options.onFailure,
      onFlushed: () => afterFlush(),
    });
    const catalog = new Catalog(journal);
    const restored = restore(directory, catalog, options.logger);
    await journal.open(join(directory, journalName(restored.generation)), restored.position);
    const compactor = createCompactor(directory, catalog, journal, restored.generation, options);
    afterFlush = compactor.compactIfDue;
    compactor.compactIfDue();
    return {
      catalog,
      async close() {
        // First the compaction, which still changes files; then no new one can start.
        afterFlush = () => {};
        await compactor.finished();
        await journal.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Replaces log and snapshot by a new snapshot when the log has grown enough; never two at a time. */
function createCompactor(
  directory: string,
  catalog: Catalog,
  journal: FileJournal,
  firstGeneration: number,
  options: StorageOptions,
) {
  const compactAfterBytes = options.compactAfterBytes ?? 32 * 1024 * 1024;
  let generation = firstGeneration;
  let running: Promise<void> | undefined;

  /** The log changes files and the state is captured in one turn, so snapshot N is exactly what came before log N. */
  async function compact(): Promise<void> {
    generation += 1;
    const base = generation;
    const state = captureState(catalog);
    await journal.rotate(join(directory, journalName(base)));
    await writeSnapshot(join(directory, snapshotName(base)), state);
    removeOldFiles(directory, base);
  }

  return {
    compactIfDue() {
      if (running || journal.byteLength < compactAfterBytes) return;
      // A large data set is not written anew for every small growth.
      if (journal.byteLength < Math.min(liveBytes(catalog) / 2, compactAfterBytes * 16)) return;
      running = compact()
        .catch((error) =>
          options.logger?.error({ err: error }, 'compaction failed; the log is kept and goes on growing'),
        )
        .finally(() => {
          running = undefined;
        });
    },
    finished: () => running ?? Promise.resolve(),
  };
}

function liveBytes(catalog: Catalog): number {
  let total = 0;
  for (const collection of catalog.collections()) total += collection.byteLength;
  return total;
}
