import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { correlationIdOf, withCorrelationId } from './correlation.ts';
import { createDocumentCache } from './document-cache.ts';
import { executeLocally, type LocalOperation, type LocalStream, subscribeLocally } from './execute-locally.ts';
import { HEADERS } from './headers.ts';
import type { LocalSubgraph } from './local-subgraph.ts';
import type { Logger } from './logger.ts';
import { maskError } from './mask-error.ts';
import type { Metrics } from './metrics.ts';
import type { OperationLog } from './operation-log.ts';
import { plainHeaders } from './subgraph-route.ts';

/** graphql-ws for one subgraph. */
export interface SubgraphSockets {
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all streams and closes all sockets with 1001, "going away": clients connect again, elsewhere. */
  close(): Promise<void>;
}

/**
 * Every operation has its own identity: headers of the upgrade request, then fields of `connection_init`, then the
 * operation's `extensions.headers`, later ones winning, because a gateway sends many callers over one socket.
 */
export function createSubgraphSockets({
  subgraph,
  logger,
  metrics,
  operationLog,
}: SubgraphSocketsOptions): SubgraphSockets {
  const wss = new WebSocketServer({ noServer: true, maxPayload: 100_000, perMessageDeflate: false });
  const documents = createDocumentCache(subgraph.schema);
  const results = new WeakMap<ExecutionArgs, LocalStream | FormattedExecutionResult>();
  let closing: Promise<void> | undefined;
  const live = metrics?.gauge('live_subscriptions', 'Subscription streams that are open.');

  /** Opens the operation here, because what it returns decides between a stream and an `error` message. */
  async function open(
    headers: Record<string, string>,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const startedAtMs = performance.now();
    const parsed = documents.read(payload.query);
    if ('errors' in parsed) return refuse(parsed.errors, startedAtMs);
    const { document } = parsed;
    const kind = getOperationAST(document, payload.operationName)?.operation;
    if (kind === undefined) {
      const message = 'The operation name fits no operation of the document.';
      return refuse([{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }], startedAtMs);
    }
    const { operationName } = payload;
    const operation: LocalOperation = {
      document,
      variables: payload.variables ?? undefined,
      operationName,
      request: { headers },
    };
    const result =
      kind === 'subscription'
        ? await subscribeLocally(withLogger, { ...operation, onEnd: () => live?.dec() })
        : await executeLocally(withLogger, operation);
    const isStream = Symbol.asyncIterator in result;
    operationLog.record({ operationName, kind, startedAtMs, errors: isStream ? undefined : result.errors });
    if (isStream) live?.inc();
    else if (!('data' in result)) return (result.errors ?? []).map(toGraphqlError);

    const args: ExecutionArgs = { schema: subgraph.schema, document, contextValue: undefined };
    if (operationName) args.operationName = operationName;
    results.set(args, result);
    return args;
  }

  function refuse(errors: readonly GraphQLFormattedError[], startedAtMs: number): readonly GraphQLError[] {
    operationLog.record({ operationName: null, kind: 'unknown', startedAtMs, errors });
    return errors.map((error) => toGraphqlError(maskError(error, error, logger)));
  }

  const withLogger: LocalSubgraph = {
    name: subgraph.name,
    schema: subgraph.schema,
    createContext: (request) => subgraph.createContext(request),
    logger,
  };
  const graphqlWs = useServer(
    {
      isProd: true,
      onSubscribe(ctx, _id, payload) {
        const given = { ...textFields(ctx.connectionParams), ...textFields(payload.extensions?.['headers']) };
        // Not the upgrade request's id: everything the socket ever carries would share it.
        const correlationId = correlationIdOf(given);
        const headers = { ...plainHeaders(ctx.extra.request), ...given, [HEADERS.correlationId]: correlationId };
        return withCorrelationId(correlationId, () => open(headers, payload));
      },
      // Both were run by `open`; masked errors are plain objects, which graphql-ws' types do not foresee.
      execute: (args) => results.get(args) as ExecutionResult,
      subscribe: (args) => results.get(args) as AsyncGenerator<ExecutionResult>,
      onNext: (_ctx, _id, _payload, _args, result) => result as FormattedExecutionResult,
    },
    wss,
  );
  // useServer's own listener prints a stack trace for every broken client; `ws` has closed the socket by then.
  wss.on('connection', (socket) => {
    socket.removeAllListeners('error');
    socket.on('error', (error) => logger.debug({ err: error }, 'websocket failed'));
  });

  return {
    handleUpgrade: (req, socket, head) =>
      wss.handleUpgrade(req, socket, head, (ws) => void wss.emit('connection', ws, req)),
    close: async () => {
      // Draining closes them, and disposing after it must not fail.
      closing ??= Promise.resolve(graphqlWs.dispose());
      await closing;
    },
  };
}

interface SubgraphSocketsOptions {
  subgraph: LocalSubgraph;
  logger: Logger;
  metrics?: Metrics | undefined;
  operationLog: OperationLog;
}

/** A JSON object's text fields as headers, names in lower case; clients write them in any case. */
function textFields(fields: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  if (typeof fields !== 'object' || fields === null) return headers;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  return headers;
}

function toGraphqlError({ message, extensions = {} }: GraphQLFormattedError): GraphQLError {
  return new GraphQLError(message, { extensions });
}
