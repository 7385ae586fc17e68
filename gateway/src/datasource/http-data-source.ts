import { OperationTypeNode } from 'graphql';
import type { Dispatcher } from 'undici';
import type { CallHeaders } from './call-headers.ts';
import {
  type CallContext,
  type DataSource,
  deadlineOf,
  type FetchDeadlines,
  requestHead,
  type SubgraphFetch,
  type SubgraphResponse,
} from './data-source.ts';
import { type ExchangeAnswer, ExchangeEndedError, exchange } from './exchange.ts';
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
  const isQuery = fetch.kind === OperationTypeNode.QUERY;
  const headers = callHeaders(name, call);
  headers['content-type'] = 'application/json';
  headers['accept'] = 'application/graphql-response+json, application/json';
  let answer: ExchangeAnswer;
  try {
    answer = await exchange(pool, {
      path,
      headers,
      body: `${fetch.requestHead ?? requestHead(fetch)},"variables":${fetch.variablesText ?? JSON.stringify(fetch.variables)}}`,
      signal: call.signal,
      deadlineMs: deadlineOf(fetch, deadlines),
      maxBytes: maxResponseBytes,
    });
  } catch (error) {
    if (!(error instanceof ExchangeEndedError)) {
      throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', name, `${name} could not be reached.`, {
        cause: error,
        isRetryable: isQuery,
      });
    }
    if (error.reason === 'too-long') throw unusable(name, `answered more than ${maxResponseBytes} bytes`);
    throw new SubgraphFailure('SUBGRAPH_TIMEOUT', name, `${name} did not answer in time.`, { cause: error });
  }
  return parseAnswer(name, answer, isQuery);
}

function parseAnswer(name: string, { status, retryAfter, text }: ExchangeAnswer, isQuery: boolean): SubgraphResponse {
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
