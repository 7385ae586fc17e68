import { Long } from 'bson';
import { compileProjection } from '../aggregate/project.ts';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Plan } from '../planner/choose-plan.ts';
import { select } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Doc } from '../values/bson-type.ts';
import { noteTextScore } from '../values/metadata.ts';
import { toDouble } from '../values/numeric.ts';
import { valuesAtPath } from '../values/paths.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { aggregate, asAggregation, stagesOf } from './aggregate.ts';
import { assertKnownFields, countOf, flagOf, namespaceOf, optionalDocument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { withinIndexBounds } from './index-bounds.ts';
import { checkTailable, tailing } from './tailable.ts';

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
    const namespace = namespaceOf(context);
    const collection = context.catalog.find(namespace);
    if (collection?.isView) return aggregate.run(asAggregation(context, stagesOf(body)));
    checkTailable(body, collection);
    const documents = findDocuments(context, namespace);
    const batch = context.cursors.open(namespace, documents, {
      batchSize: countOf(body, 'batchSize'),
      isSingle: flagOf(body, 'singleBatch'),
      neverExpires: flagOf(body, 'noCursorTimeout'),
      // A cursor on nothing is not kept: there is no place to go on from.
      tails: flagOf(body, 'tailable') && collection && collection.size > 0 ? collection : undefined,
      awaitsData: flagOf(body, 'awaitData'),
    });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, namespace);
  },
};

/** The matching documents as BSON: a snapshot of their bytes, shaped as they are read. */
function findDocuments(context: CommandContext, namespace: string): Iterable<Uint8Array> {
  const { body } = context;
  const collection = context.catalog.find(namespace);
  const collation = optionalDocument(body, 'collation') ?? collection?.options['collation'];
  const variables = {
    textIndex: collection?.textIndex,
    collation,
    let: optionalDocument(body, 'let'),
    now: context.now(),
  };
  const filterSpec = optionalDocument(body, 'filter') ?? {};
  const filter = compileFilter(filterSpec, variables);
  const projection = optionalDocument(body, 'projection');
  const project =
    projection && Object.keys(projection).length > 0
      ? compileProjection(projection, { ...variables, filter })
      : undefined;
  if (flagOf(body, 'tailable') && collection) {
    const tail = tailing(collection, filter, (row) => (project ? encodeDocument(project(row.doc)) : row.raw));
    return { [Symbol.iterator]: () => tail };
  }
  const skip = countOf(body, 'skip') ?? 0;
  const limit = countOf(body, 'limit') || Number.POSITIVE_INFINITY;
  const isWithin = collection && withinIndexBounds(collection, body);
  const { rows, plan } = select(collection, {
    filterSpec,
    filter,
    collation,
    sort: optionalDocument(body, 'sort'),
    hint: body['hint'],
    ...(isWithin ? {} : { skip, limit }),
    deadlineMs: maxTimeOf(context),
  });
  const found = isWithin ? rows.filter(isWithin).slice(skip, skip + limit) : rows;
  const shape = rowShape(body, plan, project);
  if (!shape) return found.map((row) => row.raw);
  const snapshot = found.map(({ doc, recordId }) => {
    if (filter.textScore) noteTextScore(doc, filter.textScore(doc));
    return { doc, recordId };
  });
  return {
    *[Symbol.iterator]() {
      for (const row of snapshot) yield encodeDocument(shape(row));
    },
  };
}

type RowShape = (row: { readonly doc: Doc; readonly recordId: number }) => Doc;

/** What `projection`, `returnKey` and `showRecordId` make of a document; undefined when it is answered as it is. */
function rowShape(body: Doc, plan: Plan, project: ((doc: Doc) => Doc) | undefined): RowShape | undefined {
  const returnsKey = flagOf(body, 'returnKey');
  const showsRecordId = flagOf(body, 'showRecordId');
  if (!returnsKey && !showsRecordId) return project && (({ doc }) => project(doc));
  const paths =
    plan.kind === 'index' ? plan.index.definition.fields.map(({ path }) => path) : plan.kind === 'ids' ? ['_id'] : [];
  return ({ doc, recordId }) => {
    const shaped = returnsKey
      ? Object.fromEntries(paths.map((path) => [path, valuesAtPath(doc, path)[0] ?? null]))
      : (project?.(doc) ?? doc);
    // Keys alone are answered without the record's id.
    return showsRecordId && !returnsKey ? { ...shaped, $recordId: Long.fromNumber(recordId) } : shaped;
  };
}

/** The clock's milliseconds at which a command's `maxTimeMS` is used up; never for 0 and none. */
export function maxTimeOf(context: CommandContext): number {
  const given = context.body['maxTimeMS'];
  const limit = given === undefined ? 0 : toDouble(given);
  if (limit < 0) throw new CommandError(2, `${limit} value for maxTimeMS is out of range [0, 2147483647]`);
  return limit > 0 ? performance.now() + limit : Number.POSITIVE_INFINITY;
}
