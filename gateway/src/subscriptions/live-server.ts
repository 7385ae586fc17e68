import type { Logger, Metrics } from '@swiftcart/service';
import type { Authenticate } from '../auth/authenticate.ts';
import type { AccessSettings } from '../auth/decide-access.ts';
import type { RevokedSessions } from '../auth/revoked-sessions.ts';
import type { GraphStore } from '../composition/graph-store.ts';
import type { DataSources } from '../datasource/data-sources.ts';
import type { Limits } from '../limits/limits.ts';
import type { LoadShedding } from '../limits/load-shedding.ts';
import type { Pipeline } from '../pipeline.ts';
import type { OperationStore } from '../planning/operation-store.ts';
import { createConnectionCap } from './connection-caps.ts';
import { createEventStreamRoute, type EventStreamRoute } from './event-stream-route.ts';
import { createLiveOperations } from './live-operations.ts';
import { createSocketServer, type SocketServer } from './socket-server.ts';
import { createStreamMetrics } from './stream-metrics.ts';
import type { PositionRules } from './stream-position.ts';
import { createStreamRegistry } from './stream-registry.ts';

export interface LiveServerOptions {
  readonly graphs: GraphStore;
  readonly operations: OperationStore;
  readonly access: AccessSettings;
  readonly sources: DataSources;
  readonly pipeline: Pipeline;
  readonly authenticate: Authenticate;
  readonly revoked: RevokedSessions;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly forwardHeaders: readonly string[];
  readonly trustedProxies: number;
  readonly limits: Limits;
  /** Shared with HTTP: it is one gateway that is busy. */
  readonly shedding: LoadShedding;
  /** How events say where they are, by subscription field; default: by the names in the schema. */
  readonly streamPositions?: PositionRules | undefined;
}

/** Everything that stays open: WebSockets and event streams, over one set of shared streams. */
export interface LiveServer extends AsyncDisposable {
  readonly handleUpgrade: SocketServer['handleUpgrade'];
  readonly eventStreams: EventStreamRoute;
  /** Sends clients elsewhere, in batches over `withinMs`. */
  drain(withinMs: number): void;
}

export function createLiveServer(options: LiveServerOptions): LiveServer {
  const { graphs, operations, access, sources, pipeline, logger, forwardHeaders, limits } = options;
  const metrics = createStreamMetrics(options.metrics);
  const streams = createStreamRegistry({
    graphs,
    operations,
    access,
    sources,
    logger,
    metrics,
    forwardHeaders,
    positions: options.streamPositions ?? {},
    upstreamRetryMs: limits.upstreamRetryMs,
  });
  const shared = {
    operations: createLiveOperations({
      pipeline,
      streams,
      logger,
      metrics: options.metrics,
      shedding: options.shedding,
      requestDeadlineMs: limits.requestDeadlineMs,
    }),
    authenticate: options.authenticate,
    revoked: options.revoked,
    logger,
    metrics,
    forwardHeaders,
    trustedProxies: options.trustedProxies,
    queue: { maxWaiting: limits.streamQueueMessages, graceMs: limits.streamQueueGraceMs },
    users: createConnectionCap(limits.socketMaxPerUser),
    addresses: createConnectionCap(limits.socketMaxPerAddress),
  };
  const sockets = createSocketServer({
    ...shared,
    maxMessageBytes: limits.socketMaxMessageBytes,
    maxOperations: limits.socketMaxOperations,
  });
  const eventStreams = createEventStreamRoute({
    ...shared,
    shedding: options.shedding,
    maxBodyBytes: limits.maxBodyBytes,
  });
  return {
    handleUpgrade: sockets.handleUpgrade,
    eventStreams,
    drain(withinMs) {
      sockets.drain(withinMs);
      eventStreams.drain(withinMs);
    },
    async [Symbol.asyncDispose]() {
      streams[Symbol.dispose]();
      eventStreams[Symbol.dispose]();
      await sockets[Symbol.asyncDispose]();
    },
  };
}
