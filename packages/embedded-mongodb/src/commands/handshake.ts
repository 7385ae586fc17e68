import { Double, Int32, Long } from 'bson';
import { MAX_DOCUMENT_BYTES } from '../bson-codec.ts';
import type { Doc } from '../values/bson-type.ts';
import { MAX_MESSAGE_BYTES } from '../wire/message-framer.ts';
import type { Command } from './command.ts';

/** The MongoDB release whose behaviour this server follows. */
const VERSION = [8, 0, 0] as const;

/** https://www.mongodb.com/docs/manual/reference/command/hello/ : a standalone, so no `setName` and no `topologyVersion`. */
export const hello: Command = {
  run: ({ connectionId, now, commandName }) => ({
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

export const getParameter: Command = {
  run: () => ({ featureCompatibilityVersion: { version: `${VERSION[0]}.${VERSION[1]}` } }),
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
