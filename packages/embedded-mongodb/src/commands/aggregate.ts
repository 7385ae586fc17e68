import { splitOutput } from '../aggregate/output-stage.ts';
import { preparePipeline } from '../aggregate/run-pipeline.ts';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { selectRows } from '../planner/select-rows.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { aggregateNamespace, splitSelection, variablesOf } from './aggregate-selection.ts';
import { assertKnownFields, countOf, flagOf, optionalDocument, requireArray } from './arguments.ts';
import type { Command } from './command.ts';
import { explainAggregate } from './explain.ts';
import { sourceDocuments } from './source-stages.ts';
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
    const namespace = aggregateNamespace(context);
    const { stages, output } = splitOutput(pipeline, variablesOf(context));
    const source = sourceDocuments(context, namespace, stages[0]);
    const { selection, rest } = splitSelection(context, source ? [] : stages);
    const run = preparePipeline(source ? stages.slice(1) : rest, {
      ...variablesOf(context),
      lookupCollection: (name) => docsOf(context.catalog.find(`${context.database}.${name}`)),
    });
    const docs = source ?? selectRows(context.catalog.find(namespace), selection).map((row) => row.doc);
    const results = [...run(docs)];
    if (output) writeOutput(context, results, output);
    const batch = context.cursors.open(namespace, output ? [] : encoded(results), {
      batchSize: countOf(cursor, 'batchSize'),
    });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, namespace);
  },
};

function* encoded(docs: readonly Doc[]): Iterable<Uint8Array> {
  for (const doc of docs) yield encodeDocument(doc);
}

function docsOf(collection: Collection | undefined): Doc[] {
  return Array.from(collection?.rows() ?? [], (row) => row.doc);
}
