import { createOutboxRelay, createParkedEvents } from '@swiftcart/events';
import { createAccessTokenSigner } from '@swiftcart/identity';
import { sendNotificationMail } from './commands/send-notification-mail.ts';
import { consumeEvents } from './consume-events.ts';
import type { ProcessContext } from './context.ts';
import { deriveKey } from './credentials/derived-keys.ts';
import { createOneTimeSecrets } from './credentials/one-time-secrets.ts';
import { createPasswordHasher } from './credentials/password-hasher.ts';
import { createRefreshTokens } from './credentials/refresh-tokens.ts';
import { createMailRounds } from './mail-rounds.ts';
import type { OpenedResources } from './opened-resources.ts';
import { createAttemptLimits } from './ports/attempt-limits.ts';
import { createBackgroundWork } from './ports/background-work.ts';
import { createFolderMailSender, createFolderSmsSender } from './ports/outbox-folder.ts';
import { createSmtpMailSender } from './ports/smtp-mail-sender.ts';
import { createWebhookSmsSender } from './ports/webhook-sms-sender.ts';
import type { UsersOptions } from './service.ts';
import { openStore } from './store/store.ts';

/** Connects and starts everything that lives as long as the process, in an order that can be closed backwards. */
export async function openProcess(options: UsersOptions, resources: OpenedResources): Promise<ProcessContext> {
  const { logger, bus, metrics, keyPair, now = () => new Date() } = options;
  const store = resources.use(await openStore(options.mongodbUri, options.databaseName ?? 'swiftcart_users'));
  const parked = createParkedEvents(store.connection);
  const models = [store.users.model, store.sessions.model];
  const { runsBackgroundWork = true } = options;
  const relay = runsBackgroundWork
    ? resources.use(createOutboxRelay({ models, bus, logger, metrics, parked }))
    : { wake: () => undefined };
  const limits = await createAttemptLimits({
    limits: options.rateLimits ? options.limits : undefined,
    redisUrl: options.redisUrl,
    onError: (error) => logger.warn({ err: error }, 'attempts are counted in this process only'),
  });
  const secret = options.refreshKey ?? keyPair.privateKeyPem;
  const passwords = await createPasswordHasher();
  const mailRounds = createMailRounds({
    logger,
    workOne: async () => runsBackgroundWork && (await sendNotificationMail(process)),
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
  if (runsBackgroundWork) resources.use(await consumeEvents(process, bus, parked));
  return process;
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
