import type { ExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createMessageQueue } from './message-queue.ts';

/** One subscription whose every message is kept until the test asks for it. */
export interface QueuedStream<Data = Record<string, unknown>> {
  /** The next message; rejects when the stream ended first, failed, or `timeoutMs` (default 5,000) passed. */
  next(timeoutMs?: number): Promise<ExecutionResult<Data>>;
  /** Every message until the stream completes; rejects when it fails or does not end in time. */
  rest(timeoutMs?: number): Promise<ExecutionResult<Data>[]>;
  /** Settles when the stream ends: resolves on `complete`, rejects with the errors or the close event. */
  readonly closed: Promise<void>;
  /** Unsubscribes. */
  close(): void;
}

/** One WebSocket, opened with the first subscription and never reconnected, so that a lost connection is seen. */
export interface SubscriptionClient {
  subscribe<Data = Record<string, unknown>>(
    query: string,
    variables?: object,
    extensions?: Record<string, unknown>,
  ): QueuedStream<Data>;
  readonly client: Client;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `url` is a ws:// or http:// endpoint or origin; `connectionParams` is the `connection_init` payload. */
export function createSubscriptionClient(
  url: string,
  { connectionParams = {} }: { connectionParams?: Record<string, unknown> } = {},
): SubscriptionClient {
  const origin = url.replace(/^http/, 'ws');
  const client = createClient({
    url: origin.endsWith('/graphql') ? origin : `${origin}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    lazy: true,
    // The test is told through the stream itself; the default would print it as well.
    onNonLazyError: () => undefined,
  });
  return {
    client,
    subscribe<Data>(query: string, variables?: object, extensions?: Record<string, unknown>): QueuedStream<Data> {
      const queue = createMessageQueue<ExecutionResult<Data>>();
      const payload = {
        query,
        ...(variables && { variables: variables as Record<string, unknown> }),
        ...(extensions && { extensions }),
      };
      const unsubscribe = client.subscribe<Data>(payload, {
        next: (message) => queue.push(message as ExecutionResult<Data>),
        error: (error) => queue.fail(error),
        complete: () => queue.end(),
      });
      return { next: queue.next, rest: queue.rest, closed: queue.closed, close: unsubscribe };
    },
    async [Symbol.asyncDispose]() {
      await client.dispose();
    },
  };
}
