import { isErrorCode } from '@swiftcart/graphql';
import type { Logger } from '@swiftcart/service';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/**
 * Errors as clients get them: a code of the contract, the correlation id, and a message that gives nothing away.
 * What lies behind a masked error goes to the log under the same correlation id.
 */
export function formatErrors(
  errors: readonly unknown[],
  correlationId: string,
  logger: Logger,
  exposeSubgraphNames = false,
): readonly GraphQLFormattedError[] {
  return errors.map((error) => {
    const formatted = formatError(error, correlationId, logger);
    return exposeSubgraphNames ? formatted : withoutSubgraph(formatted);
  });
}

/** Which part of the system failed is nobody's business outside, unless its operator says so. */
function withoutSubgraph(error: GraphQLFormattedError): GraphQLFormattedError {
  const { subgraph: _, ...extensions } = error.extensions ?? {};
  return { ...error, extensions };
}

function formatError(error: unknown, correlationId: string, logger: Logger): GraphQLFormattedError {
  if (!(error instanceof GraphQLError)) {
    logger.error({ err: error, correlationId }, 'unexpected error');
    return masked(correlationId);
  }
  const { code } = error.extensions;
  if (error.originalError !== undefined) {
    logger.warn(
      { err: error.originalError, correlationId, code, path: error.path?.join('.') },
      'error in an operation',
    );
  }
  const { message, locations, path, extensions } = error.toJSON();
  const known = isErrorCode(code);
  return {
    message: known ? message : masked(correlationId).message,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { ...(known ? extensions : { code: 'INTERNAL_SERVER_ERROR' }), correlationId },
  };
}

function masked(correlationId: string): GraphQLFormattedError {
  return {
    message: 'Something went wrong on our side.',
    extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId },
  };
}
