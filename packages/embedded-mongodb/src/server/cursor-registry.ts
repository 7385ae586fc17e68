import { Long } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';

/** An open cursor: what is left to send, as BSON. */
export interface OpenCursor {
  readonly id: Long;
  readonly namespace: string;
  readonly remaining: Iterator<Uint8Array>;
  /** A document that was taken but did not fit into the last batch. */
  held: Uint8Array | undefined;
  lastUsedAt: number;
  readonly neverExpires: boolean;
  /** Stays open at the end of this collection. */
  readonly tails: Collection | undefined;
  /** A getMore at the end waits for the next document. */
  readonly awaitsData: boolean;
}

export interface CursorOptions {
  readonly batchSize?: number | undefined;
  readonly isSingle?: boolean;
  readonly neverExpires?: boolean;
  readonly tails?: Collection | undefined;
  readonly awaitsData?: boolean;
}

export interface Batch {
  readonly documents: readonly Uint8Array[];
  /** Zero when nothing is left. */
  readonly cursorId: Long;
}

/** What a batch may weigh, in bytes, whatever the client's batch size: an answer is at most 16 MiB plus its frame. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MINUTE_MS = 60_000;

/** Cursors with more to give, until they are read to the end, killed, or left for ten minutes. */
export class CursorRegistry {
  readonly #cursors = new Map<string, OpenCursor>();
  readonly #timeoutMs: number;
  readonly #now: () => number;
  #lastId = BigInt(Math.floor(Math.random() * 2 ** 40));

  constructor(now: () => number, timeoutMs = 10 * MINUTE_MS) {
    this.#now = now;
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#cursors.size;
  }

  /** The first batch, and a cursor for the rest when there is one. */
  open(namespace: string, documents: Iterable<Uint8Array>, options: CursorOptions): Batch {
    this.#lastId += 1n + BigInt(Math.floor(Math.random() * 1000));
    const cursor: OpenCursor = {
      id: Long.fromBigInt(this.#lastId),
      namespace,
      remaining: documents[Symbol.iterator](),
      held: undefined,
      lastUsedAt: this.#now(),
      neverExpires: options.neverExpires ?? false,
      tails: options.tails,
      awaitsData: options.awaitsData ?? false,
    };
    const batch = this.#take(cursor, options.batchSize ?? 101);
    if (options.isSingle) return { documents: batch.documents, cursorId: Long.ZERO };
    if (!batch.cursorId.isZero()) this.#cursors.set(cursor.id.toString(), cursor);
    return batch;
  }

  /** The next batch. Throws 43 CursorNotFound, and 13 when the cursor is another namespace's. */
  next(id: Long, namespace: string, batchSize: number | undefined): Batch {
    const cursor = this.#cursors.get(id.toString());
    if (!cursor) throw new CommandError(43, `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw new CommandError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    cursor.lastUsedAt = this.#now();
    // A batch size of 0 means "as many as fit".
    const batch = this.#takeOrForget(cursor, batchSize || Number.POSITIVE_INFINITY);
    if (batch.cursorId.isZero()) this.#cursors.delete(id.toString());
    return batch;
  }

  /** Ends when a cursor that waits for data has some, or after the time; undefined when there is nothing to wait for. */
  waitForData(id: Long, timeoutMs: number): Promise<void> | undefined {
    const cursor = this.#cursors.get(id.toString());
    return cursor?.awaitsData && cursor.tails ? awaitData(cursor, cursor.tails, timeoutMs) : undefined;
  }

  kill(id: Long, namespace?: string): boolean {
    const cursor = this.#cursors.get(id.toString());
    if (!cursor || (namespace !== undefined && cursor.namespace !== namespace)) return false;
    return this.#cursors.delete(id.toString());
  }

  /** Forgets cursors of a dropped namespace, or all. */
  killWhere(isDoomed: (namespace: string) => boolean): void {
    for (const [id, cursor] of this.#cursors) if (isDoomed(cursor.namespace)) this.#cursors.delete(id);
  }

  expire(): void {
    const oldest = this.#now() - this.#timeoutMs;
    for (const [id, cursor] of this.#cursors) {
      if (!cursor.neverExpires && cursor.lastUsedAt < oldest) this.#cursors.delete(id);
    }
  }

  #takeOrForget(cursor: OpenCursor, count: number): Batch {
    try {
      return this.#take(cursor, count);
    } catch (error) {
      this.#cursors.delete(cursor.id.toString());
      throw error;
    }
  }

  #take(cursor: OpenCursor, count: number): Batch {
    const documents: Uint8Array[] = [];
    let byteLength = 0;
    while (documents.length < count) {
      const document = cursor.held ?? nextOf(cursor.remaining);
      cursor.held = undefined;
      if (!document) return { documents, cursorId: cursor.tails ? cursor.id : Long.ZERO };
      byteLength += document.byteLength;
      if (documents.length > 0 && byteLength > MAX_BATCH_BYTES) {
        cursor.held = document;
        break;
      }
      documents.push(document);
    }
    // One look ahead spares the client a round trip that would bring nothing.
    cursor.held ??= count === 0 ? undefined : nextOf(cursor.remaining);
    const isDone = count > 0 && cursor.held === undefined && !cursor.tails;
    return { documents, cursorId: isDone ? Long.ZERO : cursor.id };
  }
}

/** Documents that the filter does not want wake it too; it goes on waiting then. */
async function awaitData(cursor: OpenCursor, collection: Collection, timeoutMs: number): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    cursor.held ??= nextOf(cursor.remaining);
    const leftMs = endsAt - performance.now();
    if (cursor.held || leftMs <= 0) return;
    await collection.nextInsert(leftMs);
  }
}

function nextOf(iterator: Iterator<Uint8Array>): Uint8Array | undefined {
  const step = iterator.next();
  return step.done ? undefined : step.value;
}
