import type { IncomingMessage, ServerResponse } from 'node:http';
import { codedError } from '@swiftcart/graphql';
import { BodyError, HEADERS, type Logger } from '@swiftcart/service';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import type { RevokedSessions } from '../auth/revoked-sessions.ts';
import { clientAddress } from '../http/client-address.ts';
import { couldBeCrossSite } from '../http/cross-site.ts';
import { formatErrors } from '../http/format-errors.ts';
import { forwardedHeaders } from '../http/forwarded-headers.ts';
import {
  BadRequestError,
  type GraphqlParameters,
  readGetParameters,
  readPostParameters,
} from '../http/request-parameters.ts';
import type { LoadShedding } from '../limits/load-shedding.ts';
import type { ConnectionCap } from './connection-caps.ts';
import { createDeliveryQueue, type DeliveryQueueSettings } from './delivery-queue.ts';
import { type Drainable, drainInBatches } from './drain-in-batches.ts';
import { expireAt } from './expire-at.ts';
import type { LiveOperations } from './live-operations.ts';
import type { StreamMetrics } from './stream-metrics.ts';

export interface EventStreamRouteOptions {
  readonly operations: LiveOperations;
  readonly authenticate: Authenticate;
  readonly revoked: RevokedSessions;
  readonly logger: Logger;
  readonly metrics: StreamMetrics;
  readonly shedding: LoadShedding;
  readonly forwardHeaders: readonly string[];
  readonly trustedProxies: number;
  readonly maxBodyBytes: number;
  readonly queue: DeliveryQueueSettings;
  readonly users: ConnectionCap;
  readonly addresses: ConnectionCap;
}

/** GraphQL over Server-Sent Events, distinct connections: one request, one operation, its results as events. */
export interface EventStreamRoute extends Disposable {
  /** Whether the client asks for an event stream. */
  accepts(req: IncomingMessage): boolean;
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Ends every stream without `complete`, in batches over `withinMs`, so that clients connect again, elsewhere. */
  drain(withinMs: number): void;
}

/** Proxies cut connections that are silent for long. */
const heartbeatEveryMs = 12_000;

interface OpenStream extends Drainable {
  readonly caller: Caller;
  readonly res: ServerResponse;
  /** Ends it with errors and without `complete`: the client connects again. */
  end(errors: readonly GraphQLFormattedError[]): void;
}

