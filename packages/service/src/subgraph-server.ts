import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { badUserInput } from '@swiftcart/graphql';
import type { HttpServer } from './http-server.ts';
import { startHttpServer } from './http-server.ts';
import type { LocalSubgraph } from './local-subgraph.ts';
import type { Logger } from './logger.ts';
import { maskError } from './mask-error.ts';
import type { Metrics } from './metrics.ts';
import { createOperationLog } from './operation-log.ts';
import type { HttpRoute } from './route-table.ts';
import { createSubgraphRoute } from './subgraph-route.ts';
import { createSubgraphSockets } from './subgraph-sockets.ts';

export interface SubgraphServerOptions {
  subgraph: LocalSubgraph;
  host: string;
  /** 0 picks a free one. */
  port: number;
  logger: Logger;
  metrics?: Metrics | undefined;
  isReady?: (() => boolean | Promise<boolean>) | undefined;
  /** Others than `/graphql`, e.g. `/.well-known/jwks.json` or a payment provider's webhook. */
  routes?: readonly HttpRoute[] | undefined;
  /** Introspection is off in production. Default false. */
  isProduction?: boolean | undefined;
  /** For one operation; default 1 MiB, room for a gateway's longest list of representations. */
  maxBodyBytes?: number | undefined;
}

/** Serves one subgraph at `/graphql`: queries and mutations by HTTP POST, everything by graphql-ws. */
export async function startSubgraphServer(options: SubgraphServerOptions): Promise<HttpServer> {
  const { subgraph, logger, metrics, isProduction = false, maxBodyBytes = 1_048_576 } = options;
  const operationLog = createOperationLog({ logger, metrics });
  const apollo = new ApolloServer({
    schema: subgraph.schema,
    logger,
    introspection: !isProduction,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // The gateway sends full texts; an APQ store here would only be memory that clients can fill.
    persistedQueries: false,
    formatError: (formatted, error) => maskError(formatted, error, logger),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      operationLog.apolloPlugin,
      refuseSubscriptions,
    ],
  });
  await apollo.start();
  const sockets = createSubgraphSockets({ subgraph, logger, metrics, operationLog });

  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    logger,
    metrics,
    isReady: options.isReady,
    maxBodyBytes,
    routes: [
      { method: 'POST', path: '/graphql', handle: createSubgraphRoute({ apollo, subgraph, maxBodyBytes }) },
      ...(options.routes ?? []),
    ],
    onUpgrade: [{ path: '/graphql', handle: sockets.handleUpgrade }],
  });

  return {
    url: http.url,
    port: http.port,
    server: http.server,
    async drain(timeoutMs) {
      // Streams never become idle by themselves: they are told to go (1001) while requests finish.
      await Promise.all([http.drain(timeoutMs), sockets.close()]);
      await apollo.stop();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([http[Symbol.asyncDispose](), sockets.close()]);
      await apollo.stop();
    },
  };
}

/** Executed as a query, a subscription would answer nulls and look like success. */
const refuseSubscriptions: ApolloServerPlugin<object> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        // Undefined when the operation name fits none; Apollo answers that itself.
        if (operation?.operation === 'subscription') {
          throw badUserInput('Subscriptions are served over WebSocket (graphql-transport-ws) at this path.');
        }
      },
    };
  },
};
