import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from './env-reader.ts';
import { startHttpServer } from './http-server.ts';
import type { Logger } from './logger.ts';
import { respondJson } from './respond-json.ts';

export interface OpenWhenReachableOptions {
  /** Where the service will listen; here it already answers that it lives and is not ready. */
  host: string;
  port: number;
  logger: Logger;
  /** Ends the waiting: the process is told to stop. */
  signal: AbortSignal;
  /** The pause after the first failure; it doubles up to `maxPauseMs`. Defaults 250 ms and 2 s. */
  basePauseMs?: number | undefined;
  maxPauseMs?: number | undefined;
}

/**
 * Opens what a service cannot work without, and tries again for good while that is out of reach: a database that is being
 * moved must not also cost every process that starts meanwhile. Until then `/health/live` says 200, `/health/ready` and
 * everything else 503. `open` must close what it has opened when it fails. Rejects at once with a ConfigError, which no
 * waiting mends, when the port is taken, and when `signal` aborts.
 */
export async function openWhenReachable<Part extends object & Partial<AsyncDisposable>>(
  open: () => Promise<Part>,
  { host, port, logger, signal, basePauseMs = 250, maxPauseMs = 2_000 }: OpenWhenReachableOptions,
): Promise<Part> {
  signal.throwIfAborted();
  await using _waitingRoom = await startHttpServer({
    host,
    port,
    logger,
    isReady: () => false,
    routes: [
      {
        path: '/*',
        handle(_req, res) {
          res.setHeader('retry-after', '1');
          respondJson(res, 503, { error: 'Starting.' });
        },
      },
    ],
  });
  const aborted = once(signal, 'abort').then(() => signal.throwIfAborted());
  aborted.catch(() => undefined);
  for (let failures = 1; ; failures += 1) {
    const opening = open();
    try {
      return await Promise.race([opening, aborted as Promise<never>]);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      if (signal.aborted) {
        // Whatever the last attempt still brings is not wanted any more.
        void opening.then((part) => part[Symbol.asyncDispose]?.()).catch(() => undefined);
        throw error;
      }
      const pauseMs = Math.min(maxPauseMs, basePauseMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + Math.random() / 2);
      logger.warn({ err: error, failures, pauseMs: Math.round(pauseMs) }, 'cannot start yet');
      await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
