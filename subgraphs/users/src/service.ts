import { readFileSync } from 'node:fs';
import { createOutboxRelay, createParkedEvents, type EventBus } from '@swiftcart/events';
import { createAccessTokenSigner, createAssertionVerifier, type Jwks, type KeyPair } from '@swiftcart/identity';
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
import { sendNotificationMail } from './commands/send-notification-mail.ts';
import type { UsersConfig } from './config.ts';
import { consumeEvents } from './consume-events.ts';
import { createRequestContext, type ProcessContext } from './context.ts';
import { deriveKey } from './credentials/derived-keys.ts';
import { createOneTimeSecrets } from './credentials/one-time-secrets.ts';
import { createPasswordHasher } from './credentials/password-hasher.ts';
import { createRefreshTokens } from './credentials/refresh-tokens.ts';
import type { Outcome } from './domain/refusal.ts';
import { createMailRounds } from './mail-rounds.ts';
import { type OpenedResources, openAll } from './opened-resources.ts';
import { createAttemptLimits } from './ports/attempt-limits.ts';
import { createBackgroundWork } from './ports/background-work.ts';
import { createFolderMailSender, createFolderSmsSender } from './ports/outbox-folder.ts';
import { createSmtpMailSender } from './ports/smtp-mail-sender.ts';
import { createWebhookSmsSender } from './ports/webhook-sms-sender.ts';
import { resolvers } from './resolvers.ts';
import { openStore } from './store/store.ts';
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

async function openProcess(options: UsersOptions, resources: OpenedResources): Promise<ProcessContext> {
  const { logger, bus, metrics, keyPair, now = () => new Date() } = options;
  const store = resources.use(await openStore(options.mongodbUri, options.databaseName ?? 'swiftcart_users'));
  const parked = createParkedEvents(store.connection);
  const models = [store.users.model, store.sessions.model];
  const relay = resources.use(createOutboxRelay({ models, bus, logger, metrics, parked }));
  const limits = createAttemptLimits({
    limits: options.rateLimits ? options.limits : undefined,
    redisUrl: options.redisUrl,
    onError: (error) => logger.warn({ err: error }, 'attempts are counted in this process only'),
  });
  const secret = options.refreshKey ?? keyPair.privateKeyPem;
  const passwords = await createPasswordHasher();
  const mailRounds = createMailRounds({
    logger,
    workOne: () => sendNotificationMail(process),
    beforeRound: async () => void (await store.notifications.giveUpInterrupted(now())),
  });
  const process: ProcessContext = {
    config: options,
    logger,
    now,
    store,
    bus,
    relay,
    passwords,
    refreshTokens: createRefreshTokens(deriveKey(secret, 'refresh tokens')),
    accessTokens: createAccessTokenSigner({ ...options, ttlSeconds: options.accessTokenTtlSeconds }),
    oneTimeSecrets: createOneTimeSecrets(deriveKey(secret, 'one-time codes')),
    limits: resources.use(limits),
    mail: resources.use(createMailSender(options)),
    sms: createSmsSender(options, now),
    mailRounds: resources.use(mailRounds),
    // Closed before all of the above: what is under way needs them.
    background: resources.use(createBackgroundWork(logger)),
  };
  resources.use(await consumeEvents(process, bus, parked));
  return process;
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

function createMailSender(options: UsersOptions) {
  const { smtpUrl, mailFrom: from, dataDirectory, logger, isProduction } = options;
  if (smtpUrl !== undefined) return createSmtpMailSender({ url: smtpUrl, from });
  return createFolderMailSender({ dataDirectory, logger, isProduction, from });
}

function createSmsSender({ smsUrl, dataDirectory, logger, isProduction }: UsersOptions, now: () => Date) {
  return smsUrl === undefined
    ? createFolderSmsSender({ dataDirectory, logger, isProduction, now })
    : createWebhookSmsSender(smsUrl);
}
