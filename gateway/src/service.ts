import type { AccessTokenVerifier, AssertionSigner } from '@swiftcart/identity';
import { type HttpRoute, type LocalSubgraph, type Logger, type Metrics, startHttpServer } from '@swiftcart/service';
import { createAuthenticate } from './auth/authenticate.ts';
import type { AccessSettings, EvaluatePolicies } from './auth/decide-access.ts';
import { createRevokedSessions, type RevocationSource } from './auth/revoked-sessions.ts';
import { createGraphStore, type SupergraphSource } from './composition/graph-store.ts';
import { watchSupergraph } from './composition/watch-supergraph.ts';
import { createCallHeaders } from './datasource/call-headers.ts';
import { createDataSources } from './datasource/data-sources.ts';
import { createGraphqlRoute } from './http/graphql-route.ts';
import { renderLandingPage } from './http/landing-page.ts';
import { createPersistedOperations, type PersistedOperationSettings } from './http/persisted-operations.ts';
import { type Limits, withDefaultLimits } from './limits/limits.ts';
import { createLoadShedding } from './limits/load-shedding.ts';
import { requireWithinLimits } from './limits/operation-limits.ts';
import { createRateLimits, defaultRateLimits, type RateLimitSettings } from './limits/rate-limits.ts';
import { createPipeline } from './pipeline.ts';
import { createOperationStore } from './planning/operation-store.ts';
import { createLiveServer } from './subscriptions/live-server.ts';
import type { PositionRules } from './subscriptions/stream-position.ts';

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
  /** Deadlines of single subgraphs, in milliseconds, by name. */
  readonly subgraphDeadlinesMs?: Readonly<Record<string, number>> | undefined;
  readonly rateLimits?: Partial<RateLimitSettings> | undefined;
  /** Shares rate limits between gateways. */
  readonly redisUrl?: string | undefined;
  readonly persistedOperations?: PersistedOperationSettings | undefined;
  /** Names the failing subgraph in errors. Default false. */
  readonly exposeSubgraphNames?: boolean | undefined;
  /** What happens to a query with fields its caller may not see. Default: they answer null. */
  readonly onDeniedQuery?: AccessSettings['onDeniedQuery'] | undefined;
  /** Decides `@policy`; without it no policy is met. */
  readonly evaluatePolicies?: EvaluatePolicies | undefined;
  /** How many proxies of our own stand in front (for client addresses). Default 0. */
  readonly trustedProxies?: number | undefined;
  /** How events of subscription fields say where they are, so that streams resume and merge; default: by their names. */
  readonly streamPositions?: PositionRules | undefined;
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
  // Whatever was opened when something later fails is closed again, last first.
  const opened: AsyncDisposable[] = [];
  const closeAll = async () => {
    for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    return await openGateway(options, closeAll, (part) => {
      opened.push(part);
      return part;
    });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Opening = <Part extends AsyncDisposable>(part: Part) => Part;

async function openGateway(options: GatewayOptions, closeAll: () => Promise<void>, opening: Opening): Promise<Gateway> {
  const { logger, metrics, isProduction } = options;
  const limits = withDefaultLimits(options.limits);
  const forwardHeaders = options.forwardHeaders ?? ['x-cart-token'];
  const trustedProxies = options.trustedProxies ?? 0;
  const graphs = await createGraphStore(options.supergraph, logger);
  const revoked = opening(await createRevokedSessions(options.auth?.revocations));
  const authenticate = createAuthenticate(options.auth?.verifier, revoked);
  const sources = opening(
    createDataSources({
      settings: {
        deadlineMs: limits.subgraphDeadlineMs,
        mutationDeadlineMs: limits.subgraphMutationDeadlineMs,
        deadlinesMs: options.subgraphDeadlinesMs ?? {},
        retries: limits.subgraphRetries,
        breakerFailures: limits.breakerFailures,
        breakerOpenMs: limits.breakerOpenMs,
        maxResponseBytes: limits.subgraphMaxResponseBytes,
        maxConnections: limits.subgraphMaxConnections,
        connectTimeoutMs: limits.subgraphConnectTimeoutMs,
        keepAliveMs: limits.upstreamPingMs,
      },
      callHeaders: createCallHeaders(options.auth?.signer),
      localSubgraphs: options.localSubgraphs ?? new Map(),
      subgraphUrls: options.subgraphUrls ?? {},
      logger,
      metrics,
    }),
  );
  const isExplained = !isProduction;
  const operations = createOperationStore({
    maxTokens: limits.maxTokens,
    maxValidationErrors: limits.maxValidationErrors,
    introspection: options.introspection ?? !isProduction,
    check: (parsed) => requireWithinLimits(parsed, limits, isExplained),
  });
  const persisted = await createPersistedOperations(options.persistedOperations ?? { safelist: 'off' }, logger);
  const rateLimits = opening(
    await createRateLimits({ ...defaultRateLimits, ...options.rateLimits, redisUrl: options.redisUrl }, logger),
  );
  const access = {
    onDeniedQuery: options.onDeniedQuery ?? 'null',
    evaluatePolicies: options.evaluatePolicies,
  } as const;
  const pipeline = createPipeline({ graphs, operations, persisted, sources, access, rateLimits, limits, isExplained });
  const shedding = createLoadShedding(limits.maxConcurrentRequests);
  const live = opening(
    createLiveServer({
      graphs,
      operations,
      access,
      sources,
      pipeline,
      authenticate,
      revoked,
      logger,
      metrics,
      forwardHeaders,
      trustedProxies,
      limits,
      shedding,
      streamPositions: options.streamPositions,
    }),
  );
  const handle = createGraphqlRoute({
    pipeline,
    authenticate,
    logger,
    metrics,
    forwardHeaders,
    trustedProxies,
    maxBodyBytes: limits.maxBodyBytes,
    requestDeadlineMs: limits.requestDeadlineMs,
    cors: { origins: options.corsOrigins ?? [], allowedHeaders: forwardHeaders },
    shedding,
    eventStreams: live.eventStreams,
    isProduction,
    exposeSubgraphNames: options.exposeSubgraphNames ?? false,
    landingPage: (options.landingPage ?? !isProduction) ? await renderLandingPage(logger) : undefined,
  });
  opening(watchSupergraph(options.supergraph, graphs));
  const server = opening(
    await startHttpServer({
      host: options.host,
      port: options.port,
      logger,
      metrics,
      maxBodyBytes: 50_000_000,
      routes: [{ path: '/graphql', followsCorrelation: false, handle }, ...(options.routes ?? [])],
      onUpgrade: [{ path: '/graphql', handle: live.handleUpgrade }],
    }),
  );

  return {
    url: server.url,
    port: server.port,
    reload: () => graphs.reload(),
    async drain() {
      live.drain(limits.drainTimeoutMs / 2);
      await server.drain(limits.drainTimeoutMs);
    },
    [Symbol.asyncDispose]: closeAll,
  };
}
