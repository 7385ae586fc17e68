import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Catalog } from '../engine/catalog.ts';
import type { Change } from '../engine/journal.ts';
import { encodeHeader, encodeRecord } from './file-format.ts';
import { syncDirectory } from './file-journal.ts';

/** All data at one moment. Documents are references to bytes that nobody writes to, so taking it costs a pointer each. */
export type CapturedState = readonly {
  readonly head: Change;
  readonly namespace: string;
  readonly documents: readonly Uint8Array[];
  readonly indexes: readonly Change[];
}[];

/** Call it in the same turn in which the log changes files. */
export function captureState(catalog: Catalog): CapturedState {
  return [...catalog.collections()].map((collection) => {
    const { namespace, options, uuid } = collection;
    return {
      head: { kind: 'createCollection', namespace, options, uuid },
      namespace,
      documents: Array.from(collection.rows(), (row) => row.raw),
      indexes: collection.secondaryIndexes.map(({ definition }) => ({
        kind: 'createIndex',
        namespace,
        index: definition.spec,
      })),
    };
  });
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes the state into a file under another name, which it gets once all is on disk: a crash leaves the old files
 * valid. Gives way to the event loop between chunks, so the server goes on answering.
 */
export async function writeSnapshot(path: string, state: CapturedState): Promise<void> {
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w');
  try {
    for (const chunk of chunksOf(state)) await file.appendFile(chunk);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncDirectory(dirname(path));
}

function* chunksOf(state: CapturedState): Iterable<Buffer> {
  let parts: Buffer[] = [encodeHeader()];
  let byteLength = 0;
  for (const record of recordsOf(state)) {
    parts.push(record);
    byteLength += record.byteLength;
    if (byteLength < CHUNK_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    byteLength = 0;
  }
  yield Buffer.concat(parts);
}

function* recordsOf(state: CapturedState): Iterable<Buffer> {
  for (const { head, namespace, documents, indexes } of state) {
    yield encodeRecord(head);
    // Indexes first: who reads this parses each document once, for all of its keys.
    for (const index of indexes) yield encodeRecord(index);
    for (const document of documents) yield encodeRecord({ kind: 'put', namespace, document });
  }
  yield encodeRecord({ kind: 'end' });
}
