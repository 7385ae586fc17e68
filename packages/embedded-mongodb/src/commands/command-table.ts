import * as administration from './administration.ts';
import { aggregate } from './aggregate.ts';
import { bulkWrite } from './bulk-write.ts';
import { collMod, convertToCapped } from './collection-modification.ts';
import { collStats, validate } from './collection-stats.ts';
import {
  create,
  dbStats,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.ts';
import type { Command } from './command.ts';
import { count, distinct } from './count-distinct.ts';
import { getMore, killCursors } from './cursors.ts';
import { deleteDocuments } from './delete.ts';
import { explain } from './explain.ts';
import { find } from './find.ts';
import { findAndModify } from './find-and-modify.ts';
import * as handshake from './handshake.ts';
import { createIndexes, dropIndexes, listIndexes } from './indexes.ts';
import { insert } from './insert.ts';
import { update } from './update.ts';

/** Every command by its name on the wire; anything else is 59 CommandNotFound. */
export const commandTable: Readonly<Record<string, Command>> = {
  hello: handshake.hello,
  isMaster: handshake.hello,
  ismaster: handshake.hello,
  ping: handshake.ping,
  buildInfo: handshake.buildInfo,
  buildinfo: handshake.buildInfo,
  serverStatus: handshake.serverStatus,
  hostInfo: handshake.hostInfo,
  getParameter: handshake.getParameter,
  getCmdLineOpts: handshake.getCmdLineOpts,
  configureFailPoint: handshake.configureFailPoint,
  getLog: handshake.getLog,
  whatsmyuri: handshake.whatsMyUri,
  connectionStatus: handshake.connectionStatus,
  startSession: handshake.startSession,
  endSessions: handshake.acceptSession,
  refreshSessions: handshake.acceptSession,
  killSessions: handshake.acceptSession,
  killAllSessions: handshake.acceptSession,
  killAllSessionsByPattern: handshake.acceptSession,
  insert,
  find,
  getMore,
  killCursors,
  update,
  delete: deleteDocuments,
  bulkWrite,
  findAndModify,
  findandmodify: findAndModify,
  aggregate,
  count,
  distinct,
  explain,
  create,
  collMod,
  convertToCapped,
  drop,
  dropDatabase,
  renameCollection,
  listCollections,
  listDatabases,
  createIndexes,
  listIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
  collStats,
  collstats: collStats,
  validate,
  dbStats,
  dbstats: dbStats,
  dropAllUsersFromDatabase: administration.dropAllUsers,
  dropAllRolesFromDatabase: administration.dropAllUsers,
  usersInfo: administration.usersInfo,
  rolesInfo: administration.rolesInfo,
  logout: administration.logout,
  currentOp: administration.currentOp,
  killOp: administration.killOp,
  fsync: administration.fsync,
  profile: administration.profile,
  replSetGetStatus: administration.noReplication,
  replSetGetConfig: administration.noReplication,
  compact: administration.compact,
  reIndex: administration.reIndex,
  dataSize: administration.dataSize,
  filemd5: administration.filemd5,
  mapReduce: administration.mapReduce,
  mapreduce: administration.mapReduce,
  createSearchIndexes: administration.searchIndexes,
  updateSearchIndex: administration.searchIndexes,
  dropSearchIndex: administration.searchIndexes,
  ...administration.refusedCommands,
};
