import { composeServices } from '@apollo/composition';
import { createLogger, startSubgraphServer } from '@swiftcart/service';
import { parse } from 'graphql';
import type { BenchCase, BenchKeys } from './bench-case.ts';
import { createLibrarySubgraph, libraryQuery, librarySubgraphs, shelfCount } from './library-subgraphs.ts';

/** (b): one heavy query whose plan meets few books very many times. */
export async function libraryCase(keys: BenchKeys, inProcessEntry: string): Promise<BenchCase> {
  const logger = createLogger({ name: 'library', level: 'warn' });
  const servers = await Promise.all(
    librarySubgraphs.map(async (each) => ({
      name: each.name,
      server: await startSubgraphServer({ subgraph: createLibrarySubgraph(each), host: '127.0.0.1', port: 0, logger }),
    })),
  );
  const composed = composeServices(
    librarySubgraphs.map(({ name, typeDefs }) => ({ name, url: '', typeDefs: parse(typeDefs) })),
  );
  if (composed.errors) throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  // Its lists have no `first`: the cost is computed all the same, and is above what the shop allows.
  const gatewayEnv = { MAX_COST: '1000000' };
  return {
    name: 'b',
    title: `one heavy query over ${shelfCount} shelves`,
    supergraphSdl: composed.supergraphSdl,
    upstreams: Object.fromEntries(servers.map(({ name, server }) => [name, `${server.url}/graphql`])),
    requests: Array.from({ length: shelfCount }, (_, shelf) => ({
      body: JSON.stringify({ query: libraryQuery, operationName: 'Library', variables: { shelf } }),
      authorization: keys.bearer(`usr_reader_${shelf}`),
    })),
    concurrency: 8,
    perRound: 240,
    gatewayEnv,
    wholeProcess: async () => ({
      title: 'gateway and subgraphs in one process',
      entry: inProcessEntry,
      env: gatewayEnv,
      isGatewayEnv: true,
      urlPattern: /gateway (http:\S+)/,
    }),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(({ server }) => server[Symbol.asyncDispose]()));
    },
  };
}
