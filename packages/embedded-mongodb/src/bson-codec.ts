import { BSONError, deserialize, serialize } from 'bson';
import { CommandError } from './command-error.ts';
import type { Doc } from './values/bson-type.ts';

/** MongoDB's limit for one document, in bytes. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

// Numbers stay BSON objects: int, long, double and decimal of one value are different documents on the wire.
const DECODE = { promoteLongs: false, promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Parses BSON. Strings, booleans, null, dates, arrays and documents are native; every other type is a `bson` object. */
export function decodeDocument(bytes: Uint8Array, rawFields?: Readonly<Record<string, boolean>>): Doc {
  try {
    return deserialize(bytes, rawFields ? { ...DECODE, fieldsAsRaw: rawFields } : DECODE) as Doc;
  } catch (cause) {
    if (cause instanceof BSONError) throw new CommandError(22, `invalid BSON: ${cause.message}`);
    throw cause;
  }
}

/** BSON bytes in memory of their own: they are kept, and a view would pin the buffer that they were cut from. */
export function encodeDocument(doc: Doc): Uint8Array {
  try {
    return new Uint8Array(serialize(doc, { ignoreUndefined: true }));
  } catch (error) {
    // The serialiser's buffer holds a little more than one document may weigh, and overruns as a RangeError.
    if (error instanceof RangeError)
      throw new CommandError(10334, `BSONObj size is invalid: over ${MAX_DOCUMENT_BYTES}(16MB)`);
    throw error;
  }
}

/** Refuses a document over 16 MiB with MongoDB's code 10334. */
export function assertDocumentSize(bytes: Uint8Array): void {
  if (bytes.byteLength <= MAX_DOCUMENT_BYTES) return;
  throw new CommandError(
    10334,
    `BSONObj size: ${bytes.byteLength} (0x${bytes.byteLength.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}(16MB)`,
  );
}

/** The name of a BSON document's first field without parsing the rest; empty for an empty document. */
export function firstFieldName(bytes: Uint8Array): string {
  if (bytes.byteLength <= 5) return '';
  const end = bytes.indexOf(0, 5);
  return Buffer.from(bytes.buffer, bytes.byteOffset + 5, end - 5).toString('utf8');
}
