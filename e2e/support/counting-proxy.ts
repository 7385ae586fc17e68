import { createConnection, createServer, type Socket } from 'node:net';
import { deserialize } from 'bson';

/** A TCP proxy in front of a MongoDB-protocol server that counts the commands its clients send. */
export interface CountingProxy extends AsyncDisposable {
  readonly url: string;
  /** Commands since the last call, as `command collection`, in order; the drivers' own chatter is left out. */
  take(): string[];
}

const CHATTER = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'buildInfo']);
const HEADER_BYTES = 16;
const OP_MSG = 2013;

/** `target` is a `mongodb://host:port` URL. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let seen: string[] = [];
  const server = createServer((client) => {
    const upstream = createConnection(Number(port), hostname);
    const frame = createFramer((message) => {
      const command = readCommand(message);
      if (command !== undefined) seen.push(command);
    });
    client.on('data', frame);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `mongodb://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Cuts a byte stream into wire-protocol messages, each of which starts with its own length. */
function createFramer(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES && pending.length >= pending.readInt32LE(0)) {
      const length = pending.readInt32LE(0);
      onMessage(pending.subarray(0, length));
      pending = pending.subarray(length);
    }
  };
}

/** The first field of an OP_MSG's body names the command, its value the collection. */
function readCommand(message: Buffer): string | undefined {
  if (message.readInt32LE(12) !== OP_MSG || message[HEADER_BYTES + 4] !== 0) return undefined;
  const body = message.subarray(HEADER_BYTES + 5);
  const [entry] = Object.entries(deserialize(body.subarray(0, body.readInt32LE(0))));
  if (entry === undefined || CHATTER.has(entry[0])) return undefined;
  return `${entry[0]} ${String(entry[1])}`;
}
