import type { AccessTokenVerifier, AssertionSigner } from '@swiftcart/identity';
import { type HttpRoute, type LocalSubgraph, type Logger, type Metrics, startHttpServer } from '@swiftcart/service';
import { createAuthenticate } from './auth/authenticate.ts';
import { createRevokedSessions, type RevocationSource } from './auth/revoked-sessions.ts';
import { createGraphStore, type SupergraphSource } from './composition/graph-store.ts';
import { createCallHeaders } from './datasource/call-headers.ts';
import { createDataSources } from './datasource/data-sources.ts';
import { createGraphqlRoute } from './http/graphql-route.ts';
import { renderLandingPage } from './http/landing-page.ts';
import { type Limits, withDefaultLimits } from './limits/limits.ts';
import { createPipeline } from './pipeline.ts';
import { createOperationStore } from './planning/operation-store.ts';
import { createStreamExecutor } from './subscriptions/execute-stream.ts';
import { createSocketServer } from './subscriptions/socket-server.ts';

export interface GatewayOptions {
  readonly supergraph: SupergraphSource;
  /** Subgraphs that run in this process, by name; the others are called over HTTP. */
  readonly localSubgraphs?: ReadonlyMap<string, LocalSubgraph> | undefined;
  /** Overrides of the supergraph's routing URLs, by subgraph name. */
  readonly subgraphUrls?: Readonly<Record<string, string>> | undefined;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** More routes on the gateway's port. */
  readonly routes?: readonly HttpRoute[] | undefined;
  readonly isProduction: boolean;
  /** Without it nobody is authenticated and no identity is sent to subgraphs. */
  readonly auth?: GatewayAuth | undefined;
  /** Client headers that subgraphs may see, lower-case. Default `x-cart-token`. */
  readonly forwardHeaders?: readonly string[] | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly corsOrigins?: readonly string[] | undefined;
  /** How many proxies of our own stand in front (for client addresses). Default 0. */
  readonly trustedProxies?: number | undefined;
  /** Defaults: on outside production. */
  readonly landingPage?: boolean | undefined;
  readonly introspection?: boolean | undefined;
}

export interface GatewayAuth {
  readonly verifier: AccessTokenVerifier;
  readonly signer: AssertionSigner;
  readonly revocations?: RevocationSource | undefined;
}

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:4000`, without the path. */
  readonly url: string;
  readonly port: number;
  /** Takes no new work, lets what runs finish, sends sockets elsewhere. */
  drain(): Promise<void>;
  /** Reads the supergraph again; a broken one changes nothing. */
  reload(): Promise<void>;
}

/** Starts a gateway. Rejects when the supergraph cannot be loaded, revocations cannot be read, or the port is taken. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { logger, metrics, isProduction } = options;
  const limits = withDefaultLimits(options.limits);
  const forwardHeaders = options.forwardHeaders ?? ['x-cart-token'];
  const trustedProxies = options.trustedProxies ?? 0;
  const graphs = await createGraphStore(options.supergraph, logger);
  const revoked = await createRevokedSessions(options.auth?.revocations);
  const authenticate = createAuthenticate(options.auth?.verifier, revoked);
  const sources = createDataSources({
    settings: {
      deadlineMs: limits.subgraphDeadlineMs,
      maxResponseBytes: limits.subgraphMaxResponseBytes,
      maxConnections: limits.subgraphMaxConnections,
      connectTimeoutMs: limits.subgraphConnectTimeoutMs,
      keepAliveMs: 15_000,
    },
    callHeaders: createCallHeaders(options.auth?.signer),
    localSubgraphs: options.localSubgraphs ?? new Map(),
    subgraphUrls: options.subgraphUrls ?? {},
    logger,
  });
  const operations = createOperationStore({
    maxTokens: limits.maxTokens,
    maxValidationErrors: limits.maxValidationErrors,
    check: () => undefined,
  });
  const pipeline = createPipeline({ graphs, operations, sources });
  const sockets = createSocketServer({
    pipeline,
    streams: createStreamExecutor(sources),
    authenticate,
    revoked,
    logger,
    forwardHeaders,
    trustedProxies,
    maxMessageBytes: limits.socketMaxMessageBytes,
    maxOperationsPerSocket: limits.socketMaxOperations,
  });
  const handle = createGraphqlRoute({
    pipeline,
    authenticate,
    logger,
    metrics,
    forwardHeaders,
    trustedProxies,
    maxBodyBytes: limits.maxBodyBytes,
    requestDeadlineMs: limits.requestDeadlineMs,
    landingPage: (options.landingPage ?? !isProduction) ? await renderLandingPage(logger) : undefined,
  });
  const server = await startHttpServer({
    host: options.host,
    port: options.port,
    logger,
    metrics,
    maxBodyBytes: 50_000_000,
    routes: [{ path: '/graphql', handle }, ...(options.routes ?? [])],
    onUpgrade: [{ path: '/graphql', handle: sockets.handleUpgrade }],
  });

  return {
    url: server.url,
    port: server.port,
    reload: () => graphs.reload(),
    async drain() {
      sockets.drain();
      await server.drain(limits.drainTimeoutMs);
    },
    async [Symbol.asyncDispose]() {
      await sockets[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await sources[Symbol.asyncDispose]();
      await revoked[Symbol.asyncDispose]();
    },
  };
}
