import { createHash } from 'node:crypto';
import { Binary, Int32, Long } from 'bson';
import { NO_JAVASCRIPT } from '../aggregate/expressions/object.ts';
import { CommandError } from '../command-error.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Doc } from '../values/bson-type.ts';
import { binaryBytes } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import { assertKnownFields, namespaceOf, optionalString } from './arguments.ts';
import type { Command } from './command.ts';
import { NO_SEARCH_INDEXES, runningOperation } from './source-stages.ts';
import { requireNoView } from './views.ts';

/**
 * There are no users here, so listing and dropping them all has nothing to do; test suites do it before they start.
 * https://www.mongodb.com/docs/manual/reference/command/dropAllUsersFromDatabase/
 */
export const dropAllUsers: Command = { run: () => ({ n: new Int32(0) }) };
export const usersInfo: Command = { run: () => ({ users: [] }) };
export const rolesInfo: Command = { run: () => ({ roles: [] }) };
export const logout: Command = { run: () => ({}) };

/** What this server will not do, with why. */
export const refusedCommands: Readonly<Record<string, Command>> = Object.fromEntries(
  [
    ...['createUser', 'updateUser', 'dropUser', 'createRole', 'updateRole', 'dropRole', 'grantRolesToUser'].map(
      (name) => [name, 'this server has no users'] as const,
    ),
  ].map(([name, why]) => [name, refusing(115, `${name} is not supported: ${why}`)]),
);

function refusing(code: number, message: string): Command {
  return {
    run() {
      throw new CommandError(code, message);
    },
  };
}

/** https://www.mongodb.com/docs/manual/reference/command/mapReduce/ : refused as with `--noscripting`. */
export const mapReduce = refusing(31246, NO_JAVASCRIPT);

/** https://www.mongodb.com/docs/manual/reference/command/createSearchIndexes/ and its like, as a mongod outside Atlas says it. */
export const searchIndexes = refusing(31082, NO_SEARCH_INDEXES);

/** The digest that older GridFS clients ask for: https://www.mongodb.com/docs/manual/reference/command/filemd5/ */
export const filemd5: Command = {
  run(context) {
    const { body, catalog, database } = context;
    const root = optionalString(body, 'root') ?? 'fs';
    const filterSpec = { files_id: { $eq: body['filemd5'] } };
    const filter = compileFilter(filterSpec);
    const rows = selectRows(catalog.find(`${database}.${root}.chunks`), {
      filterSpec,
      filter,
      sort: { n: new Int32(1) },
    });
    const digest = createHash('md5');
    for (const { doc } of rows) if (doc['data'] instanceof Binary) digest.update(binaryBytes(doc['data']));
    return { numChunks: new Int32(rows.length), md5: digest.digest('hex') };
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/currentOp/ : commands run one at a time, so this very one. */
export const currentOp: Command = {
  isAdminOnly: true,
  run: (context) => ({ inprog: [runningOperation(context)] }),
};

/** https://www.mongodb.com/docs/manual/reference/command/killOp/ : nothing else is under way while it runs. */
export const killOp: Command = {
  isAdminOnly: true,
  run: () => ({ info: 'attempting to kill op' }),
};

/** https://www.mongodb.com/docs/manual/reference/command/fsync/ : its answer waits for the log; `lock` would need a reader's peace. */
export const fsync: Command = {
  isAdminOnly: true,
  isWrite: true,
  run({ body }) {
    if (body['lock'] === true) throw new CommandError(115, 'fsync with lock is not supported by this server');
    return { numFiles: new Int32(1) };
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/profile/ : the profiler is off and stays off. */
export const profile: Command = {
  run({ body }) {
    const level = toDouble(body['profile'] ?? -1);
    if (level > 0) throw new CommandError(115, 'profiling is not supported by this server');
    return { was: new Int32(0), slowms: new Int32(100), sampleRate: 1 };
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/replSetGetStatus/ */
export const noReplication: Command = {
  run() {
    throw new CommandError(76, 'not running with --replSet');
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/compact/ : the log compacts itself; memory has no holes to close. */
export const compact: Command = {
  run(context) {
    assertKnownFields(context.body, 'compact', ['compact', 'force', 'freeSpaceTargetMB', 'dryRun']);
    requireCollection(context);
    return { bytesFreed: Long.ZERO };
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/reIndex/ : indexes are never out of step, so they are told of as they are. */
export const reIndex: Command = {
  run(context) {
    const definitions = requireCollection(context).indexDefinitions;
    const count = new Int32(definitions.length);
    return { nIndexesWas: count, nIndexes: count, indexes: definitions.map(({ spec }) => spec) };
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/dataSize/ : of a whole collection. */
export const dataSize: Command = {
  run({ catalog, body }): Doc {
    const collection = catalog.find(String(body['dataSize']));
    return {
      size: Long.fromNumber(collection?.byteLength ?? 0),
      numObjects: Long.fromNumber(collection?.size ?? 0),
      millis: new Int32(0),
      estimate: false,
    };
  },
};

function requireCollection(context: Parameters<Command['run']>[0]) {
  const namespace = namespaceOf(context);
  requireNoView(context.catalog, namespace);
  const collection = context.catalog.find(namespace);
  if (!collection) throw new CommandError(26, `ns does not exist: ${namespace}`);
  return collection;
}
