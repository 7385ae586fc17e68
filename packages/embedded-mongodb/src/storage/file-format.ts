import { crc32 } from 'node:zlib';
import { decodeDocument, encodeDocument } from '../bson-codec.ts';
import type { Change } from '../engine/journal.ts';
import { StorageError } from './storage-error.ts';

/**
 * Every data file: a 16-byte header (magic, format version, checksum of both), then records, each
 * `uint32 length | uint32 crc32(length, payload) | payload`, little-endian. The length is part of the checksum, so a run of
 * zeros, which file systems leave behind a crash, is no record.
 */
const MAGIC = Buffer.from('EMBMONGO');
const FORMAT_VERSION = 1;
export const HEADER_BYTES = 16;
export const RECORD_HEAD_BYTES = 8;

const KINDS = [
  'put',
  'remove',
  'createCollection',
  'dropCollection',
  'renameCollection',
  'modifyCollection',
  'createIndex',
  'dropIndex',
  'end',
] as const satisfies readonly (Change['kind'] | 'end')[];

/** A change, or the mark that closes a snapshot: without it the snapshot was not finished. */
export type FileRecord = Change | { readonly kind: 'end' };

export function encodeHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(FORMAT_VERSION, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** Answers false for a header that a crash left unwritten. Throws StorageError for another program's file and a newer format. */
export function checkHeader(bytes: Buffer, path: string): boolean {
  const header = bytes.subarray(0, HEADER_BYTES);
  if (header.byteLength < HEADER_BYTES || header.every((byte) => byte === 0)) return false;
  if (!header.subarray(0, 8).equals(MAGIC)) {
    throw new StorageError('FOREIGN', `${path} was not written by this server; nothing was changed`);
  }
  if (header.readUInt32LE(12) !== crc32(header.subarray(0, 12))) {
    throw new StorageError('DAMAGED', `${path} has a damaged header; restore it from a copy`);
  }
  const version = header.readUInt32LE(8);
  if (version > FORMAT_VERSION) {
    throw new StorageError(
      'NEWER_FORMAT',
      `${path} has data format ${version}, this server reads up to ${FORMAT_VERSION}: start the newer version that wrote it`,
    );
  }
  return true;
}

export function encodeRecord(record: FileRecord): Buffer {
  const namespace = record.kind === 'end' ? '' : record.namespace;
  const body = bodyOf(record);
  const nameBytes = Buffer.byteLength(namespace);
  const payloadBytes = 3 + nameBytes + body.byteLength;
  const bytes = Buffer.allocUnsafe(RECORD_HEAD_BYTES + payloadBytes);
  bytes.writeUInt32LE(payloadBytes, 0);
  bytes[8] = KINDS.indexOf(record.kind);
  bytes.writeUInt16LE(nameBytes, 9);
  bytes.write(namespace, 11);
  bytes.set(body, 11 + nameBytes);
  bytes.writeUInt32LE(checksum(bytes, 0, RECORD_HEAD_BYTES + payloadBytes), 4);
  return bytes;
}

function bodyOf(record: FileRecord): Uint8Array {
  if (record.kind === 'put') return record.document;
  const { kind: _, ...fields } = record;
  return encodeDocument('namespace' in fields ? { ...fields, namespace: undefined } : fields);
}

function checksum(bytes: Buffer, start: number, end: number): number {
  return crc32(bytes.subarray(start + RECORD_HEAD_BYTES, end), crc32(bytes.subarray(start, start + 4)));
}

/**
 * Where the record at an offset ends. `cut` when the bytes end before it does, `unsound` when its length is impossible or
 * its checksum wrong.
 */
export function recordEnd(bytes: Buffer, offset: number, maxBytes: number): number | 'cut' | 'unsound' {
  if (offset + RECORD_HEAD_BYTES > bytes.byteLength) return 'cut';
  const payloadBytes = bytes.readUInt32LE(offset);
  if (payloadBytes > maxBytes - RECORD_HEAD_BYTES) return 'unsound';
  const end = offset + RECORD_HEAD_BYTES + payloadBytes;
  if (end > bytes.byteLength) return 'cut';
  return bytes.readUInt32LE(offset + 4) === checksum(bytes, offset, end) ? end : 'unsound';
}

/** A record from its payload; `keep` copies what outlives the buffer. */
export function decodeRecord(payload: Buffer, keep: (bytes: Uint8Array) => Uint8Array): FileRecord {
  const kind = KINDS[payload[0] as number];
  const nameEnd = 3 + payload.readUInt16LE(1);
  const namespace = payload.toString('utf8', 3, nameEnd);
  const body = payload.subarray(nameEnd);
  // The file's buffer goes when it is read; what is kept must not pin it.
  if (kind === 'put') return { kind, namespace, document: keep(body) };
  return { ...decodeDocument(body), kind, namespace } as unknown as FileRecord;
}
