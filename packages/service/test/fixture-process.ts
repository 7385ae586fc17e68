import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createEnvReader,
  createLogger,
  openWhenReachable,
  respondJson,
  runProcess,
  startHttpServer,
} from '../src/index.ts';

// A process as every service runs one, with a slow request to drain. Prints its URL when it is up.
const logger = createLogger({ name: 'fixture', level: 'silent' });
await runProcess({
  name: 'fixture',
  logger,
  stopTimeoutMs: 3_000,
  async start(signal) {
    const env = createEnvReader(process.env);
    const port = env.integer('FIXTURE_PORT', { default: 0, min: 0, max: 65_535 });
    const mode = env.string('FIXTURE_MODE', { default: 'good', oneOf: ['good', 'hangs', 'crashes'] });
    const needs = env.integer('FIXTURE_NEEDS', { default: 0, min: 0, max: 65_535 });
    env.assertValid();
    if (needs > 0) await openWhenReachable(() => connectTo(needs), { host: '127.0.0.1', port, logger, signal });
    const server = await startHttpServer({
      host: '127.0.0.1',
      port,
      logger,
      routes: [
        {
          path: '/slow',
          async handle(_req, res) {
            process.stdout.write('slow begun\n');
            await sleep(400);
            respondJson(res, 200, { done: true });
          },
        },
        {
          path: '/crash',
          handle: () =>
            void setImmediate(() => {
              throw new Error('unforeseen');
            }),
        },
      ],
    });
    process.stdout.write(`${server.url}\n`);
    return {
      drain: () => (mode === 'hangs' ? new Promise<void>(() => undefined) : server.drain(2_000)),
      async [Symbol.asyncDispose]() {
        if (mode === 'crashes') throw new Error('cannot close');
        await server[Symbol.asyncDispose]();
      },
    };
  },
});

/** A connection to the service that this process depends on. */
async function connectTo(port: number): Promise<AsyncDisposable> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.unref();
  return { [Symbol.asyncDispose]: async () => void socket.destroy() };
}
