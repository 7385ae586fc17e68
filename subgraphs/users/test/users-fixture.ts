import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryBus, type DomainEvent } from '@swiftcart/events';
import { generateKeyPair, type Viewer } from '@swiftcart/identity';
import { createEnvReader, createLogger } from '@swiftcart/service';
import { createGraphqlClient, startDatabase } from '@swiftcart/testkit';
import { createUsersService, readUsersConfig, type UsersOptions } from '../src/index.ts';
import { callers, createTestIdentity } from './callers.ts';

/** One users subgraph over real HTTP, with its own database, a clock that tests may move, and its outbox folder. */
export async function startUsers(options: Partial<UsersOptions> = {}, env: Record<string, string> = {}) {
  const logger = createLogger({ name: 'users', level: 'silent' });
  const database = await startDatabase();
  const mongodbUri = database.uri('swiftcart_users');
  const bus = createMemoryBus({ logger });
  const folder = await mkdtemp(join(tmpdir(), 'users-test-'));
  let aheadMs = 0;
  const now = (): Date => new Date(Date.now() + aheadMs);
  const identity = createTestIdentity(now);
  const keyPair = generateKeyPair();
  const service = await createUsersService({
    ...readUsersConfig(createEnvReader(env)),
    mongodbUri,
    databaseName: new URL(mongodbUri).pathname.slice(1),
    bus,
    logger,
    trustedKeys: identity.jwks,
    isProduction: false,
    keyPair,
    dataDirectory: folder,
    now,
    ...options,
  });
  const events: DomainEvent[] = [];
  await bus.listen({ topic: 'users', handler: (event) => void events.push(event) });
  const http = await service.listen({ host: '127.0.0.1', port: 0 });
  const client = createGraphqlClient(http.url);

  return {
    service,
    http,
    bus,
    keyPair,
    events,
    folder,
    mongodbUri,
    /** Moves the service's clock. */
    advance(ms: number): void {
      aheadMs += ms;
    },
    now,
    request<Data = Record<string, unknown>>(
      viewer: Viewer,
      query: string,
      variables?: Record<string, unknown>,
      headers: Record<string, string> = {},
    ): Promise<Answer<Data>> {
      return client.request<Data>(query, variables, { headers: { ...identity.headersFor(viewer), ...headers } });
    },
    client,
    /** Texts of the messages sent so far, newest last. */
    async outbox(ending: '.eml' | '.txt'): Promise<string[]> {
      await service.messagesSettled();
      const names = await readdir(join(folder, 'outbox')).catch(() => []);
      const wanted = names.filter((name) => name.endsWith(ending)).sort();
      return Promise.all(wanted.map((name) => readFile(join(folder, 'outbox', name), 'utf8')));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await http[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type UsersFixture = Awaited<ReturnType<typeof startUsers>>;

/** A GraphQL answer as tests read it. */
export interface Answer<Data> {
  status: number;
  data: Data | null;
  errors?: readonly { message: string; extensions?: Record<string, unknown> | undefined }[] | undefined;
}

export interface SessionAnswer {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  refreshTokenExpiresAt: string;
  user: { id: string; name: string; email: string | null; roles: string[] };
}

export interface AuthAnswer {
  session: SessionAnswer | null;
  userErrors: { code: string; field: string[] | null; message: string; retryAfterSeconds: number | null }[];
}

export const authSelection = `{
  session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt user { id name email roles } }
  userErrors { code field message retryAfterSeconds }
}`;

export const anonymous = callers.anonymous();
export const password = 'mango-lassi-7';

/** Registers and answers the payload. */
export async function register(
  fixture: UsersFixture,
  input: object,
  headers: Record<string, string> = {},
): Promise<AuthAnswer> {
  const { data, errors } = await fixture.request<{ register: AuthAnswer }>(
    anonymous,
    `mutation ($input: RegisterInput!) { register(input: $input) ${authSelection} }`,
    { input: { name: 'Asha Rao', password, ...input } },
    headers,
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.register;
}

/** Registers somebody and answers him as a viewer of his own session. */
export async function signUp(fixture: UsersFixture, email: string, headers: Record<string, string> = {}) {
  const { session, userErrors } = await register(fixture, { email }, headers);
  if (session === null) throw new Error(JSON.stringify(userErrors));
  return { session, viewer: viewerOf(session) };
}

/** The caller that the gateway would make of an access token. */
export function viewerOf(session: SessionAnswer): Extract<Viewer, { kind: 'user' }> {
  const claims = JSON.parse(Buffer.from(session.accessToken.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
    sid: string;
    roles: Extract<Viewer, { kind: 'user' }>['roles'];
  };
  return { kind: 'user', userId: claims.sub, sessionId: claims.sid, roles: claims.roles };
}

export async function login(
  fixture: UsersFixture,
  email: string,
  secret: string = password,
  headers: Record<string, string> = {},
): Promise<AuthAnswer> {
  const { data, errors } = await fixture.request<{ login: AuthAnswer }>(
    anonymous,
    `mutation ($email: String!, $password: String!) { login(input: { email: $email, password: $password }) ${authSelection} }`,
    { email, password: secret },
    headers,
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.login;
}

export async function refresh(fixture: UsersFixture, refreshToken: string): Promise<AuthAnswer> {
  const { data, errors } = await fixture.request<{ refreshSession: AuthAnswer }>(
    anonymous,
    `mutation ($token: String!) { refreshSession(refreshToken: $token) ${authSelection} }`,
    { token: refreshToken },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.refreshSession;
}

export const codesOf = (answer: { userErrors: readonly { code: string }[] }): string[] =>
  answer.userErrors.map(({ code }) => code);

/** The code of a refusal of the whole operation. */
export const topLevelCode = ({ errors }: { errors?: Answer<unknown>['errors'] }): unknown =>
  errors?.[0]?.extensions?.['code'];
