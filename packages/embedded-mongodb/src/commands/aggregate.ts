import { splitOutput } from '../aggregate/output-stage.ts';
import { preparePipeline } from '../aggregate/run-pipeline.ts';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { type Selection, selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { assertKnownFields, countOf, flagOf, namespaceOf, optionalDocument, requireArray } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { explainAggregate } from './explain.ts';
import { maxTimeOf } from './find.ts';
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

/** `aggregate: 1` runs on the database: its pipeline brings its own documents. */
export function aggregateNamespace(context: CommandContext): string {
  return typeof context.body['aggregate'] === 'string' ? namespaceOf(context) : `${context.database}.$cmd.aggregate`;
}

function* encoded(docs: readonly Doc[]): Iterable<Uint8Array> {
  for (const doc of docs) yield encodeDocument(doc);
}

function docsOf(collection: Collection | undefined): Doc[] {
  return Array.from(collection?.rows() ?? [], (row) => row.doc);
}

function variablesOf(context: CommandContext) {
  const collection = context.catalog.find(aggregateNamespace(context));
  return {
    collation: optionalDocument(context.body, 'collation') ?? collection?.options['collation'],
    let: optionalDocument(context.body, 'let'),
    now: context.now(),
  };
}

/**
 * What the planner can do for a pipeline: its leading `$match` stages, the `$sort` behind them and the `$limit` behind
 * that. The rest runs on the rows it finds.
 */
export function splitSelection(
  context: CommandContext,
  stages: readonly unknown[],
): { readonly selection: Selection; readonly rest: readonly unknown[] } {
  const variables = variablesOf(context);
  const matches: Doc[] = [];
  let at = 0;
  for (; bsonTypeOf(operandOf(stages[at], '$match')) === 'object'; at += 1) {
    matches.push(operandOf(stages[at], '$match') as Doc);
  }
  const sort = operandOf(stages[at], '$sort');
  const hasSort = isDocument(sort) && Object.keys(sort).length > 0;
  if (hasSort) at += 1;
  const limit = operandOf(stages[at], '$limit');
  const hasLimit = isNumeric(limit) && Number.isInteger(toDouble(limit)) && toDouble(limit) > 0;
  if (hasLimit) at += 1;
  const filterSpec = matches.length === 1 && matches[0] ? matches[0] : matches.length > 1 ? { $and: matches } : {};
  const selection: Selection = {
    filterSpec,
    filter: compileFilter(filterSpec, variables),
    collation: variables.collation,
    hint: context.body['hint'],
    deadlineMs: maxTimeOf(context),
    ...(hasSort ? { sort } : {}),
    ...(hasLimit ? { limit: toDouble(limit) } : {}),
  };
  return { selection, rest: stages.slice(at) };
}

function operandOf(stage: unknown, name: string): unknown {
  return isDocument(stage) && Object.keys(stage).length === 1 ? stage[name] : undefined;
}
