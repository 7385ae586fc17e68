import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { SubgraphFetch, SubgraphResponse } from './data-source.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

/** The shared graphql-ws sockets to subgraphs: identity travels with each subscription, so one socket serves all viewers. */
export interface UpstreamSockets extends AsyncDisposable {
  subscribe(
    subgraph: string,
    url: URL,
    fetch: SubgraphFetch,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncIterableIterator<SubgraphResponse>;
}

export interface UpstreamSocketsOptions {
  /** How often an idle socket is pinged, so that a dead peer is noticed. */
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
}

/** Opens one socket per URL on first use and closes it when its last stream ends. A lost socket ends its streams with a SubgraphFailure. */
export function createUpstreamSockets({ keepAliveMs, connectTimeoutMs }: UpstreamSocketsOptions): UpstreamSockets {
  const clients = new Map<string, Client>();

  function clientFor(url: URL): Client {
    const known = clients.get(url.href);
    if (known !== undefined) return known;
    const target = new URL(url);
    target.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const client = createClient({
      url: target.href,
      webSocketImpl: WebSocket,
      keepAlive: keepAliveMs,
      connectionAckWaitTimeout: connectTimeoutMs,
      // A client that reconnects by itself loses the gap silently; whoever owns the stream decides how to go on.
      retryAttempts: 0,
    });
    clients.set(url.href, client);
    return client;
  }

  return {
    async *subscribe(subgraph, url, fetch, headers, signal) {
      const payload = {
        query: fetch.operation,
        operationName: fetch.operationName ?? null,
        variables: { ...fetch.variables },
        extensions: { headers: { ...headers } },
      };
      const results = clientFor(url).iterate(payload);
      const end = () => void results.return?.();
      if (signal.aborted) return;
      signal.addEventListener('abort', end, { once: true });
      try {
        for await (const result of results) yield result as SubgraphResponse;
      } catch (cause) {
        if (Array.isArray(cause)) {
          yield { data: null, errors: cause };
          return;
        }
        throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', subgraph, `The stream of ${subgraph} was lost.`, {
          cause,
          isRetryable: true,
        });
      } finally {
        signal.removeEventListener('abort', end);
        void results.return?.();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map((client) => client.dispose()));
      clients.clear();
    },
  };
}
