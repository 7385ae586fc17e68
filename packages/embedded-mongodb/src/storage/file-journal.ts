import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Change, Journal } from '../engine/journal.ts';
import { encodeHeader, encodeRecord, HEADER_BYTES } from './file-format.ts';
import { StorageError } from './storage-error.ts';

type Phase =
  | { readonly name: 'restoring' }
  | { readonly name: 'open' }
  | { readonly name: 'failed'; readonly error: StorageError };

/** What waits to be written: a record, or the order to go on in another file. */
type Entry = Buffer | { readonly nextPath: string };

interface Waiter {
  readonly sequence: number;
  resolve(): void;
  reject(error: Error): void;
}

export interface FileJournalEvents {
  /** The disk refused; called once. */
  onFailure(error: StorageError): void;
  /** A group is on disk. */
  onFlushed(): void;
}

export interface FileJournalOptions extends FileJournalEvents {
  /** False: a group counts as kept once the system has it, and a power cut may take it. Default true. */
  readonly syncs?: boolean;
}

/**
 * The append-only log. Records queue in order; while one group is written and synced the next one gathers, so many
 * writers share one fdatasync. After a failed sync nothing more is accepted: the kernel may have dropped the pages, and a
 * second sync that succeeds would be a lie.
 */
export class FileJournal implements Journal {
  #phase: Phase = { name: 'restoring' };
  #file: FileHandle | undefined;
  #position = 0;
  #queue: Entry[] = [];
  #waiters: Waiter[] = [];
  #queuedSequence = 0;
  #flushedSequence = 0;
  #isWriting = false;
  readonly #events: FileJournalOptions;

  constructor(events: FileJournalOptions) {
    this.#events = events;
  }

  /** Bytes in the current file. */
  get byteLength(): number {
    return this.#position;
  }

  /** Continues the file at `position` (0: a new file). Before, changes were being restored from it and not recorded. */
  async open(path: string, position: number): Promise<void> {
    await this.#openFile(path, position);
    this.#phase = { name: 'open' };
  }

  record(change: Change): void {
    if (this.#phase.name === 'restoring') return;
    if (this.#phase.name === 'failed') throw this.#phase.error;
    this.#enqueue(encodeRecord(change));
  }

  flushed(): Promise<void> {
    if (this.#phase.name === 'failed') return Promise.reject(this.#phase.error);
    if (this.#flushedSequence === this.#queuedSequence) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ sequence: this.#queuedSequence, resolve, reject });
      void this.#writeQueue();
    });
  }

  /** Closes the file behind what was recorded up to this call, and goes on in another. */
  rotate(nextPath: string): Promise<void> {
    this.#enqueue({ nextPath });
    return this.flushed();
  }

  async close(): Promise<void> {
    if (this.#phase.name === 'open') await this.flushed();
    await this.#file?.close();
    this.#file = undefined;
  }

  #enqueue(entry: Entry): void {
    this.#queue.push(entry);
    this.#queuedSequence += 1;
  }

  async #writeQueue(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      while (this.#queue.length > 0) {
        const count = await this.#writeGroup();
        this.#flushedSequence += count;
        this.#release();
        this.#events.onFlushed();
      }
    } catch (cause) {
      this.#fail(new StorageError('DISK', `the log could not be written: ${(cause as Error).message}`, { cause }));
    } finally {
      this.#isWriting = false;
    }
  }

  /** Writes what is queued, up to a change of files; answers how many entries that were. */
  async #writeGroup(): Promise<number> {
    const first = this.#queue[0];
    if (first && !Buffer.isBuffer(first)) {
      this.#queue.shift();
      await this.#file?.close();
      await this.#openFile(first.nextPath, 0);
      return 1;
    }
    const boundary = this.#queue.findIndex((entry) => !Buffer.isBuffer(entry));
    const group = this.#queue.splice(0, boundary < 0 ? this.#queue.length : boundary) as Buffer[];
    await this.#write(group.length === 1 && group[0] ? group[0] : Buffer.concat(group));
    return group.length;
  }

  #release(): void {
    const ready = this.#waiters.filter((waiter) => waiter.sequence <= this.#flushedSequence);
    this.#waiters = this.#waiters.filter((waiter) => waiter.sequence > this.#flushedSequence);
    for (const waiter of ready) waiter.resolve();
  }

  #fail(error: StorageError): void {
    this.#phase = { name: 'failed', error };
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
    this.#events.onFailure(error);
  }

  async #write(bytes: Buffer): Promise<void> {
    const file = this.#file;
    if (!file) throw new Error('the file is closed');
    for (let written = 0; written < bytes.byteLength; ) {
      const result = await file.write(bytes, written, bytes.byteLength - written, this.#position);
      written += result.bytesWritten;
      this.#position += result.bytesWritten;
    }
    if (this.#events.syncs !== false) await file.datasync();
  }

  async #openFile(path: string, position: number): Promise<void> {
    this.#file = await open(path, position === 0 ? 'w' : 'r+');
    this.#position = position;
    if (position > 0) return;
    await this.#file.write(encodeHeader(), 0, HEADER_BYTES, 0);
    this.#position = HEADER_BYTES;
    await this.#file.datasync();
    await syncDirectory(dirname(path));
  }
}

/** Makes the names in a directory durable; a file that was synced is still lost when its name is not. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
