import type { Viewer } from '@swiftcart/identity';
import { type DocumentNode, OperationTypeNode } from 'graphql';

/** One operation for one subgraph, as the plan asks for it. */
export interface SubgraphFetch {
  readonly operation: string;
  /** Parsed on first use and kept with the plan: in-process subgraphs execute it directly. */
  document(): DocumentNode;
  readonly operationName: string | undefined;
  readonly kind: OperationTypeNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** `requestHead` of this fetch, kept with the plan: a long text need not be escaped at each execution. */
  readonly requestHead?: string | undefined;
  /** `variables` as JSON, where it is at hand already: long lists of representations are then written out only once. */
  readonly variablesText?: string | undefined;
}

/** The body of a request as far as its variables: `{"query":...,"operationName":...`. */
export function requestHead({ operation, operationName }: Pick<SubgraphFetch, 'operation' | 'operationName'>): string {
  return JSON.stringify({ query: operation, operationName }).slice(0, -1);
}

/** How long one attempt of a fetch may take. A mutation gets longer: giving it up leaves its outcome unknown. */
export interface FetchDeadlines {
  readonly deadlineMs: number;
  readonly mutationDeadlineMs: number;
}

export function deadlineOf(fetch: SubgraphFetch, { deadlineMs, mutationDeadlineMs }: FetchDeadlines): number {
  return fetch.kind === OperationTypeNode.MUTATION ? mutationDeadlineMs : deadlineMs;
}

/** On whose behalf, and until when, subgraphs are called. One per client request (or per shared stream). */
export interface CallContext {
  readonly viewer: Viewer;
  /** Allow-listed client headers, lower-case, with correlation and trace ids. The identity assertion is added per subgraph. */
  readonly headers: Readonly<Record<string, string>>;
  readonly correlationId: string;
  /** Only calls of the same flight share answers: an event is never joined with what was read before it happened. */
  readonly flight?: string | undefined;
  /** Aborts when the client goes away or the request's deadline passes. */
  readonly signal: AbortSignal;
}

/** An error as a subgraph states it. */
export interface SubgraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A subgraph's answer. The receiver owns `data` and may change it. */
export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly SubgraphError[];
}

/** One subgraph, wherever it runs. */
export interface DataSource extends AsyncDisposable {
  readonly name: string;
  /** Throws SubgraphError classes of subgraph-failure.ts when no GraphQL answer could be had. */
  fetch(fetch: SubgraphFetch, call: CallContext): Promise<SubgraphResponse>;
  /**
   * Opens a stream. Ends when the subgraph completes it; throws SubgraphFailure when the subgraph is lost;
   * `return()` or the call's signal closes the upstream.
   */
  subscribe(fetch: SubgraphFetch, call: CallContext): AsyncIterableIterator<SubgraphResponse>;
}