export function createEventStreamRoute(options: EventStreamRouteOptions): EventStreamRoute {
  const { logger, metrics } = options;
  const openStreams = new Set<OpenStream>();
  let draining: Disposable | undefined;
  const errorOf = (error: unknown, correlationId: string) => formatErrors([error], correlationId, logger);

  const heartbeat = setInterval(() => {
    for (const { res } of openStreams) if (!res.writableNeedDrain) res.write(':\n\n');
  }, heartbeatEveryMs);
  heartbeat.unref();

  const stopListening = options.revoked.onRevoked((sessionId) => {
    for (const stream of openStreams) {
      if (stream.caller.session?.id !== sessionId) continue;
      stream.end(errorOf(codedError('UNAUTHENTICATED', 'This session has ended.'), ''));
    }
  });

  /** A running request until its stream is open: opening costs what a request costs, being open does not. */
  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let leave: (() => void) | undefined;
    try {
      leave = options.shedding.enter();
    } catch (error) {
      res.setHeader('retry-after', 1);
      return refuse(res, statusOf(error), errorOf(error, String(req.headers[HEADERS.correlationId])));
    }
    try {
      await open(req, res);
    } finally {
      leave();
    }
  }

  async function open(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const correlationId = String(req.headers[HEADERS.correlationId]);
    const address = clientAddress(req, options.trustedProxies);
    let caller: Caller;
    let parameters: GraphqlParameters;
    try {
      if (isCrossSite(req, res)) throw new BadRequestError(403, 'Streams are not opened for pages of other sites.');
      const isGet = req.method === 'GET' || req.method === 'HEAD';
      parameters = isGet ? readGetParameters(req) : await readPostParameters(req, options.maxBodyBytes);
      // Last: a session that ended while the body was awaited must not open a stream that nobody will end.
      caller = await options.authenticate(req.headers.authorization);
    } catch (error) {
      return refuse(res, statusOf(error), errorOf(asCoded(error), correlationId));
    }
    // Whoever has gone meanwhile would never be seen to go.
    if (res.destroyed) return;
    const places = takePlaces(options, caller, address);
    if (places === undefined) {
      res.setHeader('retry-after', 5);
      return refuse(res, 429, errorOf(codedError('RATE_LIMITED', 'Too many open streams.'), correlationId));
    }
    const headers = forwardedHeaders(req.headers, options.forwardHeaders, address);
    await stream(res, caller, places, (sink) =>
      options.operations.start(
        {
          parameters: () => parameters,
          caller,
          headers,
          correlationId,
          clientAddress: address,
          mayMutate: req.method === 'POST',
          isCounted: true,
        },
        sink,
      ),
    );
  }

  function stream(
    res: ServerResponse,
    caller: Caller,
    giveBack: () => void,
    start: (sink: Parameters<LiveOperations['start']>[1]) => ReturnType<LiveOperations['start']>,
  ): Promise<void> {
    res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    res.write(':\n\n');
    metrics.socketOpened('sse');
    const outlet = {
      get isReady() {
        return !res.writableNeedDrain;
      },
      whenReady: (listener: () => void) => void res.once('drain', listener),
    };
    const write = (payload: Buffer) => void res.write(Buffer.concat([beforeNext, payload, afterEvent]));
    const queue = createDeliveryQueue(options.queue, outlet, write, () => {
      metrics.dropped();
      res.destroy();
    });
    const finish = (errors: readonly GraphQLFormattedError[], isComplete: boolean) => {
      if (errors.length > 0) queue.push(Buffer.from(JSON.stringify({ errors })));
      queue.finish(() => res.end(isComplete ? 'event: complete\ndata: \n\n' : undefined));
    };
    const { session } = caller;
    const running = start({
      next: (payload) => queue.push(payload),
      complete: () => finish([], true),
      fail: (errors, isLost) => finish(errors, !isLost),
    });
    const entry: OpenStream = {
      caller,
      res,
      get isAnswering() {
        return running.isAnswering;
      },
      end(errors) {
        running.leave();
        finish(errors, false);
      },
    };
    openStreams.add(entry);
    const expiry =
      session &&
      expireAt(session.expiresAt, () =>
        entry.end(errorOf(codedError('TOKEN_EXPIRED', 'The access token has expired.'), '')),
      );
    res.once('close', () => {
      running.leave();
      queue.clear();
      openStreams.delete(entry);
      expiry?.[Symbol.dispose]();
      giveBack();
      metrics.socketClosed('sse');
    });
    return running.begun;
  }

  return {
    accepts: ({ headers }) => /(^|[,\s])text\/event-stream/i.test(headers.accept ?? ''),
    handle,
    drain(withinMs) {
      draining = drainInBatches(openStreams, ({ end }) => end([]), withinMs);
    },
    [Symbol.dispose]() {
      clearInterval(heartbeat);
      draining?.[Symbol.dispose]();
      stopListening();
      for (const { res } of openStreams) res.destroy();
    },
  };
}

const beforeNext = Buffer.from('event: next\ndata: ');
const afterEvent = Buffer.from('\n\n');

/** `EventSource` cannot send a header of its own, so pages whose origin CORS allows are let in besides those of this site. */
function isCrossSite(req: IncomingMessage, res: ServerResponse): boolean {
  const isPage = req.headers['sec-fetch-site'] !== undefined || req.headers.origin !== undefined;
  return isPage && !res.hasHeader('access-control-allow-origin') && couldBeCrossSite(req);
}

function takePlaces({ addresses, users }: EventStreamRouteOptions, { viewer }: Caller, address: string) {
  const ofAddress = addresses.take(address);
  if (ofAddress === undefined || viewer.kind !== 'user') return ofAddress;
  const ofUser = users.take(viewer.userId);
  if (ofUser === undefined) {
    ofAddress();
    return undefined;
  }
  return () => {
    ofAddress();
    ofUser();
  };
}

function refuse(res: ServerResponse, status: number, errors: readonly GraphQLFormattedError[]): void {
  const text = JSON.stringify({ errors });
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(text);
}

function statusOf(error: unknown): number {
  if (error instanceof BadRequestError || error instanceof BodyError) return error.status;
  if (!(error instanceof GraphQLError)) return 500;
  return error.extensions['code'] === 'OVERLOADED' ? 503 : 401;
}

function asCoded(error: unknown): unknown {
  const isRequest = error instanceof BadRequestError || error instanceof BodyError;
  return isRequest ? codedError('BAD_USER_INPUT', error.message) : error;
}
