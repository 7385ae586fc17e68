import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createByteSlabs } from './byte-slabs.ts';
import {
  checkHeader,
  decodeRecord,
  type FileRecord,
  HEADER_BYTES,
  RECORD_HEAD_BYTES,
  recordEnd,
} from './file-format.ts';

const WINDOW_BYTES = 4 * 1024 * 1024;
/** A document of 16 MiB with its namespace and head; what claims to be longer is no record. */
const MAX_RECORD_BYTES = 20 * 1024 * 1024;

export interface ReadResult {
  /** Where the first unsound record begins, or the file ends; 0 for a file whose header was never written. */
  readonly end: number;
  readonly fileBytes: number;
}

/**
 * Calls `apply` with every sound record of a file in order, a few megabytes at a time: a file may be larger than any buffer.
 * Throws StorageError for another program's file and a newer format.
 */
export function readRecordFile(path: string, apply: (record: FileRecord) => void): ReadResult {
  const file = openSync(path, 'r');
  try {
    const fileBytes = fstatSync(file).size;
    const header = Buffer.alloc(Math.min(HEADER_BYTES, fileBytes));
    readSync(file, header, 0, header.byteLength, 0);
    if (!checkHeader(header, path)) return { end: 0, fileBytes };
    return { end: readFrom(file, fileBytes, apply), fileBytes };
  } finally {
    closeSync(file);
  }
}

function readFrom(file: number, fileBytes: number, apply: (record: FileRecord) => void): number {
  const keep = createByteSlabs();
  let position = HEADER_BYTES;
  let windowBytes = WINDOW_BYTES;
  while (position < fileBytes) {
    const bytes = Buffer.allocUnsafe(Math.min(windowBytes, fileBytes - position));
    fill(file, bytes, position);
    let offset = 0;
    for (;;) {
      const end = recordEnd(bytes, offset, MAX_RECORD_BYTES);
      if (end === 'unsound') return position + offset;
      if (end === 'cut') break;
      apply(decodeRecord(bytes.subarray(offset + RECORD_HEAD_BYTES, end), keep));
      offset = end;
    }
    const isWhole = position + bytes.byteLength === fileBytes;
    position += offset;
    if (isWhole) return position;
    // Not one record fitted: a larger window holds the largest there can be.
    windowBytes = offset === 0 ? MAX_RECORD_BYTES : WINDOW_BYTES;
  }
  return position;
}

function fill(file: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.byteLength; ) {
    const read = readSync(file, bytes, done, bytes.byteLength - done, position + done);
    if (read === 0) throw new Error('the file became shorter while it was read');
    done += read;
  }
}
