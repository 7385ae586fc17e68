import { OP_MSG, OP_QUERY, OP_REPLY } from './read-message.ts';

/** An answer as one wire message: OP_MSG, or OP_REPLY to an OP_QUERY. */
export function writeReply(body: Uint8Array, opCode: number, responseTo: number, requestId: number): Buffer {
  const prefixBytes = opCode === OP_QUERY ? 20 : 5;
  const message = Buffer.alloc(16 + prefixBytes + body.byteLength);
  message.writeInt32LE(message.byteLength, 0);
  message.writeInt32LE(requestId, 4);
  message.writeInt32LE(responseTo, 8);
  message.writeInt32LE(opCode === OP_QUERY ? OP_REPLY : OP_MSG, 12);
  if (opCode === OP_QUERY) {
    message.writeInt32LE(8, 16);
    message.writeInt32LE(1, 32);
  }
  message.set(body, 16 + prefixBytes);
  return message;
}
