/** What a stream can say when it is asked: a value, its end, or undefined while there is nothing to say. */
export type Turn<Value> = { readonly value: Value } | { readonly end: true } | { readonly error: Error } | undefined;

/**
 * An async iterator over state that others change. Unlike an async generator, `return()` takes effect at once even while
 * a `next()` is waiting, so a client that leaves frees everything immediately. Values are made when asked for, so a slow
 * reader costs no memory.
 */
export interface LiveStream<Value> extends AsyncIterableIterator<Value, undefined> {
  return(): Promise<IteratorResult<Value, undefined>>;
}

interface Waiter<Value> {
  resolve(result: IteratorResult<Value, undefined>): void;
  reject(error: Error): void;
}

/**
 * `open` starts listening and returns what stops it; it gets `notify`, to be called whenever `take` may have more to say.
 * `take` is asked once for each waiting reader. `signal` ends the stream like `return()`.
 */
export function createLiveStream<Value>({
  open,
  take,
  signal,
}: {
  open(notify: () => void): () => void;
  take(): Turn<Value>;
  signal?: AbortSignal | undefined;
}): LiveStream<Value> {
  const waiting: Waiter<Value>[] = [];
  const ended = { done: true as const, value: undefined };
  let isOpen = true;
  let release: (() => void) | undefined;

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    signal?.removeEventListener('abort', close);
    release?.();
    for (const { resolve } of waiting.splice(0)) resolve(ended);
  }

  function pump(): void {
    while (isOpen && waiting.length > 0) {
      const turn = take();
      if (turn === undefined) return;
      const waiter = waiting.shift();
      if (waiter === undefined) return;
      if ('value' in turn) {
        waiter.resolve({ done: false, value: turn.value });
        continue;
      }
      if ('error' in turn) waiter.reject(turn.error);
      else waiter.resolve(ended);
      close();
    }
  }

  release = open(pump);
  if (signal?.aborted) close();
  else signal?.addEventListener('abort', close);

  return {
    next() {
      if (!isOpen) return Promise.resolve(ended);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        pump();
      });
    },
    return() {
      close();
      return Promise.resolve(ended);
    },
    throw(error: unknown) {
      close();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
