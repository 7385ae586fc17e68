import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** One finished operation, however it arrived. */
export interface FinishedOperation {
  operationName: string | null | undefined;
  kind: 'query' | 'mutation' | 'subscription' | 'unknown';
  startedAtMs: number;
  errors?: readonly GraphQLFormattedError[] | undefined;
}

export interface OperationLog {
  /** One log line, one latency sample, and each error counted by its code. `startedAtMs` is from `performance.now()`. */
  record(operation: FinishedOperation): void;
  /** Records what comes over HTTP. */
  readonly apolloPlugin: ApolloServerPlugin<object>;
}

export function createOperationLog({
  logger,
  metrics,
}: {
  logger: Logger;
  metrics?: Metrics | undefined;
}): OperationLog {
  function record({ operationName, kind, startedAtMs, errors = [] }: FinishedOperation): void {
    const durationMs = performance.now() - startedAtMs;
    const codes = errors.map(({ extensions }) => String(extensions?.['code'] ?? 'INTERNAL_SERVER_ERROR'));
    logger.info(
      {
        operation: operationName ?? null,
        kind,
        durationMs: Math.round(durationMs * 10) / 10,
        ...(codes.length > 0 && { codes }),
      },
      'operation',
    );
    if (metrics === undefined) return;
    for (const code of codes) metrics.errorsByCode.inc({ code });
    metrics.operationSeconds.observe({ operation: metrics.operationLabel(operationName), kind }, durationMs / 1_000);
  }

  return {
    record,
    apolloPlugin: {
      async requestDidStart() {
        const startedAtMs = performance.now();
        return {
          async willSendResponse({ operation, operationName, response }) {
            const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
            record({ operationName, kind: operation?.operation ?? 'unknown', startedAtMs, errors });
          },
        };
      },
      async contextCreationDidFail({ error }) {
        const code = 'extensions' in error ? (error.extensions as Record<string, unknown>)['code'] : undefined;
        record({
          operationName: null,
          kind: 'unknown',
          startedAtMs: performance.now(),
          errors: [{ message: error.message, extensions: { code: code ?? 'INTERNAL_SERVER_ERROR' } }],
        });
      },
    },
  };
}
