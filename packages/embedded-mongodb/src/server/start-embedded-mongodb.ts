import { createServer, type Server, type Socket } from 'node:net';
import { openMemoryStorage, openStorage } from '../storage/open-storage.ts';
import type { StorageError } from '../storage/storage-error.ts';
import { startBackgroundWork } from './background-work.ts';
import { serveConnection } from './connection.ts';
import { CursorRegistry } from './cursor-registry.ts';
import { FailPoints } from './fail-points.ts';
import { runCommand } from './run-command.ts';
import type { ServerLogger } from './server-logger.ts';

export interface EmbeddedMongodbOptions {
  /** Loopback by default; there is no authentication, so think twice before anything else. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Where the data is kept. Without it `memory: true` must be given, so that nobody loses data by forgetting it. */
  readonly dataDirectory?: string;
  /** Keeps nothing on disk: the data ends with the process. */
  readonly memory?: boolean;
  readonly logger?: ServerLogger;
  /** The clock behind `$$NOW`, `$currentDate`, cursor time-outs and TTL. */
  readonly now?: () => Date;
  /** Milliseconds between two sweeps for expired documents. Default a minute, as mongod. */
  readonly ttlSweepMs?: number;
  /** Milliseconds a cursor may be left alone. Default ten minutes, as mongod. */
  readonly cursorTimeoutMs?: number;
  /** Growth of the log in bytes that starts a compaction. Default 32 MiB. */
  readonly compactAfterBytes?: number;
  /**
   * Whether an acknowledged write is on disk (fdatasync). Default true. False is for data that can be made again: what was
   * acknowledged outlives the process, but not a power cut.
   */
  readonly sync?: boolean;
  /** Lets clients make commands fail (`configureFailPoint: 'failCommand'`), for driver tests. Default false. */
  readonly testCommands?: boolean;
  /** Called once when the disk refused a write. The server has stopped by then: it acknowledges nothing it cannot keep. */
  readonly onFailure?: (error: Error) => void;
}

export interface EmbeddedMongodb {
  /** `mongodb://127.0.0.1:27017`, without a database. */
  readonly url: string;
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server for one data directory, or for memory alone. Rejects with StorageError when the directory is in use,
 * damaged or of a newer format, and with the system's error when the port is taken.
 */
export async function startEmbeddedMongodb(options: EmbeddedMongodbOptions): Promise<EmbeddedMongodb> {
  const { host = '127.0.0.1', now = () => new Date(), logger } = options;
  const sockets = new Set<Socket>();
  const server = createServer();
  const storage = await open(options, (error) => {
    logger?.error({ err: error }, 'the server stops: it cannot keep data any more');
    closeServer(server, sockets);
    options.onFailure?.(error);
  });
  const { catalog } = storage;
  const cursors = new CursorRegistry(() => now().getTime(), options.cursorTimeoutMs);
  const startedAt = now();
  const failPoints = options.testCommands ? new FailPoints() : undefined;
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    const connectionId = connections;
    const client = { appName: undefined };
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, {
      run: ({ database, commandName, body }) =>
        runCommand({
          ...{ catalog, cursors, database, commandName, body, connectionId, startedAt, now, failPoints, client },
        }),
      onFault: (error) => logger?.error({ err: error }, 'a command failed for a reason that is no refusal'),
    });
  });
  const port = await listen(server, host, options.port ?? 0).catch(async (error) => {
    await storage.close();
    throw error;
  });
  const stopBackgroundWork = startBackgroundWork({
    ...{ catalog, cursors, logger, now },
    ttlSweepMs: options.ttlSweepMs ?? 60_000,
  });
  return {
    url: `mongodb://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      await stopBackgroundWork();
      await closeServer(server, sockets);
      await storage.close();
    },
  };
}

function open(options: EmbeddedMongodbOptions, onFailure: (error: StorageError) => void) {
  const { dataDirectory, memory, logger, compactAfterBytes, sync } = options;
  if (dataDirectory !== undefined && memory) throw new TypeError('give dataDirectory or memory, not both');
  if (dataDirectory !== undefined) return openStorage(dataDirectory, { logger, compactAfterBytes, sync, onFailure });
  if (!memory) throw new TypeError('startEmbeddedMongodb needs a dataDirectory, or memory: true');
  return openMemoryStorage();
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  return closed;
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
