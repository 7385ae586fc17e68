import { OperationTypeNode } from 'graphql';
import type { Dispatcher } from 'undici';
import type { CallHeaders } from './call-headers.ts';
import {
  type CallContext,
  type DataSource,
  deadlineOf,
  type FetchDeadlines,
  type SubgraphFetch,
  type SubgraphResponse,
} from './data-source.ts';
import { readBounded } from './read-bounded.ts';
import { SubgraphFailure } from './subgraph-failure.ts';
import type { UpstreamSockets } from './upstream-sockets.ts';

export interface HttpDataSourceOptions extends FetchDeadlines {
  readonly name: string;
  readonly url: URL;
  readonly pool: Dispatcher;
  readonly sockets: UpstreamSockets;
  readonly callHeaders: CallHeaders;
  readonly maxResponseBytes: number;
}

/** A subgraph over HTTP: one POST for a fetch, graphql-ws on the same path for streams. One attempt; retries are around it. */
export function createHttpDataSource(options: HttpDataSourceOptions): DataSource {
  const { name, url, sockets } = options;
  const path = `${url.pathname}${url.search}`;
  return {
    name,
    fetch: (fetch, call) => post(options, path, fetch, call),
    subscribe: (fetch, call) => sockets.subscribe(name, url, fetch, options.callHeaders(name, call), call.signal),
    [Symbol.asyncDispose]: () => sockets[Symbol.asyncDispose](),
  };
}

async function post(
  { name, pool, callHeaders, maxResponseBytes, ...deadlines }: HttpDataSourceOptions,
  path: string,
  fetch: SubgraphFetch,
  call: CallContext,
): Promise<SubgraphResponse> {
  const head = JSON.stringify({ query: fetch.operation, operationName: fetch.operationName });
  const body = `${head.slice(0, -1)},"variables":${fetch.variablesText ?? JSON.stringify(fetch.variables)}}`;
  const deadline = AbortSignal.timeout(deadlineOf(fetch, deadlines));
  const isQuery = fetch.kind === OperationTypeNode.QUERY;
  try {
    const response = await pool.request({
      method: 'POST',
      path,
      headers: {
        ...callHeaders(name, call),
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
      },
      body,
      signal: AbortSignal.any([call.signal, deadline]),
    });
    const text = await readBounded(response.body, maxResponseBytes);
    if (text === undefined) throw unusable(name, `answered more than ${maxResponseBytes} bytes`);
    return parseAnswer(name, response.statusCode, response.headers['retry-after'], text, isQuery);
  } catch (error) {
    if (error instanceof SubgraphFailure) throw error;
    if (deadline.aborted || call.signal.aborted) {
      throw new SubgraphFailure('SUBGRAPH_TIMEOUT', name, `${name} did not answer in time.`, { cause: error });
    }
    throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', name, `${name} could not be reached.`, {
      cause: error,
      isRetryable: isQuery,
    });
  }
}

function parseAnswer(
  name: string,
  status: number,
  retryAfter: string | string[] | undefined,
  text: string,
  isQuery: boolean,
): SubgraphResponse {
  if (status === 502 || status === 503 || status === 504) {
    const seconds = Number(retryAfter);
    throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', name, `${name} answered HTTP ${status}.`, {
      isRetryable: isQuery,
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined,
    });
  }
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw unusable(name, `answered HTTP ${status} without JSON`, cause);
  }
  if (!isGraphqlAnswer(answer)) throw unusable(name, `answered HTTP ${status} without a GraphQL result`);
  return answer;
}

function unusable(name: string, what: string, cause?: unknown): SubgraphFailure {
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', name, `${name} ${what}.`, { cause });
}

function isGraphqlAnswer(answer: unknown): answer is SubgraphResponse {
  if (typeof answer !== 'object' || answer === null) return false;
  if ('errors' in answer && !Array.isArray(answer.errors)) return false;
  return 'data' in answer || 'errors' in answer;
}
