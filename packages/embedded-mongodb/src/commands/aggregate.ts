import { splitOutput } from '../aggregate/output-stage.ts';
import { preparePipeline } from '../aggregate/run-pipeline.ts';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { type Selection, selectRows } from '../planner/select-rows.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { noteTextScore } from '../values/metadata.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { aggregateNamespace, splitSelection, variablesOf } from './aggregate-selection.ts';
import { assertKnownFields, countOf, flagOf, optionalDocument, requireArray } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { explainAggregate } from './explain.ts';
import { geoNearDocuments } from './geo-near.ts';
import { sourceDocuments } from './source-stages.ts';
import { resolveView } from './views.ts';
import { writeOutput } from './write-output.ts';

const FIELDS = [
  ...['aggregate', 'pipeline', 'explain', 'cursor', 'allowDiskUse', 'bypassDocumentValidation', 'collation', 'hint'],
  'let',
];

/** https://www.mongodb.com/docs/manual/reference/command/aggregate/ */
export const aggregate: Command = {
  // $out and $merge write; for any other pipeline there is nothing to wait for.
  isWrite: ({ pipeline }) => {
    const last = Array.isArray(pipeline) ? pipeline.at(-1) : undefined;
    return isDocument(last) && (Object.hasOwn(last, '$out') || Object.hasOwn(last, '$merge'));
  },
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'aggregate', FIELDS);
    const pipeline = requireArray(body, 'pipeline', 'aggregate');
    if (flagOf(body, 'explain')) return explainAggregate(context);
    const cursor = optionalDocument(body, 'cursor');
    if (!cursor) {
      throw new CommandError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
    }
    const { stages, output } = splitOutput(pipeline, variablesOf(context));
    const results = aggregateDocuments(context, stages);
    if (output) writeOutput(context, results, output);
    const namespace = aggregateNamespace(context);
    const batch = context.cursors.open(namespace, output ? [] : encoded(results), {
      batchSize: countOf(cursor, 'batchSize'),
    });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, namespace);
  },
};

/** What a pipeline that writes nothing makes of the command's collection, or of the view's pipeline before it. */
export function aggregateDocuments(context: CommandContext, pipeline: readonly unknown[]): Doc[] {
  const namespace = aggregateNamespace(context);
  const view = resolveView(context.catalog, namespace);
  const stages = view ? [...view.pipeline, ...pipeline] : pipeline;
  const collection = context.catalog.find(view?.namespace ?? namespace);
  const geoNear = isDocument(stages[0]) ? stages[0]['$geoNear'] : undefined;
  const source =
    geoNear === undefined
      ? sourceDocuments(context, namespace, pipeline[0])
      : geoNearDocuments(context, collection, geoNear);
  const { selection, rest } = splitSelection(context, source ? [] : stages);
  const run = preparePipeline(source ? stages.slice(1) : rest, {
    ...variablesOf(context),
    lookupCollection: (name) => documentsOf(context, name),
  });
  return [...run(source ?? selectedDocuments(collection, selection))];
}

function selectedDocuments(collection: Collection | undefined, selection: Selection): Doc[] {
  const { textScore } = selection.filter;
  return selectRows(collection, selection).map(({ doc }) => {
    if (textScore) noteTextScore(doc, textScore(doc));
    return doc;
  });
}

/** The documents of a collection or view of the same database. */
function documentsOf(context: CommandContext, name: string): Doc[] {
  const collection = context.catalog.find(`${context.database}.${name}`);
  if (!collection?.isView) return Array.from(collection?.rows() ?? [], (row) => row.doc);
  const { hint: _, ...body } = context.body;
  return aggregateDocuments({ ...context, commandName: 'aggregate', body: { ...body, aggregate: name } }, []);
}

/** A read of a view, as the aggregation that it is: the stages stand behind the view's own. */
export function asAggregation(context: CommandContext, pipeline: readonly unknown[]): CommandContext {
  const { body, commandName } = context;
  const { collation, hint, maxTimeMS, let: variables } = body;
  const batchSize = body['batchSize'] === undefined ? {} : { batchSize: body['batchSize'] };
  const given = { collation, hint, maxTimeMS, let: variables };
  const translated: Doc = { aggregate: body[commandName], pipeline, cursor: batchSize };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) translated[name] = value;
  return { ...context, commandName: 'aggregate', body: translated };
}

/** `find`'s parts as stages, in the order in which find applies them. */
export function stagesOf(query: Doc): Doc[] {
  const { filter, sort, skip, limit, projection } = query;
  const stages: Doc[] = [];
  if (isDocument(filter) && Object.keys(filter).length > 0) stages.push({ $match: filter });
  if (isDocument(sort) && Object.keys(sort).length > 0) stages.push({ $sort: sort });
  if (countOf(query, 'skip')) stages.push({ $skip: skip });
  if (countOf(query, 'limit')) stages.push({ $limit: limit });
  if (isDocument(projection) && Object.keys(projection).length > 0) stages.push({ $project: projection });
  return stages;
}

function* encoded(docs: readonly Doc[]): Iterable<Uint8Array> {
  for (const doc of docs) yield encodeDocument(doc);
}
