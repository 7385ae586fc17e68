import { codedError } from '@swiftcart/graphql';
import { GraphQLError } from 'graphql';
import type { SubgraphError } from '../datasource/data-source.ts';
import { StreamLostError, StreamRefusedError, saysSomethingToClients } from '../datasource/stream-failure.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { EndReason } from './subscriber.ts';

export interface StreamEnding {
  readonly reason: EndReason;
  readonly errors: readonly unknown[];
  readonly isLost: boolean;
}

/** How a failed stream ends for its clients. */
export function endingOf(error: unknown): StreamEnding {
  if (error instanceof StreamLostError) return upstreamLost(error);
  if (error instanceof StreamRefusedError) {
    return { reason: 'refused', errors: error.errors.map((inner) => clientError(error, inner)), isLost: false };
  }
  if (error instanceof OperationRefusedError) return { reason: 'refused', errors: error.errors, isLost: false };
  return { reason: 'failed', errors: [error], isLost: false };
}

/** The client subscribes again; where the stream can be resumed, it says where it stands. */
export function upstreamLost(cause: Error): StreamEnding {
  const { message, extensions } = codedError(
    'SUBSCRIPTION_UPSTREAM_LOST',
    'The source of this stream was lost. Subscribe again.',
  );
  return {
    reason: 'upstream_lost',
    errors: [new GraphQLError(message, { extensions, originalError: cause })],
    isLost: true,
  };
}

/** The operation does not fit the schema that is now in force. */
export function endedBySchema(errors: readonly GraphQLError[]): StreamEnding {
  const [first] = errors;
  const message = `The schema has changed and this subscription does not fit it any more${first === undefined ? '.' : `: ${first.message}`}`;
  return { reason: 'schema', errors: [codedError('SUBSCRIPTION_ENDED_BY_SCHEMA', message)], isLost: false };
}

function clientError({ subgraph }: StreamRefusedError, { message, path, extensions }: SubgraphError): GraphQLError {
  if (saysSomethingToClients(extensions?.['code'])) {
    return new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null });
  }
  return new GraphQLError('Something went wrong on our side.', {
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
    originalError: new Error(`${subgraph}: ${message}`),
  });
}
