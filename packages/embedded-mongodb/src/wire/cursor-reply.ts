import type { Long } from 'bson';
import { encodeDocument } from '../bson-codec.ts';
import type { Doc } from '../values/bson-type.ts';

/**
 * `{ cursor: { <batchName>: [...], id, ns }, ok: 1, ...rest }` as BSON. Documents are copied in as bytes; parsing and
 * serialising each again would cost more than the query.
 */
export function encodeCursorReply(
  batchName: 'firstBatch' | 'nextBatch',
  batch: readonly Uint8Array[],
  id: Long,
  namespace: string,
  rest: Doc = {},
): Uint8Array {
  const array = encodeArray(batch);
  const tail = encodeDocument({ id, ns: namespace });
  const cursorBody = Buffer.concat([element(0x04, batchName), array, tail.subarray(4)]);
  const restBytes = encodeDocument({ ok: 1, ...rest });
  return withLength([element(0x03, 'cursor'), withLength([cursorBody]), restBytes.subarray(4)]);
}

function encodeArray(items: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let index = 0; index < items.length; index += 1) {
    parts.push(element(0x03, String(index)), items[index] as Uint8Array);
  }
  parts.push(new Uint8Array(1));
  return withLength(parts);
}

function element(type: number, name: string): Buffer {
  const bytes = Buffer.allocUnsafe(name.length + 2);
  bytes[0] = type;
  bytes.write(name, 1, 'latin1');
  bytes[bytes.byteLength - 1] = 0;
  return bytes;
}

/** Puts the int32 length of a document in front; the parts bring its closing zero. */
function withLength(parts: readonly Uint8Array[]): Buffer {
  const length = Buffer.allocUnsafe(4);
  const whole = Buffer.concat([length, ...parts]);
  whole.writeInt32LE(whole.byteLength, 0);
  return whole;
}
