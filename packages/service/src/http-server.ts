import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { correlationIdOf, withCorrelationId } from './correlation.ts';
import { HEADERS } from './headers.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { BodyError, declaredLength } from './read-body.ts';
import { respondJson } from './respond-json.ts';
import { createRouteTable, type HttpRoute, pathOf } from './route-table.ts';

/** One path that takes WebSocket upgrades. */
export interface UpgradeRoute {
  path: string;
  handle(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface HttpServerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  logger: Logger;
  metrics?: Metrics | undefined;
  /** Whether work can be taken now; `/health/ready` says 503 when false or throwing. */
  isReady?: (() => boolean | Promise<boolean>) | undefined;
  /** Refuses longer declared bodies before any handler; handlers still read with `readBody`. Default 1 MiB. */
  maxBodyBytes?: number | undefined;
  routes: readonly HttpRoute[];
  onUpgrade?: readonly UpgradeRoute[] | undefined;
  /** How long a draining server goes on taking new requests while `/health/ready` already says 503. Default 0. */
  drainGraceMs?: number | undefined;
}

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:4001`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Stops taking work, lets what runs finish, and cuts off what still runs after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
}

/** Serves the routes, and `/health/live`, `/health/ready`, `/metrics` besides. Rejects when the port is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, logger, metrics, maxBodyBytes = 1_048_576, drainGraceMs = 0 } = options;
  const sockets = new Set<Socket>();
  let isDraining = false;

  const routes = createRouteTable([
    ...options.routes,
    { method: 'GET', path: '/health/live', handle: (_req, res) => respondJson(res, 200, { status: 'live' }) },
    {
      method: 'GET',
      path: '/health/ready',
      handle: (_req, res) => answerReadiness(res, () => isDraining, options.isReady),
    },
    ...(metrics === undefined
      ? []
      : [{ method: 'GET' as const, path: '/metrics', handle: createMetricsRoute(metrics) }]),
  ]);

  const server = createServer((req, res) => {
    const correlationId = correlationIdOf(req.headers);
    req.headers[HEADERS.correlationId] = correlationId;
    res.setHeader(HEADERS.correlationId, correlationId);
    if (isDraining) res.setHeader('connection', 'close');
    const route = routes.find(req);
    if (metrics !== undefined) {
      res.once('finish', () =>
        metrics.requests.inc({ route: route.path, method: boundedMethod(req.method), status: String(res.statusCode) }),
      );
    }
    const work = async () => {
      try {
        if (declaredLength(req) > maxBodyBytes)
          throw new BodyError(413, `The body may have at most ${maxBodyBytes} bytes.`);
        await route.handle(req, res);
      } catch (error) {
        answerFailure(res, error, logger, correlationId);
      }
    };
    void (route.followsCorrelation === false ? work() : withCorrelationId(correlationId, work));
  });
  // Slow headers or bodies must not hold a socket for ever; idle sockets outlive a load balancer's 60 s, or it would meet resets.
  server.headersTimeout = 20_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  server.maxRequestsPerSocket = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'socket failed'));
    const route = options.onUpgrade?.find(({ path }) => path === pathOf(req));
    if (route === undefined || isDraining) {
      socket.end(
        `HTTP/1.1 ${route === undefined ? '404 Not Found' : '503 Service Unavailable'}\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    req.headers[HEADERS.correlationId] = correlationIdOf(req.headers);
    try {
      route.handle(req, socket, head);
    } catch (error) {
      // Nobody stands above this event: a throw would end the process, and with it every other connection.
      logger.error({ err: error }, 'upgrade failed');
      socket.destroy();
    }
  });
  await listen(server, host, port);
  const address = server.address() as AddressInfo;

  /** Resolves when every connection is gone. Closing twice is harmless. */
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));

  async function drain(timeoutMs: number): Promise<void> {
    isDraining = true;
    const deadline = AbortSignal.timeout(Math.max(timeoutMs, 1));
    if (drainGraceMs > 0) await sleep(Math.min(drainGraceMs, timeoutMs / 2));
    server.close();
    server.closeIdleConnections();
    // Sockets whose answer is already written become idle a moment later; look again until all are gone.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const timedOut = new Promise<void>((resolve) => deadline.addEventListener('abort', () => resolve()));
    await Promise.race([closed, timedOut]);
    clearInterval(sweep);
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    url: `http://${hostInUrl(host)}:${address.port}`,
    port: address.port,
    server,
    drain,
    [Symbol.asyncDispose]: async () => {
      isDraining = true;
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answerReadiness(
  res: ServerResponse,
  isDraining: () => boolean,
  isReady: HttpServerOptions['isReady'],
): Promise<void> {
  const ready = !isDraining() && (await Promise.resolve(isReady?.() ?? true).catch(() => false));
  respondJson(res, ready ? 200 : 503, { status: ready ? 'ready' : isDraining() ? 'draining' : 'not ready' });
}

function createMetricsRoute(metrics: Metrics): HttpRoute['handle'] {
  return async (_req, res) => {
    const text = await metrics.render();
    res.writeHead(200, { 'content-type': metrics.registry.contentType });
    res.end(text);
  };
}

function answerFailure(res: ServerResponse, error: unknown, logger: Logger, correlationId: string): void {
  const isRefusal = error instanceof BodyError;
  if (!isRefusal) logger.error({ err: error, correlationId }, 'request failed');
  if (res.headersSent) {
    res.destroy();
    return;
  }
  // The rest of an oversized body is not worth reading.
  if (isRefusal && error.status === 413) res.setHeader('connection', 'close');
  respondJson(res, isRefusal ? error.status : 500, {
    error: isRefusal ? error.message : 'Something went wrong on our side.',
  });
}

const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** Clients may send any method name; a label takes only the usual ones. */
function boundedMethod(method: string | undefined): string {
  return method !== undefined && methods.has(method) ? method : 'other';
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
