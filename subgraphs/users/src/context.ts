import type { EventBus, OutboxRelay } from '@swiftcart/events';
import { unauthenticated } from '@swiftcart/graphql';
import type { AccessTokenSigner, AssertionVerifier, Viewer } from '@swiftcart/identity';
import { correlationIdOf, HEADERS, type Logger, type SubgraphRequest } from '@swiftcart/service';
import type { UsersConfig } from './config.ts';
import type { OneTimeSecrets } from './credentials/one-time-secrets.ts';
import type { PasswordHasher } from './credentials/password-hasher.ts';
import type { RefreshTokens } from './credentials/refresh-tokens.ts';
import { clientNetwork } from './domain/client-network.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { MailRounds } from './mail-rounds.ts';
import type { AttemptLimits } from './ports/attempt-limits.ts';
import type { BackgroundWork } from './ports/background-work.ts';
import type { MailSender, SmsSender } from './ports/mail.ts';
import type { Store } from './store/store.ts';

/** What lives as long as the process. */
export interface ProcessContext {
  config: UsersConfig;
  logger: Logger;
  now: () => Date;
  store: Store;
  bus: EventBus;
  relay: Pick<OutboxRelay, 'wake'>;
  passwords: PasswordHasher;
  refreshTokens: RefreshTokens;
  accessTokens: AccessTokenSigner;
  oneTimeSecrets: OneTimeSecrets;
  limits: AttemptLimits;
  background: BackgroundWork;
  mail: MailSender;
  /** Sends the e-mails of notifications. */
  mailRounds: Pick<MailRounds, 'wake' | 'settled'>;
  sms: SmsSender;
}

/** What lives as long as one operation. */
export interface RequestContext extends ProcessContext {
  viewer: Viewer;
  correlationId: string;
  /** The client's network, as the gateway saw its address; undefined when nobody said. */
  clientAddress: string | undefined;
  userAgent: string | null;
  /** The session that `Session.isCurrent` means: the caller's, or the one this operation opened. */
  currentSessionId: string | null;
  loaders: Loaders;
}

/** Throws UNAUTHENTICATED without a valid assertion: whoever asks past the gateway gets nothing, not even as anonymous. */
export function createRequestContext(
  process: ProcessContext,
  assertions: AssertionVerifier,
  { headers }: SubgraphRequest,
): RequestContext {
  const viewer = assertions.verify(headers[HEADERS.identity]);
  if (viewer === undefined) throw unauthenticated('This service answers callers with an identity only.');
  return {
    ...process,
    viewer,
    correlationId: correlationIdOf(headers),
    clientAddress: clientNetwork(headers['x-client-address']),
    userAgent: printable(headers['user-agent']),
    currentSessionId: viewer.kind === 'user' ? viewer.sessionId : null,
    loaders: createLoaders(process.store, process.now),
  };
}

function printable(userAgent: string | undefined): string | null {
  const text =
    userAgent
      ?.replace(/[^\x20-\x7e]/g, '')
      .trim()
      .slice(0, 256) ?? '';
  return text === '' ? null : text;
}
