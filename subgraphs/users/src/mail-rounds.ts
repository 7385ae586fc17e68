import type { Logger } from '@swiftcart/service';

/** Works off what is due, round after round, until disposed. */
export interface MailRounds extends AsyncDisposable {
  /** Starts a round at once; call it after adding work. */
  wake(): void;
  /** Resolves when no round is running. */
  settled(): Promise<void>;
}

export interface MailRoundsOptions {
  /** Does one piece of work; false when there is none. Several run side by side. */
  workOne(): Promise<boolean>;
  /** Done before every round. */
  beforeRound(): Promise<void>;
  logger: Logger;
  /** How often a round starts without being woken. Default 5,000. */
  intervalMs?: number;
  /** Default 4: mail servers count connections. */
  parallel?: number;
}

/** A failing round is logged and left to the next. */
export function createMailRounds({
  workOne,
  beforeRound,
  logger,
  intervalMs = 5_000,
  parallel = 4,
}: MailRoundsOptions): MailRounds {
  let isDisposed = false;
  let isWoken = false;
  let running: Promise<void> | undefined;
  const timer = setInterval(wake, intervalMs);

  function wake(): void {
    isWoken = true;
    if (running === undefined && !isDisposed) running = rounds().finally(() => (running = undefined));
  }

  async function rounds(): Promise<void> {
    while (isWoken && !isDisposed) {
      isWoken = false;
      try {
        await beforeRound();
        // One look when there is nothing to do, several hands when there is.
        if (await workOne()) await Promise.all(Array.from({ length: parallel }, work));
      } catch (error) {
        logger.warn({ err: error }, 'a round of e-mails failed');
      }
    }
  }

  async function work(): Promise<void> {
    while (!isDisposed && (await workOne()));
  }

  return {
    wake,
    settled: async () => running,
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      clearInterval(timer);
      await running;
    },
  };
}
