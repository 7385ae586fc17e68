import { readFileSync } from 'node:fs';
import type { EventBus } from '@swiftcart/events';
import { createAssertionVerifier, type Jwks, type KeyPair } from '@swiftcart/identity';
import {
  buildSubgraph,
  type HttpServer,
  type LocalSubgraph,
  type Logger,
  type Metrics,
  respondJson,
  startSubgraphServer,
} from '@swiftcart/service';
import { createAdmin, type NewAdmin } from './commands/create-admin.ts';
import { seedDemoAccounts } from './commands/seed-demo-accounts.ts';
import type { UsersConfig } from './config.ts';
import { createRequestContext, type ProcessContext } from './context.ts';
import type { Outcome } from './domain/refusal.ts';
import { openProcess } from './open-process.ts';
import { type OpenedResources, openAll } from './opened-resources.ts';
import { resolvers } from './resolvers.ts';
import type { UserRecord } from './store/users.ts';

export interface UsersOptions extends UsersConfig {
  mongodbUri: string;
  /** Default `swiftcart_users`. */
  databaseName?: string | undefined;
  bus: EventBus;
  logger: Logger;
  metrics?: Metrics | undefined;
  /** Who may vouch for callers: the gateway, and services for themselves. */
  trustedKeys: Jwks | (() => Jwks);
  now?: (() => Date) | undefined;
  isProduction: boolean;
  /** Signs access tokens. */
  keyPair: KeyPair;
  /** Where messages go that no provider takes; its `outbox` folder is made when needed. */
  dataDirectory?: string | undefined;
  /**
   * False for a one-off command beside a running shop: it must neither publish the shop's events into a bus of its own
   * nor take part in its work. Default true.
   */
  runsBackgroundWork?: boolean | undefined;
}

export interface UsersService extends LocalSubgraph, AsyncDisposable {
  isReady(): Promise<boolean>;
  /** Serves `/graphql` and `/.well-known/jwks.json`. */
  listen(at: { host: string; port: number }): Promise<HttpServer>;
  /** Public keys of the access tokens. */
  jwks(): Jwks;
  /** Opens the four demo accounts unless they exist; repeating it changes nothing. */
  seedDemoAccounts(options: { password: string }): Promise<void>;
  /** Opens an account that is ADMIN; refused like a registration. */
  createAdmin(admin: NewAdmin): Promise<Outcome<UserRecord>>;
  /** Resolves when messages that were being sent have been, or have failed. For tests and for stopping. */
  messagesSettled(): Promise<void>;
}

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** The users subgraph: accounts, sessions, addresses, notifications. Connects, starts its background work, and ends both when disposed. */
export function createUsersService(options: UsersOptions): Promise<UsersService> {
  return openAll(async (resources) => {
    const process = await openProcess(options, resources);
    return serviceOf(options, process, resources);
  });
}

function serviceOf(options: UsersOptions, process: ProcessContext, resources: OpenedResources): UsersService {
  const { logger, metrics, trustedKeys, isProduction } = options;
  const assertions = createAssertionVerifier({ audience: 'users', trustedKeys, now: process.now });
  const service: UsersService = {
    name: 'users',
    schema: buildSubgraph({ typeDefs, resolvers }),
    logger,
    createContext: async (request) => createRequestContext(process, assertions, request),
    isReady: async () => process.store.isConnected(),
    jwks: () => process.accessTokens.jwks(),
    seedDemoAccounts: (seed) => seedDemoAccounts(process, seed),
    createAdmin: (admin) => createAdmin(process, admin),
    async messagesSettled() {
      await process.background.settled();
      await process.mailRounds.settled();
    },
    listen: ({ host, port }) =>
      startSubgraphServer({
        subgraph: service,
        host,
        port,
        logger,
        metrics,
        isProduction,
        isReady: () => service.isReady(),
        routes: [
          { method: 'GET', path: '/.well-known/jwks.json', handle: (_, res) => respondJson(res, 200, service.jwks()) },
        ],
      }),
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
  return service;
}
