import type { Socket } from 'node:net';
import { CommandError } from '../command-error.ts';
import { MessageFramer } from '../wire/message-framer.ts';
import { OP_MSG, readMessage, requestIdOf, type WireCommand } from '../wire/read-message.ts';
import { writeReply } from '../wire/write-reply.ts';
import { encodeRefusal } from './run-command.ts';

export interface ConnectionHandlers {
  /** Undefined hangs up without an answer. */
  run(command: WireCommand): Promise<Uint8Array | undefined>;
  /** Something broke that is no refusal; the client gets InternalError. */
  onFault(error: unknown): void;
}

/** Serves one client: messages are answered in the order they came. */
export function serveConnection(socket: Socket, handlers: ConnectionHandlers): void {
  const framer = new MessageFramer();
  let nextRequestId = 1;
  let queue: Promise<void> = Promise.resolve();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of framer.push(chunk)) queue = queue.then(() => answer(message));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The stream cannot be found back into step after a length that is none.
      socket.destroy();
    }
  });

  async function answer(message: Buffer): Promise<void> {
    let opCode: number = OP_MSG;
    let expectsReply = true;
    let body: Uint8Array | undefined;
    try {
      const command = readMessage(message);
      opCode = command.opCode;
      expectsReply = command.expectsReply;
      body = await handlers.run(command);
    } catch (error) {
      if (!(error instanceof CommandError)) handlers.onFault(error);
      const text = error instanceof Error ? error.message : String(error);
      body = encodeRefusal(error instanceof CommandError ? error : new CommandError(1, text));
    }
    if (!body) socket.destroy();
    if (!body || !expectsReply || socket.destroyed) return;
    socket.write(writeReply(body, opCode, requestIdOf(message), nextRequestId));
    nextRequestId += 1;
  }
}
