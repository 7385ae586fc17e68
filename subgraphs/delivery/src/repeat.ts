/** Runs something again and again, never twice at a time: the pause begins when the last run has ended. */
export function repeat({
  everyMs,
  run,
  onError,
}: {
  everyMs: number;
  run(): Promise<unknown>;
  onError(error: unknown): void;
}): AsyncDisposable {
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = Promise.resolve()
        .then(run)
        .then(() => {}, onError)
        .then(schedule);
    }, everyMs);
    // A process that is done must not be kept alive by its housekeeping.
    timer.unref();
  }

  schedule();
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
