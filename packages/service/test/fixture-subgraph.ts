import { setTimeout as sleep } from 'node:timers/promises';
import { codedError, requireService, requireUser, unauthenticated } from '@swiftcart/graphql';
import { createAssertionVerifier, type Jwks, type Viewer } from '@swiftcart/identity';
import {
  buildSubgraph,
  currentCorrelationId,
  HEADERS,
  type LocalSubgraph,
  type Logger,
  type SubgraphRequest,
} from '../src/index.ts';

interface FixtureContext {
  viewer: Viewer;
  request: SubgraphRequest;
}

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
  enum Size { SMALL LARGE }
  type Query {
    whoami: String
    header(name: String!): String
    correlationId: String
    twice(number: Int!): Int
    size(size: Size!): Size
    coded(code: String!): String
    broken: String
    brokenNonNull: String!
    slow(ms: Int!): String
    forService: String
  }
  type Mutation { touch: String }
  type Subscription {
    count(to: Int!): Int
    whoamiStream: String
    refused: Int
    failsLater: Int
    breaksLater: Int
    waitsForEver: Int
    deaf: Int
  }
`;

/** A subgraph with one field for each thing a server has to get right. `observed` notes what its streams saw. */
export function fixtureSubgraph({ trustedKeys, logger }: { trustedKeys: Jwks; logger?: Logger }) {
  const verifier = createAssertionVerifier({ audience: 'fixture', trustedKeys });
  const observed = { touched: 0, abortedSignals: 0, finishedStreams: 0 };
  const whoami = ({ viewer }: FixtureContext) =>
    viewer.kind === 'user' ? viewer.userId : viewer.kind === 'service' ? viewer.service : 'anonymous';
  const resolvers = {
    Query: {
      whoami: (_: unknown, _args: unknown, context: FixtureContext) => whoami(context),
      header: (_: unknown, { name }: { name: string }, { request }: FixtureContext) => request.headers[name] ?? null,
      correlationId: () => currentCorrelationId(),
      twice: (_: unknown, { number }: { number: number }) => number * 2,
      size: (_: unknown, { size }: { size: string }) => size,
      coded: (_: unknown, { code }: { code: string }) => {
        throw codedError(code as 'NOT_FOUND', 'Said on purpose.', { availableQuantity: 2 });
      },
      broken: () => {
        throw new Error('connect ECONNREFUSED mongodb://root:hunter2@10.0.0.5');
      },
      brokenNonNull: () => null,
      slow: async (_: unknown, { ms }: { ms: number }) => {
        await sleep(ms);
        return 'done';
      },
      forService: (_: unknown, _args: unknown, { viewer }: FixtureContext) => requireService(viewer, 'orders').service,
    },
    Mutation: {
      touch: (_: unknown, _args: unknown, { viewer }: FixtureContext) => {
        requireUser(viewer);
        observed.touched += 1;
        return 'touched';
      },
    },
    Subscription: {
      count: {
        async *subscribe(_: unknown, { to }: { to: number }) {
          for (let count = 1; count <= to; count += 1) yield { count };
        },
      },
      whoamiStream: {
        async *subscribe(_: unknown, _args: unknown, context: FixtureContext) {
          yield { whoamiStream: `${whoami(context)} ${context.request.headers[HEADERS.correlationId]}` };
        },
      },
      refused: {
        subscribe: () => {
          throw codedError('NOT_FOUND', 'No such order.');
        },
      },
      failsLater: {
        async *subscribe() {
          yield { failsLater: 1 };
          throw codedError('NOT_FOUND', 'Gone meanwhile.');
        },
      },
      breaksLater: {
        async *subscribe() {
          yield { breaksLater: 1 };
          throw new Error('secret detail');
        },
      },
      // A source that never looks at its signal.
      deaf: {
        async *subscribe() {
          yield { deaf: 1 };
          await new Promise(() => undefined);
        },
      },
      waitsForEver: {
        async *subscribe(_: unknown, _args: unknown, { request }: FixtureContext) {
          request.signal?.addEventListener('abort', () => {
            observed.abortedSignals += 1;
          });
          try {
            yield { waitsForEver: 1 };
            await new Promise<void>((resolve) => request.signal?.addEventListener('abort', () => resolve()));
          } finally {
            observed.finishedStreams += 1;
          }
        },
      },
    },
  };
  const subgraph: LocalSubgraph = {
    name: 'fixture',
    schema: buildSubgraph({ typeDefs, resolvers }),
    logger,
    async createContext(request) {
      const viewer = verifier.verify(request.headers[HEADERS.identity]);
      if (viewer === undefined) throw unauthenticated();
      return { viewer, request };
    },
  };
  return { subgraph, observed };
}
