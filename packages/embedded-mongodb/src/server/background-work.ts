import type { Catalog } from '../engine/catalog.ts';
import type { CursorRegistry } from './cursor-registry.ts';
import { removeExpired } from './remove-expired.ts';
import type { ServerLogger } from './server-logger.ts';

export interface BackgroundOptions {
  readonly catalog: Catalog;
  readonly cursors: CursorRegistry;
  readonly logger: ServerLogger | undefined;
  readonly now: () => Date;
  /** Milliseconds between two sweeps for expired documents; mongod takes a minute. */
  readonly ttlSweepMs: number;
}

/** What the server does unasked: expire documents and cursors. Call the answer to end it. */
export function startBackgroundWork(options: BackgroundOptions): () => Promise<void> {
  const { catalog, cursors, logger, now } = options;
  const onError = (error: unknown) => logger?.error({ err: error }, 'background work failed');
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = setInterval(() => {
    sweeping = removeExpired(catalog, now()).catch(onError);
  }, options.ttlSweepMs);
  const expire = setInterval(() => cursors.expire(), 1000);
  sweep.unref();
  expire.unref();
  return async () => {
    clearInterval(sweep);
    clearInterval(expire);
    await sweeping;
  };
}
