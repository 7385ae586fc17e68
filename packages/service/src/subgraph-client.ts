import type { AssertionSigner } from '@swiftcart/identity';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import { createDocumentCache } from './document-cache.ts';
import { executeLocally } from './execute-locally.ts';
import { HEADERS } from './headers.ts';
import type { LocalSubgraph } from './local-subgraph.ts';
import type { Metrics } from './metrics.ts';
import { withDeadline } from './with-deadline.ts';

/** One service calling another, with its own identity. */
export interface SubgraphClient extends AsyncDisposable {
  /** The answer's data. Throws SubgraphCallError for anything else, partial answers included. */
  request<Data>(query: string, variables: object, options: SubgraphCallOptions): Promise<Data>;
}

export interface SubgraphCallOptions {
  correlationId: string;
  traceparent?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** A call to another subgraph failed. */
export class SubgraphCallError extends Error {
  readonly code: 'SUBGRAPH_UNAVAILABLE' | 'SUBGRAPH_TIMEOUT' | 'SUBGRAPH_REJECTED';
  /** True: it certainly had no effect. False: it may have taken effect, so only an idempotent retry is safe. */
  readonly isDefinite: boolean;
  /** What the subgraph answered, when it did. */
  readonly errors: readonly GraphQLFormattedError[];
  /** Lets the code reach clients when a resolver does not catch it; SUBGRAPH_REJECTED is masked there. */
  readonly extensions: { readonly code: string };

  constructor(code: SubgraphCallError['code'], message: string, rest: SubgraphCallErrorRest) {
    super(message, { cause: rest.cause });
    this.name = 'SubgraphCallError';
    this.code = code;
    this.isDefinite = rest.isDefinite;
    this.errors = rest.errors ?? [];
    this.extensions = { code };
  }
}

interface SubgraphCallErrorRest {
  isDefinite: boolean;
  errors?: readonly GraphQLFormattedError[];
  cause?: unknown;
}

export interface SubgraphClientOptions {
  /** The subgraph's name, which its assertions are made out to. */
  audience: string;
  sign: AssertionSigner;
  /** For one call, connecting included. */
  timeoutMs: number;
  metrics?: Metrics | undefined;
}

type Send = (call: {
  query: string;
  variables: object;
  headers: Record<string, string>;
  signal: AbortSignal;
}) => Promise<FormattedExecutionResult>;

/** Calls over HTTP, or within the process without it; both look the same to the caller. `url` is the subgraph's `/graphql`. */
export function createSubgraphClient(
  target: { url: string } | { subgraph: LocalSubgraph },
  { audience, sign, timeoutMs, metrics }: SubgraphClientOptions,
): SubgraphClient {
  const transport = 'url' in target ? createHttpTransport(target.url, audience) : createLocalTransport(target.subgraph);

  async function call<Data>(query: string, variables: object, options: SubgraphCallOptions): Promise<Data> {
    const { signal, release } = withDeadline(options.signal, timeoutMs);
    const headers = {
      [HEADERS.identity]: sign.forService(audience),
      [HEADERS.correlationId]: options.correlationId,
      ...(options.traceparent === undefined ? {} : { [HEADERS.traceparent]: options.traceparent }),
    };
    let result: FormattedExecutionResult;
    try {
      result = await transport.send({ query, variables, headers, signal });
    } catch (error) {
      if (error instanceof SubgraphCallError) throw error;
      if (signal.aborted) {
        throw new SubgraphCallError('SUBGRAPH_TIMEOUT', `${audience} did not answer in time.`, {
          isDefinite: false,
          cause: error,
        });
      }
      throw new SubgraphCallError('SUBGRAPH_UNAVAILABLE', `${audience} cannot be reached.`, {
        isDefinite: wasNeverSent(error),
        cause: error,
      });
    } finally {
      release();
    }
    return dataOf<Data>(result, audience);
  }

  return {
    async request(query, variables, options) {
      const stop = metrics?.subgraphSeconds.startTimer({ subgraph: audience });
      try {
        const data = await call<never>(query, variables, options);
        stop?.({ outcome: 'ok' });
        return data;
      } catch (error) {
        stop?.({ outcome: error instanceof SubgraphCallError ? error.code : 'error' });
        throw error;
      }
    },
    [Symbol.asyncDispose]: transport.close,
  };
}

function createHttpTransport(url: string, audience: string): { send: Send; close: () => Promise<void> } {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 64, keepAliveTimeout: 30_000, connect: { timeout: 2_000 } });
  return {
    async send({ query, variables, headers, signal }) {
      const response = await pool.request({
        method: 'POST',
        path: pathname,
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query, variables }),
        signal,
      });
      const body: unknown = await response.body.json().catch((error: unknown) => {
        if (signal.aborted) throw error;
        return undefined;
      });
      if (isResult(body)) return body;
      // Something in between answered, or a server that is going down.
      throw new SubgraphCallError('SUBGRAPH_UNAVAILABLE', `${audience} answered HTTP ${response.statusCode}.`, {
        isDefinite: response.statusCode === 503 || response.statusCode === 404,
      });
    },
    close: () => pool.destroy(),
  };
}

function createLocalTransport(subgraph: LocalSubgraph): { send: Send; close: () => Promise<void> } {
  const documents = createDocumentCache(subgraph.schema, { max: 200 });
  return {
    send({ query, variables, headers, signal }) {
      const parsed = documents.read(query);
      if ('errors' in parsed) return Promise.resolve({ errors: parsed.errors });
      // As over HTTP, the deadline frees the caller while the callee may still run.
      return new Promise((resolve, reject) => {
        const onAbort = () => reject(signal.reason);
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        executeLocally(subgraph, {
          document: parsed.document,
          variables: { ...variables },
          request: { headers, signal },
        })
          .then(resolve, reject)
          .finally(() => signal.removeEventListener('abort', onAbort));
      });
    },
    close: async () => undefined,
  };
}

function isResult(body: unknown): body is FormattedExecutionResult {
  return (
    typeof body === 'object' && body !== null && ('data' in body || ('errors' in body && Array.isArray(body.errors)))
  );
}

/** Refused before any resolver ran, so certainly without effect. */
const codesWithoutEffect: ReadonlySet<unknown> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
]);

function dataOf<Data>(result: FormattedExecutionResult, audience: string): Data {
  const { data, errors = [] } = result;
  if (errors.length === 0 && data !== null && data !== undefined) return data as Data;
  const isDefinite =
    errors.length > 0 && errors.every(({ extensions }) => codesWithoutEffect.has(extensions?.['code']));
  const reason = errors[0]?.message ?? 'no data';
  throw new SubgraphCallError('SUBGRAPH_REJECTED', `${audience} refused the call: ${reason}`, { isDefinite, errors });
}

const connectFailures: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** No connection came about. Any later failure may have come after the work was done. */
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && connectFailures.has(error.code);
}
