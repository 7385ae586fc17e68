import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { decodeDocument } from '../bson-codec.ts';
import type { Catalog } from '../engine/catalog.ts';
import { parseIndexDefinition } from '../engine/index-definition.ts';
import type { Change } from '../engine/journal.ts';
import type { ServerLogger } from '../server/server-logger.ts';
import { type FileRecord, HEADER_BYTES } from './file-format.ts';
import { readRecordFile } from './record-reader.ts';
import { StorageError } from './storage-error.ts';

export const journalName = (generation: number): string => `journal-${String(generation).padStart(8, '0')}`;
export const snapshotName = (generation: number): string => `snapshot-${String(generation).padStart(8, '0')}`;
const DATA_FILE = /^(journal|snapshot)-(\d{8})$/;

/** Where the log goes on. */
export interface Restored {
  readonly generation: number;
  /** Zero when the file has still to be made. */
  readonly position: number;
}

/** The generations of data files in a directory, ascending. */
export function generationsIn(directory: string): { journals: number[]; snapshots: number[] } {
  const found = { journals: [] as number[], snapshots: [] as number[] };
  for (const name of readdirSync(directory).sort()) {
    const match = DATA_FILE.exec(name);
    if (match) found[match[1] === 'journal' ? 'journals' : 'snapshots'].push(Number(match[2]));
  }
  return found;
}

/** Makes the directory, or refuses one that is full of something else. */
export function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const names = readdirSync(directory).filter((name) => !name.startsWith('.') && !name.startsWith('LOCK'));
  const isOurs = names.some((name) => DATA_FILE.test(name));
  if (names.length > 0 && !isOurs) {
    throw new StorageError(
      'FOREIGN',
      `${directory} holds other files (${names[0]}) and no data of this server: choose an empty directory`,
    );
  }
}

/**
 * Reads the newest snapshot and the logs behind it into the catalog. Snapshot N holds all that came before log N. The last
 * log may end in the middle of a record, where a crash cut it: it is cut back to its sound prefix, what is cut off is kept beside it.
 */
export function restore(directory: string, catalog: Catalog, logger: ServerLogger | undefined): Restored {
  const { journals, snapshots } = generationsIn(directory);
  const base = snapshots.at(-1);
  if (base !== undefined) readSnapshot(join(directory, snapshotName(base)), catalog);
  const live = journals.filter((generation) => generation >= (base ?? 0));
  const expectedFirst = base ?? 1;
  const isGapless = live.every((generation, position) => generation === expectedFirst + position);
  if (!isGapless || (base !== undefined && live.length === 0)) {
    throw new StorageError(
      'DAMAGED',
      `${directory} misses ${journalName(expectedFirst)} or a log file behind it; restore the directory from a copy`,
    );
  }
  let position = 0;
  for (const generation of live) {
    const isLast = generation === live.at(-1);
    position = readJournal(join(directory, journalName(generation)), catalog, isLast, logger);
  }
  // A crash behind a compaction's last step leaves what the snapshot replaced, one before it a snapshot that was never finished.
  removeOldFiles(directory, base ?? 0);
  return { generation: live.at(-1) ?? expectedFirst, position };
}

/** Removes what a finished snapshot replaced, and unfinished ones. */
export function removeOldFiles(directory: string, base: number): void {
  const { journals, snapshots } = generationsIn(directory);
  for (const generation of journals)
    if (generation < base) rmSync(join(directory, journalName(generation)), { force: true });
  for (const generation of snapshots)
    if (generation < base) rmSync(join(directory, snapshotName(generation)), { force: true });
  for (const name of readdirSync(directory))
    if (name.endsWith('.unfinished')) rmSync(join(directory, name), { force: true });
}

function readSnapshot(path: string, catalog: Catalog): void {
  let isWhole = false;
  const { end, fileBytes } = readRecordFile(path, (record) => {
    isWhole = record.kind === 'end';
    if (record.kind !== 'end') applyChange(catalog, record);
  });
  if (!isWhole || end !== fileBytes) {
    throw new StorageError('DAMAGED', `${path} is damaged at byte ${end}; restore the directory from a copy`);
  }
}

function readJournal(path: string, catalog: Catalog, isLast: boolean, logger: ServerLogger | undefined): number {
  const { end, fileBytes } = readRecordFile(path, (record) => applyRecord(catalog, record));
  if (end === fileBytes) return end;
  if (!isLast)
    throw new StorageError(
      'DAMAGED',
      `${path} is damaged at byte ${end} and is not the last log; restore the directory from a copy`,
    );
  if (end >= HEADER_BYTES) keepTail(path, end, logger);
  truncateSync(path, end);
  return end;
}

/** Keeps what is cut off beside the log, unless it is the zeros that a file system leaves behind a crash. */
function keepTail(path: string, end: number, logger: ServerLogger | undefined): void {
  const kept = `${path}.cut-${end}`;
  const source = openSync(path, 'r');
  const target = openSync(kept, 'w');
  const chunk = Buffer.alloc(1024 * 1024);
  let cutBytes = 0;
  let isEmpty = true;
  try {
    for (;;) {
      const read = readSync(source, chunk, 0, chunk.byteLength, end + cutBytes);
      if (read === 0) break;
      cutBytes += read;
      isEmpty &&= chunk.subarray(0, read).every((byte) => byte === 0);
      writeSync(target, chunk, 0, read);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
  if (isEmpty) {
    rmSync(kept);
    return;
  }
  logger?.warn(
    { path, end, cutBytes },
    'the log ended in an unfinished record; it was cut back and the rest kept beside it',
  );
}

function applyRecord(catalog: Catalog, record: FileRecord): void {
  if (record.kind !== 'end') applyChange(catalog, record);
}

function applyChange(catalog: Catalog, change: Change): void {
  const { namespace } = change;
  switch (change.kind) {
    case 'put':
      catalog.ensure(namespace).restore(change.document, decodeDocument(change.document));
      return;
    case 'remove':
      catalog.find(namespace)?.removeById(change.id);
      return;
    case 'createCollection':
      catalog.create(namespace, change.options, change.uuid);
      return;
    case 'dropCollection':
      catalog.drop(namespace);
      return;
    case 'renameCollection':
      catalog.rename(namespace, change.to);
      return;
    case 'modifyCollection':
      catalog.find(namespace)?.setOptions(change.options);
      return;
    case 'createIndex':
      catalog.ensure(namespace).addIndex(parseIndexDefinition(change.index));
      return;
    case 'dropIndex':
      catalog.find(namespace)?.dropIndex(change.name);
      return;
    default:
      change satisfies never;
  }
}
