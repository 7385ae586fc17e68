/** Runs work one after the other for each key, and side by side across keys. */
export interface KeyQueues {
  push(key: string, work: () => Promise<void>): void;
  /** Resolves when nothing runs or waits any more. */
  idle(): Promise<void>;
}

export function createKeyQueues(): KeyQueues {
  const tails = new Map<string, Promise<void>>();
  return {
    push(key, work) {
      const tail = (tails.get(key) ?? Promise.resolve()).then(work).finally(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      tails.set(key, tail);
    },
    async idle() {
      while (tails.size > 0) await Promise.allSettled(tails.values());
    },
  };
}
