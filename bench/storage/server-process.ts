import { startEmbeddedMongodb } from '@swiftcart/embedded-mongodb';

/**
 * The embedded database in a process of its own, so that its CPU time is its alone. Argument: `memory`, or `log` or `synced`
 * with a directory. Tells its port, then what it has used whenever it is asked.
 */
const [mode = 'memory', directory = ''] = process.argv.slice(2);
const startedAt = performance.now();
const cpuAtStart = process.cpuUsage();
const server = await startEmbeddedMongodb(
  mode === 'memory' ? { memory: true } : { dataDirectory: directory, sync: mode === 'synced' },
);
const opened = process.cpuUsage(cpuAtStart);

export interface Ready {
  readonly url: string;
  /** Opening the storage and listening; loading the code is not in it. */
  readonly openMs: number;
  readonly openCpuMs: number;
}

export interface Use {
  readonly cpuMicros: number;
  /** What JavaScript and its buffers hold; after a collection when the question was `memory`. */
  readonly heldBytes: number;
}

process.send?.({
  url: server.url,
  openMs: performance.now() - startedAt,
  openCpuMs: (opened.user + opened.system) / 1000,
} satisfies Ready);

process.on('message', (question) => {
  const { user, system } = process.cpuUsage();
  // Twice: what the first finds free may hold what the second finds. Not while operations are measured: it costs CPU time.
  if (question === 'memory') globalThis.gc?.();
  if (question === 'memory') globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ cpuMicros: user + system, heldBytes: heapUsed + external } satisfies Use);
});
process.on('disconnect', () => process.exit(0));
process.once('SIGTERM', async () => {
  await server[Symbol.asyncDispose]();
  process.exit(0);
});
