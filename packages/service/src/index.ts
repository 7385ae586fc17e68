export { correlationIdOf, currentCorrelationId, withCorrelationId } from './correlation.ts';
export { databaseTimeouts } from './database-timeouts.ts';
export { createDocumentCache, type DocumentCache, type ParsedQuery } from './document-cache.ts';
export { ConfigError, createEnvReader, type EnvReader } from './env-reader.ts';
export { executeLocally, type LocalOperation, type LocalStream, subscribeLocally } from './execute-locally.ts';
export { HEADERS } from './headers.ts';
export { type HttpServer, type HttpServerOptions, startHttpServer, type UpgradeRoute } from './http-server.ts';
export { buildSubgraph, type LocalSubgraph, type SubgraphRequest } from './local-subgraph.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type OpenWhenReachableOptions, openWhenReachable } from './open-when-reachable.ts';
export { BodyError, readBody, readJsonBody } from './read-body.ts';
export { respondJson } from './respond-json.ts';
export type { HttpRoute } from './route-table.ts';
export { type RunningProcess, type RunProcessOptions, runProcess } from './run-process.ts';
export {
  createSubgraphClient,
  SubgraphCallError,
  type SubgraphCallOptions,
  type SubgraphClient,
  type SubgraphClientOptions,
} from './subgraph-client.ts';
export { type SubgraphServerOptions, startSubgraphServer } from './subgraph-server.ts';
export { type DeadlineSignal, withDeadline } from './with-deadline.ts';
