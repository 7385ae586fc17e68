import { createHash } from 'node:crypto';
import type { Schema } from '@apollo/federation-internals';
import { ApolloGateway } from '@apollo/gateway';
import type { QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, parse, print } from 'graphql';
import { withoutExecutableLinks } from './executable-links.ts';
import { withResolvableKeysFirst } from './resolvable-keys-first.ts';
import { withoutSecurityLinks } from './security-links.ts';
import { type SubgraphEndpoint, subgraphEndpoints } from './subgraph-endpoints.ts';

/** One loaded version of the supergraph. Immutable: a reload makes another, and requests finish on the one they began with. */
export interface Graph {
  /** SHA-256 of the supergraph file's text. */
  readonly version: string;
  /** The file as written, security rules and cost directives included. */
  readonly document: DocumentNode;
  /** The file as the planner got it: without security features, keys in order, directives for clients visible. */
  readonly plannable: DocumentNode;
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** The same in the planner's own classes. */
  readonly plannerSchema: Schema;
  /** Every type, those hidden from clients included: representations may carry them. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  readonly subgraphs: readonly SubgraphEndpoint[];
}

/** Reads a supergraph file's text into a graph that can plan. Throws when the text is no valid Federation 2 supergraph. */
export async function loadGraph(supergraphSdl: string): Promise<Graph> {
  const document = parse(supergraphSdl, { noLocation: true });
  const plannable = withResolvableKeysFirst(withoutExecutableLinks(withoutSecurityLinks(document)));
  // The loader reports its use to its maker unless this is set, and takes no option instead; a gateway calls nobody unasked.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  const gateway = new ApolloGateway({
    supergraphSdl: print(plannable),
    logger: silentLogger,
    // Fetches are run by our own executor over our own data sources; the gateway's HTTP client is never reached.
    buildService: () => ({ process: () => Promise.reject(new Error('Fetches are not run by the loader.')) }),
  });
  const { schema } = await gateway.load();
  const graph: Graph = {
    version: createHash('sha256').update(supergraphSdl).digest('hex'),
    document,
    plannable,
    schema,
    plannerSchema: required(gateway['apiSchema'], 'apiSchema'),
    supergraphSchema: required(gateway['supergraphSchema'], 'supergraphSchema'),
    planner: required(gateway.__testing().queryPlanner, 'queryPlanner'),
    subgraphs: subgraphEndpoints(document),
  };
  await gateway.stop();
  return graph;
}

/** The loader's parts are not in its public types' contract, so a version that moved them must fail at start, by name. */
function required<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`@apollo/gateway no longer exposes ${name}: check its exact version.`);
  return part;
}

const silent = () => undefined;
const silentLogger = { debug: silent, info: silent, warn: silent, error: silent };
