import { createServer, type Server, type Socket } from 'node:net';
import { Catalog } from '../engine/catalog.ts';
import { memoryJournal } from '../engine/journal.ts';
import { serveConnection } from './connection.ts';
import { CursorRegistry } from './cursor-registry.ts';
import { runCommand } from './run-command.ts';

/** The few methods of a logger (pino's, console's) that the server calls. */
export interface ServerLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface EmbeddedMongodbOptions {
  /** Loopback by default; there is no authentication, so think twice before anything else. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly memory?: boolean;
  readonly dataDirectory?: string;
  readonly logger?: ServerLogger;
  /** The clock behind `$$NOW`, `$currentDate`, cursor time-outs and TTL. */
  readonly now?: () => Date;
}

export interface EmbeddedMongodb {
  /** `mongodb://127.0.0.1:27017`, without a database. */
  readonly url: string;
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server for one data directory, or for memory alone. Rejects when the port or the directory is taken. */
export async function startEmbeddedMongodb(options: EmbeddedMongodbOptions = {}): Promise<EmbeddedMongodb> {
  const { host = '127.0.0.1', now = () => new Date(), logger } = options;
  const catalog = new Catalog(memoryJournal);
  const cursors = new CursorRegistry(() => now().getTime());
  const startedAt = now();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connectionId = ++connections;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, {
      run: ({ database, commandName, body }) =>
        runCommand({ catalog, cursors, database, commandName, body, connectionId, startedAt, now }),
      onFault: (error) => logger?.error({ err: error }, 'a command failed for a reason that is no refusal'),
    });
  });
  const port = await listen(server, host, options.port ?? 0);
  return {
    url: `mongodb://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
