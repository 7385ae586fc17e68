import { type Client, createClient } from 'graphql-ws';
import WebSocket, { type ClientOptions } from 'ws';
import type { SubgraphError, SubgraphFetch, SubgraphResponse } from './data-source.ts';
import { StreamLostError, StreamRefusedError } from './stream-failure.ts';

/** The shared graphql-ws sockets to subgraphs: identity travels with each subscription, so one socket serves all viewers. */
export interface UpstreamSockets extends AsyncDisposable {
  /** Throws StreamRefusedError when the subgraph ends the stream with errors, StreamLostError when its socket is lost. */
  subscribe(
    subgraph: string,
    url: URL,
    fetch: SubgraphFetch,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncIterableIterator<SubgraphResponse>;
}

export interface UpstreamSocketsOptions {
  /** How often a socket is pinged. A peer that is silent for half of that afterwards is taken for dead. */
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
}

/** Sockets to one URL: one carries many streams, but a single one would be a single fate and a single queue. */
const maxSockets = 4;
const streamsPerSocket = 250;
/** A stream that is read this slowly is given up, so that memory stays bounded; it resumes where that is possible. */
const maxUnreadEvents = 1_000;

/** Opens sockets on first use and closes them when their last stream ends. */
export function createUpstreamSockets(options: UpstreamSocketsOptions): UpstreamSockets {
  const pools = new Map<string, UpstreamSocket[]>();

  function socketFor(url: URL): UpstreamSocket {
    const pool = pools.get(url.href) ?? [];
    pools.set(url.href, pool);
    const leastUsed = pool.reduce<UpstreamSocket | undefined>(
      (best, socket) => (best === undefined || socket.streams < best.streams ? socket : best),
      undefined,
    );
    if (leastUsed !== undefined && (leastUsed.streams < streamsPerSocket || pool.length >= maxSockets))
      return leastUsed;
    const socket = new UpstreamSocket(url, options);
    pool.push(socket);
    return socket;
  }

  return {
    async *subscribe(subgraph, url, fetch, headers, signal) {
      if (signal.aborted) return;
      const events = new EventQueue();
      const end = socketFor(url).subscribe(subgraph, fetch, headers, events);
      const stop = () => {
        events.end();
        end();
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        for (;;) {
          const event = await events.next();
          if (event === undefined || signal.aborted) return;
          yield event;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        stop();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].flat().map((socket) => socket.dispose()));
      pools.clear();
    },
  };
}

/** One graphql-ws socket, acknowledged before use, pinged, closed when it is silent. */
class UpstreamSocket {
  streams = 0;
  readonly #client: Client;
  #isConnected = false;
  #pong: NodeJS.Timeout | undefined;

  constructor(url: URL, { keepAliveMs, connectTimeoutMs }: UpstreamSocketsOptions) {
    const target = new URL(url);
    target.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#client = createClient({
      url: target.href,
      // A peer that accepts connections but is stopped never finishes the handshake.
      webSocketImpl: withHandshakeTimeout(connectTimeoutMs),
      keepAlive: keepAliveMs,
      connectionAckWaitTimeout: connectTimeoutMs,
      // A client that reconnects by itself loses the gap silently; whoever owns the stream decides how to go on.
      retryAttempts: 0,
      on: {
        connected: () => {
          this.#isConnected = true;
        },
        closed: () => {
          this.#isConnected = false;
          clearTimeout(this.#pong);
        },
        ping: (isReceived) => {
          if (isReceived) return;
          clearTimeout(this.#pong);
          this.#pong = setTimeout(() => this.#client.terminate(), keepAliveMs / 2);
          this.#pong.unref();
        },
        pong: (isReceived) => {
          if (isReceived) clearTimeout(this.#pong);
        },
      },
    });
  }

  subscribe(subgraph: string, fetch: SubgraphFetch, headers: Readonly<Record<string, string>>, events: EventQueue) {
    let hasBegun = this.#isConnected;
    const stopListening = this.#client.on('connected', () => {
      hasBegun = true;
    });
    this.streams += 1;
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.streams -= 1;
      stopListening();
    };
    const payload = {
      query: fetch.operation,
      operationName: fetch.operationName ?? null,
      variables: { ...fetch.variables },
      extensions: { headers: { ...headers } },
    };
    const unsubscribe = this.#client.subscribe(payload, {
      next: (event) => {
        if (events.push(event as SubgraphResponse)) return;
        events.fail(new StreamLostError(subgraph, true, new Error(`${maxUnreadEvents} events are unread.`)));
        unsubscribe();
      },
      error: (cause) => {
        over();
        if (Array.isArray(cause)) events.fail(new StreamRefusedError(subgraph, cause as readonly SubgraphError[]));
        else events.fail(new StreamLostError(subgraph, hasBegun, cause));
      },
      complete: () => {
        over();
        events.end();
      },
    });
    return unsubscribe;
  }

  async dispose(): Promise<void> {
    clearTimeout(this.#pong);
    await this.#client.dispose();
  }
}

/** Events between the socket, which pushes, and the stream, which takes one when it has dealt with the last. */
class EventQueue {
  #events: SubgraphResponse[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  /** False when too many are unread. */
  push(event: SubgraphResponse): boolean {
    if (this.#end !== undefined) return true;
    if (this.#events.length >= maxUnreadEvents) return false;
    this.#events.push(event);
    this.#wake?.();
    return true;
  }

  fail(error: Error): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  end(): void {
    this.#end ??= { error: undefined };
    this.#wake?.();
  }

  /** The next event; undefined at the end. Throws how the stream failed, after what came before. */
  async next(): Promise<SubgraphResponse | undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function withHandshakeTimeout(handshakeTimeout: number) {
  return class extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      const options: ClientOptions = { handshakeTimeout, perMessageDeflate: false, maxPayload: 10_000_000 };
      super(address, protocols, options);
    }
  };
}
