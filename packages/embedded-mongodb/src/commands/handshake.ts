import { Double, Int32, Long } from 'bson';
import { MAX_DOCUMENT_BYTES } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { MAX_MESSAGE_BYTES } from '../wire/message-framer.ts';
import type { ClientMetadata, Command } from './command.ts';

/** The MongoDB release whose behaviour this server follows. */
const VERSION = [8, 0, 0] as const;

/** https://www.mongodb.com/docs/manual/reference/command/hello/ : a standalone, so no `setName` and no `topologyVersion`. */
export const hello: Command = {
  run: ({ connectionId, now, commandName, body, client }) => ({
    ...noteClient(body, client),
    ...(commandName === 'hello' ? { isWritablePrimary: true } : { ismaster: true, helloOk: true }),
    maxBsonObjectSize: new Int32(MAX_DOCUMENT_BYTES),
    maxMessageSizeBytes: new Int32(MAX_MESSAGE_BYTES),
    maxWriteBatchSize: new Int32(100_000),
    localTime: now(),
    logicalSessionTimeoutMinutes: new Int32(30),
    connectionId: new Int32(connectionId),
    minWireVersion: new Int32(0),
    maxWireVersion: new Int32(25),
    readOnly: false,
  }),
};

function noteClient(body: Doc, client: ClientMetadata | undefined): Doc {
  const application = isDocument(body['client']) ? body['client']['application'] : undefined;
  const name = isDocument(application) ? application['name'] : undefined;
  if (client && typeof name === 'string') client.appName = name;
  return {};
}

export const ping: Command = { run: () => ({}) };

export const buildInfo: Command = {
  run: () => ({
    version: VERSION.join('.'),
    gitVersion: 'embedded',
    modules: [],
    allocator: 'v8',
    javascriptEngine: 'none',
    sysInfo: 'embedded-mongodb: a MongoDB-protocol server in Node.js, not mongod',
    versionArray: [...VERSION, 0].map((part) => new Int32(part)),
    bits: new Int32(64),
    debug: false,
    maxBsonObjectSize: new Int32(MAX_DOCUMENT_BYTES),
    storageEngines: ['embedded'],
  }),
};

/** https://www.mongodb.com/docs/manual/reference/command/serverStatus/ : what clients look at. */
export const serverStatus: Command = {
  run: ({ now, startedAt, cursors }): Doc => ({
    host: 'localhost',
    version: VERSION.join('.'),
    process: 'embedded-mongodb',
    pid: new Int32(process.pid),
    uptime: new Double((now().getTime() - startedAt.getTime()) / 1000),
    uptimeMillis: Long.fromNumber(now().getTime() - startedAt.getTime()),
    localTime: now(),
    metrics: { cursor: { open: { total: Long.fromNumber(cursors.size) } } },
    mem: { resident: new Int32(Math.floor(process.memoryUsage.rss() / 2 ** 20)) },
    storageEngine: { name: 'embedded', supportsCommittedReads: true, persistent: true },
  }),
};

/** Sessions carry no state here: every command stands alone. */
export const acceptSession: Command = { run: () => ({}) };

export const startSession: Command = {
  run: () => ({ id: { id: crypto.randomUUID() }, timeoutMinutes: new Int32(30) }),
};

/** https://www.mongodb.com/docs/manual/reference/command/getParameter/ : the few parameters that clients ask for. */
export const getParameter: Command = {
  isAdminOnly: true,
  run({ body, failPoints }) {
    const known: Doc = {
      featureCompatibilityVersion: { version: `${VERSION[0]}.${VERSION[1]}` },
      authenticationMechanisms: [],
      enableTestCommands: failPoints !== undefined,
      requireApiVersion: false,
      maxBSONDepth: new Int32(200),
      ttlMonitorEnabled: true,
      notablescan: false,
    };
    if (body['getParameter'] === '*') return known;
    const asked = Object.keys(body).filter((name) => Object.hasOwn(known, name));
    if (asked.length === 0) throw new CommandError(72, 'no option found to get');
    return Object.fromEntries(asked.map((name) => [name, known[name]]));
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/getCmdLineOpts/ : driver test suites read the test flag here. */
export const getCmdLineOpts: Command = {
  isAdminOnly: true,
  run: ({ failPoints }) => ({
    argv: ['embedded-mongodb', ...(failPoints ? ['--test-commands'] : [])],
    parsed: failPoints ? { setParameter: { enableTestCommands: '1' } } : {},
  }),
};

export const configureFailPoint: Command = {
  isAdminOnly: true,
  run({ body, failPoints }) {
    if (!failPoints) throw new CommandError(59, "no such command: 'configureFailPoint'");
    failPoints.configure(body);
    return {};
  },
};

export const whatsMyUri: Command = { run: () => ({ you: '127.0.0.1' }) };

export const connectionStatus: Command = {
  run: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
};

export const getLog: Command = { run: () => ({ totalLinesWritten: new Int32(0), log: [] }) };

export const hostInfo: Command = {
  run: ({ now }) => ({
    system: { currentTime: now(), hostname: 'localhost' },
    os: { type: process.platform },
    extra: {},
  }),
};
