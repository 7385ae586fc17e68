import { BodyError } from '@swiftcart/service';
import { GraphQLError } from 'graphql';
import { OperationKindError } from '../pipeline.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { AnswerMediaType } from './media-type.ts';
import { BadRequestError } from './request-parameters.ts';

/** HTTP statuses of requests that did not run, by code; 400 for all others. */
const statusByCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/**
 * What a plain `application/json` client gets with 200: documents, variables and operations that do not hold.
 * GraphQL-over-HTTP says so, because such a client cannot tell our 4xx from that of a proxy in between.
 */
const okForPlainJson = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);

/** The HTTP status of a request that was refused before it ran. */
export function statusOf(error: unknown, errors: readonly unknown[], mediaType: AnswerMediaType): number {
  if (error instanceof BadRequestError || error instanceof BodyError) return error.status;
  if (error instanceof OperationKindError) return 405;
  const [first] = errors;
  if (!(first instanceof GraphQLError)) return 500;
  const code = String(first.extensions['code']);
  if (mediaType === 'application/json' && error instanceof OperationRefusedError && okForPlainJson.has(code))
    return 200;
  if (code === 'PERSISTED_QUERY_NOT_FOUND') return 200;
  return statusByCode[code] ?? 400;
}
