/** Every top-level `extensions.code` a client of this API can meet (rules.md, "Error codes"); nothing else leaves a process. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'RATE_LIMITED',
  'OPERATION_TOO_LARGE',
  'OPERATION_TOO_COSTLY',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_ONLY',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_TIMEOUT',
  'SUBSCRIPTION_ENDED_BY_SCHEMA',
  'SUBSCRIPTION_UPSTREAM_LOST',
  'TOKEN_EXPIRED',
  'OVERLOADED',
  'INTERNAL_SERVER_ERROR',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const known: ReadonlySet<string> = new Set(errorCodes);

/** Whether a code found on an error belongs to the contract; anything else is masked before it reaches a client. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && known.has(code);
}
