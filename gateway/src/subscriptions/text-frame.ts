import type { Duplex } from 'node:stream';

/** Payloads up to this size are copied into their frame: one write call costs more than copying so few bytes. */
const mostCopiedBytes = 16 * 1024;

const finalText = 0x81;

/**
 * Writes one WebSocket text message (RFC 6455, 5.2: final, unmasked) made of three parts, of which `payload` may be
 * shared by many. Large payloads are never copied, so that many slow readers of one event hold its bytes once.
 *
 * It goes beside `ws` to the socket below it. That keeps the order of messages as long as `ws` itself holds nothing
 * back, which it only does to compress: it is created without.
 */
export function writeTextFrame(socket: Duplex, before: Buffer, payload: Buffer, after: Buffer): void {
  const length = before.length + payload.length + after.length;
  const bodyAt = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const isCopied = payload.length <= mostCopiedBytes;
  const frame = Buffer.allocUnsafe(bodyAt + (isCopied ? length : before.length));
  frame[0] = finalText;
  if (bodyAt === 2) {
    frame[1] = length;
  } else if (bodyAt === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUIntBE(0, 2, 2);
    frame.writeUIntBE(length, 4, 6);
  }
  before.copy(frame, bodyAt);
  if (isCopied) {
    payload.copy(frame, bodyAt + before.length);
    after.copy(frame, bodyAt + before.length + payload.length);
    socket.write(frame);
    return;
  }
  socket.cork();
  socket.write(frame);
  socket.write(payload);
  socket.write(after);
  socket.uncork();
}
