import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { codedError } from '@swiftcart/graphql';
import { correlationIdOf, type Logger } from '@swiftcart/service';
import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { makeServer, type ServerOptions } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import type { RevokedSessions } from '../auth/revoked-sessions.ts';
import type { CallContext } from '../datasource/data-source.ts';
import { clientAddress } from '../http/client-address.ts';
import { formatErrors } from '../http/format-errors.ts';
import { forwardedHeaders } from '../http/forwarded-headers.ts';
import { checkParameters } from '../http/request-parameters.ts';
import type { AdmittedOperation, Pipeline } from '../pipeline.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { StreamExecutor } from './execute-stream.ts';

export interface SocketServerOptions {
  readonly pipeline: Pipeline;
  readonly streams: StreamExecutor;
  readonly authenticate: Authenticate;
  readonly revoked: RevokedSessions;
  readonly logger: Logger;
  readonly forwardHeaders: readonly string[];
  readonly trustedProxies: number;
  readonly maxMessageBytes: number;
  readonly maxOperationsPerSocket: number;
}

/** graphql-ws on `/graphql`. */
export interface SocketServer extends AsyncDisposable {
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with a code on which clients connect again elsewhere. */
  drain(): void;
}

/** Close codes: 4403 is retried by clients (with a renewed token), 4401 would be final to them. */
const closeForbidden = 4403;
const closeGoingAway = 1001;
const operationKinds = [OperationTypeNode.QUERY, OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION];

interface SocketExtra {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly caller: Caller;
  readonly correlationId: string;
}

/** An operation on its way through graphql-ws's hooks: admitted in `onSubscribe`, run in `execute` or `subscribe`. */
interface SocketOperation {
  readonly admitted: AdmittedOperation;
  readonly call: CallContext;
  readonly ending: AbortController;
}

export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { pipeline, streams, logger } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });

  function serve(socket: WebSocket, req: IncomingMessage): void {
    let extra: SocketExtra | undefined;
    let expiry: NodeJS.Timeout | undefined;
    const running = new Map<string, AbortController>();
    const end = (code: number, reason: string) => socket.close(code, reason);
    const stopListening = options.revoked.onRevoked((sessionId) => {
      if (extra?.caller.session?.id === sessionId) end(closeForbidden, 'Session ended');
    });

    const settings: ServerOptions = {
      connectionInitWaitTimeout: 10_000,
      async onConnect(context) {
        const init = lowerCaseHeaders(context.connectionParams);
        const address = clientAddress(req, options.trustedProxies);
        try {
          const caller = await options.authenticate(init['authorization'] ?? req.headers.authorization);
          const correlationId = correlationIdOf({ ...req.headers, ...init });
          const headers = forwardedHeaders({ ...req.headers, ...init }, options.forwardHeaders, address);
          extra = { address, headers, caller, correlationId };
        } catch (error) {
          if (!(error instanceof GraphQLError)) logger.error({ err: error }, 'socket could not be authenticated');
          return false;
        }
        const { session } = extra.caller;
        if (session !== undefined) {
          expiry = expireAt(session.expiresAt, () => end(closeForbidden, 'Token expired'));
        }
        return true;
      },
      async onSubscribe(_context, id, payload) {
        const current = extra;
        if (current === undefined) return [codedError('UNAUTHENTICATED', 'The socket is not open.')];
        const correlationId = current.correlationId;
        try {
          if (running.size >= options.maxOperationsPerSocket) {
            throw codedError('RATE_LIMITED', `A socket carries at most ${options.maxOperationsPerSocket} operations.`);
          }
          const admitted = await pipeline.admit({
            parameters: checkParameters(payload),
            caller: current.caller,
            clientAddress: current.address,
            allowed: operationKinds,
          });
          const ending = new AbortController();
          running.set(id, ending);
          const call = {
            viewer: current.caller.viewer,
            headers: current.headers,
            correlationId,
            signal: ending.signal,
          };
          const operation: SocketOperation = { admitted, call, ending };
          const { document, operation: definition } = admitted.prepared;
          // graphql-ws wants execution arguments; ours travel as the context, and execute and subscribe below are our own.
          return {
            schema: admitted.prepared.graph.schema,
            document,
            operationName: definition.name?.value,
            variableValues: admitted.variables,
            contextValue: operation,
          };
        } catch (error) {
          return asErrors(error, correlationId);
        }
      },
      execute: async (args) => {
        const { admitted, call } = (args as unknown as { contextValue: SocketOperation }).contextValue;
        try {
          const { data, errors } = await pipeline.execute(admitted, call);
          return errors.length === 0 ? { data } : { data, errors: asErrors(errors, call.correlationId) };
        } catch (error) {
          return { errors: asErrors(error, call.correlationId) };
        }
      },
      subscribe: async (args) => {
        const { admitted, call } = (args as unknown as { contextValue: SocketOperation }).contextValue;
        try {
          return formatted(await streams.open(admitted, call), call.correlationId);
        } catch (error) {
          return { errors: asErrors(error, call.correlationId) };
        }
      },
      onComplete: (_context, id) => {
        running.get(id)?.abort();
        running.delete(id);
      },
    };
    const closed = makeServer(settings).opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            socket.send(data, (error) => (error ? reject(error) : resolve()));
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (listener) =>
          socket.on('message', (data) => {
            listener(String(data)).catch((error: unknown) => {
              logger.warn({ err: error }, 'socket message failed');
              socket.close(4400, 'Bad message');
            });
          }),
      },
      {},
    );
    const ping = keepAlive(socket);
    socket.on('error', (error) => logger.debug({ err: error }, 'socket failed'));
    socket.once('close', (code, reason) => {
      clearInterval(ping);
      clearTimeout(expiry);
      stopListening();
      for (const ending of running.values()) ending.abort();
      void closed(code, String(reason));
    });
  }

  function asErrors(error: unknown, correlationId: string): GraphQLError[] {
    const errors = error instanceof OperationRefusedError ? error.errors : Array.isArray(error) ? error : [error];
    return formatErrors(errors, correlationId, logger).map(
      ({ message, path, extensions }) =>
        new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null }),
    );
  }

  async function* formatted(
    results: AsyncIterable<{ data: Record<string, unknown> | null; errors: readonly GraphQLError[] }>,
    correlationId: string,
  ): AsyncGenerator<ExecutionResult, void, void> {
    try {
      for await (const { data, errors } of results) {
        yield errors.length === 0 ? { data } : { data, errors: asErrors(errors, correlationId) };
      }
    } catch (error) {
      throw asErrors(error, correlationId)[0] ?? error;
    }
  }

  return {
    handleUpgrade: (req, socket, head) =>
      webSockets.handleUpgrade(req, socket, head, (webSocket) => serve(webSocket, req)),
    drain() {
      for (const client of webSockets.clients) client.close(closeGoingAway, 'Going away');
    },
    async [Symbol.asyncDispose]() {
      for (const client of webSockets.clients) client.terminate();
      webSockets.close();
    },
  };
}

/** `connection_init` carries HTTP header names, matched case-insensitively. */
function lowerCaseHeaders(params: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  if (typeof params !== 'object' || params === null) return headers;
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** A timer cannot be set further than 2^31 ms ahead; a token that lives longer is looked at again then. */
function expireAt(when: Date, act: () => void): NodeJS.Timeout {
  const timer = setTimeout(act, Math.min(Math.max(when.getTime() - Date.now(), 0), 2 ** 31 - 1));
  timer.unref();
  return timer;
}

function keepAlive(socket: WebSocket): NodeJS.Timeout {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, 15_000);
  timer.unref();
  return timer;
}
