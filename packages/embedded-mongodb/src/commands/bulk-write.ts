import { Int32 } from 'bson';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { assertKnownFields, countOf, flagOf, optionalDocument, requireArray, requireDocument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { deleteMatching } from './delete.ts';
import { insertDocument } from './insert.ts';
import { readStatement } from './update.ts';
import { updateRows } from './update-rows.ts';
import { MAX_BATCH_SIZE } from './write-batch.ts';

const NAMESPACE = 'admin.$cmd.bulkWrite';
const COMMAND_FIELDS = [
  'bulkWrite',
  'ops',
  'nsInfo',
  'ordered',
  'errorsOnly',
  'bypassDocumentValidation',
  'let',
  'cursor',
];
const UPDATE_FIELDS = [
  'update',
  'filter',
  'updateMods',
  'multi',
  'upsert',
  'arrayFilters',
  'hint',
  'collation',
  'constants',
  'sort',
];

interface Totals {
  nInserted: number;
  nMatched: number;
  nModified: number;
  nUpserted: number;
  nDeleted: number;
}

/** https://www.mongodb.com/docs/manual/reference/command/bulkWrite/ : writes to several collections in one command. */
export const bulkWrite: Command = {
  isWrite: true,
  isAdminOnly: true,
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'bulkWrite', COMMAND_FIELDS);
    const operations = requireArray(body, 'ops', 'bulkWrite');
    const namespaces = requireArray(body, 'nsInfo', 'bulkWrite').map((info) => (info as Doc)['ns'] as string);
    if (operations.length === 0 || operations.length > MAX_BATCH_SIZE) {
      throw new CommandError(
        16,
        `Write batch sizes must be between 1 and ${MAX_BATCH_SIZE}. Got ${operations.length} operations.`,
      );
    }
    const totals: Totals = { nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
    const isOrdered = body['ordered'] === undefined || flagOf(body, 'ordered');
    const results: Doc[] = [];
    let nErrors = 0;
    for (const [position, operation] of operations.entries()) {
      const idx = new Int32(position);
      try {
        const result = runOperation(context, operation, namespaces, totals);
        if (!flagOf(body, 'errorsOnly')) results.push({ ok: 1, idx, ...result });
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        nErrors += 1;
        results.push({
          ok: 0,
          idx,
          code: new Int32(error.code),
          errmsg: error.message,
          ...error.details,
          n: new Int32(0),
        });
        if (isOrdered) break;
      }
    }
    const counts = Object.fromEntries(
      Object.entries({ nErrors, ...totals }).map(([name, count]) => [name, new Int32(count)]),
    );
    const batch = context.cursors.open(NAMESPACE, results.map(encodeDocument), {
      batchSize: countOf(optionalDocument(body, 'cursor') ?? {}, 'batchSize'),
    });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, NAMESPACE, counts);
  },
};

function runOperation(context: CommandContext, operation: unknown, namespaces: readonly string[], totals: Totals): Doc {
  if (!isDocument(operation)) throw new CommandError(14, 'bulkWrite.ops must hold objects');
  const [kind = '', index] = Object.entries(operation)[0] ?? [];
  const namespace = namespaces[toDouble(index)];
  if (namespace === undefined) {
    throw new CommandError(2, `BulkWrite ops entry ${kind} has an invalid nsInfo index.`);
  }
  switch (kind) {
    case 'insert':
      return insert(context, operation, namespace, totals);
    case 'update':
      return update(context, operation, namespace, totals);
    case 'delete':
      return remove(context, operation, namespace, totals);
    default:
      throw new CommandError(40415, `BSON field 'bulkWrite.ops.${kind}' is an unknown field.`);
  }
}

function insert(context: CommandContext, operation: Doc, namespace: string, totals: Totals): Doc {
  assertKnownFields(operation, 'bulkWrite.ops', ['insert', 'document']);
  const bytes = encodeDocument(requireDocument(operation, 'document', 'bulkWrite.ops'));
  insertDocument(context.catalog.ensure(namespace), bytes, {
    bypassValidation: flagOf(context.body, 'bypassDocumentValidation'),
  });
  totals.nInserted += 1;
  return { n: new Int32(1) };
}

function update(context: CommandContext, operation: Doc, namespace: string, totals: Totals): Doc {
  assertKnownFields(operation, 'bulkWrite.ops', UPDATE_FIELDS);
  const { update: _, filter, updateMods, constants, ...rest } = operation;
  const entry: Doc = { q: filter, u: updateMods, ...rest, ...(constants === undefined ? {} : { c: constants }) };
  const { catalog } = context;
  const outcome = updateRows(
    catalog.find(namespace),
    readStatement(entry, context, namespace),
    () => catalog.ensure(namespace),
    () => undefined,
  );
  totals.nMatched += outcome.matched;
  totals.nModified += outcome.modified;
  if (!('upsertedId' in outcome)) return { n: new Int32(outcome.matched), nModified: new Int32(outcome.modified) };
  totals.nUpserted += 1;
  return { n: new Int32(1), nModified: new Int32(0), upserted: { _id: outcome.upsertedId } };
}

function remove(context: CommandContext, operation: Doc, namespace: string, totals: Totals): Doc {
  assertKnownFields(operation, 'bulkWrite.ops', ['delete', 'filter', 'multi', 'hint', 'collation']);
  const { delete: _, filter, multi, ...rest } = operation;
  const n = deleteMatching(context, namespace, { q: filter, limit: new Int32(multi === true ? 0 : 1), ...rest });
  totals.nDeleted += n;
  return { n: new Int32(n) };
}
