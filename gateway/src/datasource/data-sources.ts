import type { LocalSubgraph, Logger, Metrics } from '@swiftcart/service';
import { Pool } from 'undici';
import type { Graph } from '../composition/load-graph.ts';
import type { CallHeaders } from './call-headers.ts';
import type { DataSource, FetchDeadlines } from './data-source.ts';
import { createHttpDataSource } from './http-data-source.ts';
import { createLocalDataSource } from './local-data-source.ts';
import { createResilientDataSource } from './resilient-data-source.ts';
import { createMutationClock, createSingleFlight } from './single-flight.ts';
import { createUpstreamSockets } from './upstream-sockets.ts';

/** How subgraphs are called. */
export interface DataSourceSettings extends FetchDeadlines {
  /** Deadlines of single subgraphs, for their mutations too. */
  readonly deadlinesMs: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly breakerFailures: number;
  readonly breakerOpenMs: number;
  readonly maxResponseBytes: number;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
}

export interface DataSourcesOptions {
  readonly settings: DataSourceSettings;
  readonly callHeaders: CallHeaders;
  readonly localSubgraphs: ReadonlyMap<string, LocalSubgraph>;
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
}

/** The data sources of whatever graph is current. Kept by URL, so that a reload re-uses pools and opens only new ones. */
export interface DataSources extends AsyncDisposable {
  forGraph(graph: Graph): ReadonlyMap<string, DataSource>;
}

export function createDataSources(options: DataSourcesOptions): DataSources {
  const { settings, callHeaders, localSubgraphs, subgraphUrls } = options;
  const pools = new Map<string, Pool>();
  const sources = new Map<string, DataSource>();
  const sockets = createUpstreamSockets(settings);
  const perGraph = new WeakMap<Graph, ReadonlyMap<string, DataSource>>();
  const mutations = createMutationClock();

  function poolFor(origin: string): Pool {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      connections: settings.maxConnections,
      connect: { timeout: settings.connectTimeoutMs },
      keepAliveTimeout: 30_000,
    });
    pools.set(origin, pool);
    return pool;
  }

  function sourceFor(name: string, routingUrl: string): DataSource {
    const local = localSubgraphs.get(name);
    const key = local === undefined ? `${name} ${routingUrl}` : name;
    const known = sources.get(key);
    if (known !== undefined) return known;
    const own = settings.deadlinesMs[name];
    const deadlines: FetchDeadlines = own === undefined ? settings : { deadlineMs: own, mutationDeadlineMs: own };
    let source: DataSource;
    if (local !== undefined) {
      source = createLocalDataSource(local, callHeaders, deadlines);
    } else {
      const url = new URL(routingUrl);
      source = createHttpDataSource({
        ...settings,
        ...deadlines,
        name,
        url,
        pool: poolFor(url.origin),
        sockets,
        callHeaders,
      });
    }
    source = createResilientDataSource(source, {
      retries: settings.retries,
      breaker: { failuresToOpen: settings.breakerFailures, openMs: settings.breakerOpenMs },
      metrics: options.metrics,
    });
    source = createSingleFlight(source, mutations);
    sources.set(key, source);
    return source;
  }

  return {
    forGraph(graph) {
      const known = perGraph.get(graph);
      if (known !== undefined) return known;
      const map = new Map(graph.subgraphs.map(({ name, url }) => [name, sourceFor(name, subgraphUrls[name] ?? url)]));
      perGraph.set(graph, map);
      return map;
    },
    async [Symbol.asyncDispose]() {
      await sockets[Symbol.asyncDispose]();
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}
