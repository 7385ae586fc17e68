import { compileProjection } from '../aggregate/project.ts';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { toDouble } from '../values/numeric.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { assertKnownFields, countOf, flagOf, namespaceOf, optionalDocument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

const FIELDS = [
  ...['find', 'filter', 'sort', 'projection', 'hint', 'skip', 'limit', 'batchSize', 'singleBatch', 'min', 'max'],
  ...['returnKey', 'showRecordId', 'tailable', 'awaitData', 'noCursorTimeout', 'allowPartialResults', 'collation'],
  ...['allowDiskUse', 'let', 'oplogReplay'],
];

/** https://www.mongodb.com/docs/manual/reference/command/find/ */
export const find: Command = {
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'find', FIELDS);
    for (const unsupported of ['min', 'max', 'returnKey', 'showRecordId'] as const) {
      if (body[unsupported] && Object.keys(Object(body[unsupported])).length + Number(body[unsupported] === true) > 0) {
        throw new CommandError(115, `find with '${unsupported}' is not supported by this server`);
      }
    }
    if (flagOf(body, 'tailable')) {
      throw new CommandError(2, 'error processing query: tailable cursor requested on non capped collection');
    }
    if (flagOf(body, 'awaitData')) throw new CommandError(9, 'Cannot set awaitData without tailable');
    const namespace = namespaceOf(context);
    const batch = context.cursors.open(namespace, findDocuments(context, namespace), {
      batchSize: countOf(body, 'batchSize'),
      isSingle: flagOf(body, 'singleBatch'),
      neverExpires: flagOf(body, 'noCursorTimeout'),
    });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, namespace);
  },
};

/** The matching documents as BSON: a snapshot of their bytes, projected as they are read. */
function findDocuments(context: CommandContext, namespace: string): Iterable<Uint8Array> {
  const { body } = context;
  const collation = optionalDocument(body, 'collation') ?? context.catalog.find(namespace)?.options['collation'];
  const variables = { collation, let: optionalDocument(body, 'let'), now: context.now() };
  const filterSpec = optionalDocument(body, 'filter') ?? {};
  const filter = compileFilter(filterSpec, variables);
  const projection = optionalDocument(body, 'projection');
  const project =
    projection && Object.keys(projection).length > 0
      ? compileProjection(projection, { ...variables, filter })
      : undefined;
  const limit = countOf(body, 'limit');
  const rows = selectRows(context.catalog.find(namespace), {
    filterSpec,
    filter,
    collation,
    sort: optionalDocument(body, 'sort'),
    hint: body['hint'],
    skip: countOf(body, 'skip') ?? 0,
    limit: limit || Number.POSITIVE_INFINITY,
    deadlineMs: maxTimeOf(context),
  });
  if (!project) return rows.map((row) => row.raw);
  const docs = rows.map((row) => row.doc);
  return {
    *[Symbol.iterator]() {
      for (const doc of docs) yield encodeDocument(project(doc));
    },
  };
}

/** The clock's milliseconds at which a command's `maxTimeMS` is used up; never for 0 and none. */
export function maxTimeOf(context: CommandContext): number {
  const given = context.body['maxTimeMS'];
  const limit = given === undefined ? 0 : toDouble(given);
  if (limit < 0) throw new CommandError(2, `${limit} value for maxTimeMS is out of range [0, 2147483647]`);
  return limit > 0 ? performance.now() + limit : Number.POSITIVE_INFINITY;
}
