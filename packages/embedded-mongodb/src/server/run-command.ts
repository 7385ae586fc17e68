import { setTimeout } from 'node:timers/promises';
import { Int32 } from 'bson';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { commandTable } from '../commands/command-table.ts';
import { refuseOnView } from '../commands/views.ts';
import { type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';

/**
 * Runs a command and gives its answer as BSON; undefined to hang up instead. A write's answer waits until the log is on
 * disk. Never rejects for a refusal.
 */
export async function runCommand(context: CommandContext): Promise<Uint8Array | undefined> {
  const { commandName, failPoints } = context;
  const command = Object.hasOwn(commandTable, commandName) ? commandTable[commandName] : undefined;
  const fault = failPoints?.take(context.body, namespaceText(context), context.client?.appName);
  if (fault) {
    if (fault.blockMs > 0) await setTimeout(fault.blockMs);
    if (fault.closesConnection) return undefined;
    if (fault.error) return encodeRefusal(fault.error);
  }
  let reply: Uint8Array;
  try {
    const waiting = command?.waitsFor?.(context);
    if (waiting) await waiting;
    const answer = runChecked(command, context);
    reply = answer instanceof Uint8Array ? answer : encodeDocument({ ...answer, ...fault?.writeConcernError, ok: 1 });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    reply = encodeRefusal(error);
  }
  // A refusal waits too: "duplicate key" tells of a document that must not be gone after a crash.
  if (isWrite(command, context.body)) await context.catalog.journal.flushed();
  return reply;
}

function namespaceText({ database, body, commandName }: CommandContext): string {
  const collection = body[commandName];
  return typeof collection === 'string' ? `${database}.${collection}` : `${database}.$cmd`;
}

function isWrite(command: Command | undefined, body: Doc): boolean {
  return typeof command?.isWrite === 'function' ? command.isWrite(body) : command?.isWrite === true;
}

function runChecked(command: Command | undefined, context: CommandContext): Doc | Uint8Array {
  refuseTransactions(context.body);
  if (!command) throw new CommandError(59, `no such command: '${context.commandName}'`);
  if (command.isAdminOnly && context.database !== 'admin') {
    throw new CommandError(13, `${context.commandName} may only be run against the admin database.`);
  }
  checkApiVersion(context);
  checkConcerns(context.body);
  refuseOnView(context);
  const reply = command.run(context);
  return UNACKNOWLEDGED.has(context.commandName) && isUnacknowledged(context.body) ? {} : reply;
}

// With `w: 0` a client that reads the answer all the same learns nothing from it, write errors neither.
const UNACKNOWLEDGED: ReadonlySet<string> = new Set(['insert', 'update', 'delete']);

function isUnacknowledged(body: Doc): boolean {
  const w = (body['writeConcern'] as Doc | undefined)?.['w'];
  return isNumeric(w) && toDouble(w) === 0;
}

/** As a standalone mongod does: https://www.mongodb.com/docs/manual/core/transactions/ */
function refuseTransactions(body: Doc): void {
  if (body['txnNumber'] === undefined && body['autocommit'] === undefined && body['startTransaction'] === undefined)
    return;
  throw new CommandError(20, 'Transaction numbers are only allowed on a replica set member or mongos');
}

/** https://www.mongodb.com/docs/manual/reference/stable-api/ : version 1, with its commands alone when the client wants it strict. */
function checkApiVersion({ body, commandName }: CommandContext): void {
  const version = body['apiVersion'];
  if (version === undefined) {
    if (body['apiStrict'] === undefined && body['apiDeprecationErrors'] === undefined) return;
    throw new CommandError(72, 'Provided apiStrict and/or apiDeprecationErrors without passing apiVersion');
  }
  if (version !== '1') throw new CommandError(322, 'API version must be "1"');
  if (body['apiStrict'] === true && !STABLE_COMMANDS.has(commandName)) {
    throw new CommandError(323, `Provided apiStrict:true, but the command ${commandName} is not in API Version 1`);
  }
  const stages = body['apiStrict'] === true && Array.isArray(body['pipeline']) ? body['pipeline'] : [];
  for (const stage of stages) {
    const name = isDocument(stage) ? Object.keys(stage)[0] : undefined;
    if (!name || !UNSTABLE_STAGES.has(name)) continue;
    throw new CommandError(323, `stage ${name} is not allowed with 'apiStrict: true' in API Version 1`);
  }
}

const UNSTABLE_STAGES: ReadonlySet<string> = new Set([
  ...['$currentOp', '$indexStats', '$listLocalSessions', '$listSessions', '$planCacheStats', '$search'],
]);

const STABLE_COMMANDS: ReadonlySet<string> = new Set([
  ...['aggregate', 'bulkWrite', 'collMod', 'count', 'create', 'createIndexes', 'delete', 'drop', 'dropDatabase'],
  ...['dropIndexes', 'endSessions', 'explain', 'find', 'findAndModify', 'getMore', 'hello', 'insert', 'killCursors'],
  ...['listCollections', 'listDatabases', 'listIndexes', 'ping', 'refreshSessions', 'update'],
]);

/** https://www.mongodb.com/docs/manual/reference/read-concern/ */
const READ_CONCERN_LEVELS: ReadonlySet<unknown> = new Set([
  ...['local', 'available', 'majority', 'linearizable', 'snapshot'],
]);

/** What only a replica set could promise is refused, as a standalone mongod refuses it. */
function checkConcerns(body: Doc): void {
  const w = (body['writeConcern'] as Doc | undefined)?.['w'];
  if (typeof w === 'string' && w !== 'majority') {
    throw new CommandError(2, "cannot use non-majority 'w' mode tag when a host is not a member of a replica set");
  }
  if (isNumeric(w) && !(toDouble(w) >= 0 && toDouble(w) <= 50)) {
    throw new CommandError(9, `w has to be a non-negative number and not greater than 50; found: ${toDouble(w)}`);
  }
  if (isNumeric(w) && toDouble(w) > 1) throw new CommandError(2, "cannot use 'w' > 1 when a host is not replicated");
  const level = (body['readConcern'] as Doc | undefined)?.['level'];
  if (level !== undefined && !READ_CONCERN_LEVELS.has(level)) {
    throw new CommandError(2, `Enumeration value '${level}' for field 'readConcern.level' is not a valid value.`);
  }
  if (level === 'linearizable' || level === 'snapshot') {
    throw new CommandError(123, 'node needs to be a replica set member to use read concern');
  }
}

export function encodeRefusal(error: CommandError): Uint8Array {
  const { code, codeName, message, details } = error;
  return encodeDocument({ ok: 0, errmsg: message, code: new Int32(code), codeName, ...details });
}
