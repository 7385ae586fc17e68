import { type ErrorCode, isErrorCode } from '@swiftcart/graphql';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { currentCorrelationId } from './correlation.ts';
import type { Logger } from './logger.ts';

/** Codes of Apollo Server's own that mean the client's request was wrong. */
const apolloCodes: Readonly<Record<string, ErrorCode>> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'GRAPHQL_VALIDATION_FAILED',
  PERSISTED_QUERY_NOT_SUPPORTED: 'PERSISTED_QUERY_NOT_FOUND',
};

/**
 * An error as it may leave the process: errors with a code of the contract keep their text; of everything else the client
 * learns only INTERNAL_SERVER_ERROR and the correlation id under which the log has the cause.
 */
export function maskError(
  formatted: GraphQLFormattedError,
  original: unknown,
  logger: Logger | undefined,
): GraphQLFormattedError {
  const correlationId = currentCorrelationId();
  const given = formatted.extensions?.['code'];
  const code = typeof given === 'string' ? (apolloCodes[given] ?? given) : undefined;
  const extensions = correlationId === undefined ? {} : { correlationId };
  if (isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR') {
    const { stacktrace: _, ...kept } = formatted.extensions ?? {};
    return { ...formatted, extensions: { ...kept, code, ...extensions } };
  }
  logger?.error({ err: causeOf(original), path: formatted.path?.join('.') }, 'unexpected error in an operation');
  return {
    message: 'Something went wrong on our side.',
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions },
  };
}

/** Masks any thrown value; `codeIfNone` is for errors that GraphQL itself raised before anything ran. */
export function maskThrown(error: unknown, logger: Logger | undefined, codeIfNone?: ErrorCode): GraphQLFormattedError {
  const graphqlError =
    error instanceof GraphQLError
      ? error
      : new GraphQLError('Unexpected error.', {
          originalError: error instanceof Error ? error : new Error(String(error)),
        });
  const formatted = graphqlError.toJSON();
  // Whatever has a path happened in a resolver, and is not the caller's mistake unless the resolver says so.
  const isBeforeExecution = graphqlError.path === undefined && formatted.extensions?.['code'] === undefined;
  if (codeIfNone !== undefined && isBeforeExecution) {
    return maskError({ ...formatted, extensions: { code: codeIfNone } }, error, logger);
  }
  return maskError(formatted, error, logger);
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError !== undefined ? error.originalError : error;
}
