export type SubgraphFailureCode = 'SUBGRAPH_UNAVAILABLE' | 'SUBGRAPH_TIMEOUT';

/**
 * A subgraph gave no usable GraphQL answer. The message is for logs: it may name hosts and must never reach a client.
 * `isRetryable` is true when another attempt might succeed and the first cannot have taken effect twice (queries only).
 */
export class SubgraphFailure extends Error {
  override readonly name = 'SubgraphFailure';
  readonly code: SubgraphFailureCode;
  readonly subgraph: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: SubgraphFailureCode,
    subgraph: string,
    message: string,
    options: { cause?: unknown; isRetryable?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.subgraph = subgraph;
    this.isRetryable = options.isRetryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
