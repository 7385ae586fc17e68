import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@swiftcart/service';

/** Work that nobody waits for: an answer must not take longer, or fail, because a message has to be sent. */
export interface BackgroundWork extends AsyncDisposable {
  start(what: string, work: () => Promise<void>): void;
  /** Resolves when everything started so far has ended. */
  settled(): Promise<void>;
}

/**
 * Work starts a moment later, when the answer has left: composing a message would otherwise show in the time of the
 * answer, and so tell a known account from an unknown one. Failures are logged. Disposing waits for what is under way.
 */
export function createBackgroundWork(logger: Logger, startDelayMs = 50): BackgroundWork {
  const running = new Set<Promise<void>>();
  const settled = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
  };
  return {
    start(what, work) {
      const run = sleep(startDelayMs)
        .then(work)
        .catch((error: unknown) => logger.error({ err: error, what }, 'background work failed'))
        .finally(() => running.delete(run));
      running.add(run);
    },
    settled,
    [Symbol.asyncDispose]: settled,
  };
}
