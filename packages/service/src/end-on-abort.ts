import { GraphQLError, type GraphQLFormattedError } from 'graphql';

export interface EndOnAbortOptions<Value, Mapped> {
  /** Fired when the consumer ends the stream. */
  abort: AbortController;
  /** Ends the stream for the consumer; includes `abort`. */
  signal: AbortSignal;
  mapValue(value: Value): Mapped;
  mapError(error: unknown): GraphQLFormattedError;
}

/**
 * A stream that ends at once when its signal fires or its consumer returns. A generator that waits for its next event
 * queues `return()` behind that wait, which may be for ever; so the consumer is released first and the source is told.
 */
export function endOnAbort<Value, Mapped>(
  source: AsyncIterable<Value>,
  { abort, signal, mapValue, mapError }: EndOnAbortOptions<Value, Mapped>,
): AsyncGenerator<Mapped, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  const done: IteratorResult<Mapped, void> = { done: true, value: undefined };
  let isEnded = false;
  let release: ((step: 'aborted') => void) | undefined;
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    signal.removeEventListener('abort', end);
    release?.('aborted');
    abort.abort();
    // Its answer is nobody's concern any more, a late failure included.
    iterator.return?.().catch(() => undefined);
  }

  return {
    async next() {
      if (isEnded) return done;
      try {
        // Not Promise.race against one long-lived promise: that would keep a reaction for every event of the stream.
        const step = await new Promise<IteratorResult<Value> | 'aborted'>((resolve, reject) => {
          release = resolve;
          iterator.next().then(resolve, reject);
        });
        if (step === 'aborted' || step.done === true || isEnded) {
          end();
          return done;
        }
        return { done: false, value: mapValue(step.value) };
      } catch (error) {
        if (isEnded) return done;
        end();
        const { message, extensions = {} } = mapError(error);
        throw new GraphQLError(message, { extensions });
      }
    },
    async return() {
      end();
      return done;
    },
    async throw(error) {
      end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}
