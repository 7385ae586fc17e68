import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import type { Logger } from './logger.ts';

/** A subgraph as anyone in the same process sees it: the gateway, a port of another subgraph, or its own HTTP server. */
export interface LocalSubgraph {
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** Called once per operation with the same headers as over HTTP, so identity is verified identically. May throw coded errors. */
  createContext(request: SubgraphRequest): Promise<object>;
  /** Where unexpected errors go when it is called in process. */
  readonly logger?: Logger | undefined;
}

/** What a subgraph knows of its caller. */
export interface SubgraphRequest {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fires when nobody waits for the answer any more: the client left, the stream ended, the deadline passed. */
  readonly signal?: AbortSignal | undefined;
}

type SubgraphResolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
>;

/** A federated schema from SDL and resolvers. Throws when they do not fit together. */
export function buildSubgraph({ typeDefs, resolvers }: { typeDefs: string; resolvers: object }): GraphQLSchema {
  // Apollo's type wants an index signature, which no interface of ours has; its own check at run time is stricter.
  return buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers: resolvers as SubgraphResolvers });
}
