import { Int32 } from 'bson';
import { runPipeline } from '../aggregate/run-pipeline.ts';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { bsonTypeOf, type Doc, isDocument } from '../values/bson-type.ts';
import { parseCollation } from '../values/collation.ts';
import { compareValues } from '../values/compare.ts';
import { encodeKey } from '../values/key.ts';
import { valuesAtPath } from '../values/paths.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { assertKnownFields, countOf, namespaceOf, optionalDocument, requireArray, requireString } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { maxTimeOf } from './find.ts';

const FIELDS = [
  ...['aggregate', 'pipeline', 'explain', 'cursor', 'allowDiskUse', 'bypassDocumentValidation', 'collation', 'hint'],
  'let',
];

/** https://www.mongodb.com/docs/manual/reference/command/aggregate/ */
export const aggregate: Command = {
  isWrite: true,
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'aggregate', FIELDS);
    const pipeline = requireArray(body, 'pipeline', 'aggregate');
    const cursor = optionalDocument(body, 'cursor');
    if (!cursor)
      throw new CommandError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
    const namespace =
      typeof body['aggregate'] === 'string' ? namespaceOf(context) : `${context.database}.$cmd.aggregate`;
    const results = [...runAggregate(context, namespace, pipeline)];
    const batch = context.cursors.open(namespace, encoded(results), { batchSize: countOf(cursor, 'batchSize') });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, namespace);
  },
};

function* encoded(docs: readonly Doc[]): Iterable<Uint8Array> {
  for (const doc of docs) yield encodeDocument(doc);
}

function runAggregate(context: CommandContext, namespace: string, pipeline: readonly unknown[]): Iterable<Doc> {
  const { body, catalog, database } = context;
  const collection = catalog.find(namespace);
  const collation = optionalDocument(body, 'collation') ?? collection?.options['collation'];
  const variables = { collation, let: optionalDocument(body, 'let'), now: context.now() };
  const first = pipeline[0];
  const firstMatch = isDocument(first) && Object.keys(first).length === 1 ? first['$match'] : undefined;
  // The leading $match goes to the planner; it stays in the pipeline too, where it finds nothing more to drop.
  const filterSpec = isDocument(firstMatch) ? firstMatch : {};
  const rows = {
    *[Symbol.iterator]() {
      const filter = compileFilter(filterSpec, variables);
      const selection = { filterSpec, filter, collation, hint: body['hint'], deadlineMs: maxTimeOf(context) };
      for (const row of selectRows(collection, selection)) yield row.doc;
    },
  };
  return runPipeline(rows, pipeline, {
    ...variables,
    lookupCollection: (name) => [...(catalog.find(`${database}.${name}`)?.rows() ?? [])].map((row) => row.doc),
  });
}

/** https://www.mongodb.com/docs/manual/reference/command/count/ */
export const count: Command = {
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'count', ['count', 'query', 'limit', 'skip', 'hint', 'collation', 'fields']);
    const collection = context.catalog.find(namespaceOf(context));
    const filterSpec = optionalDocument(body, 'query') ?? {};
    const skip = countOf(body, 'skip') ?? 0;
    const limit = Math.abs(Number(body['limit'] ?? 0)) || Number.POSITIVE_INFINITY;
    const collation = optionalDocument(body, 'collation') ?? collection?.options['collation'];
    const isWhole = Object.keys(filterSpec).length === 0 && body['hint'] === undefined;
    if (isWhole) return { n: new Int32(Math.min(limit, Math.max(0, (collection?.size ?? 0) - skip))) };
    const filter = compileFilter(filterSpec, { collation, now: context.now() });
    const selection = {
      filterSpec,
      filter,
      collation,
      hint: body['hint'],
      skip,
      limit,
      deadlineMs: maxTimeOf(context),
    };
    return { n: new Int32(selectRows(collection, selection).length) };
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/distinct/ */
export const distinct: Command = {
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'distinct', ['distinct', 'key', 'query', 'collation', 'hint']);
    const collection = context.catalog.find(namespaceOf(context));
    const path = requireString(body, 'key', 'distinct');
    const filterSpec = optionalDocument(body, 'query') ?? {};
    const collationSpec = optionalDocument(body, 'collation') ?? collection?.options['collation'];
    const collation = parseCollation(collationSpec);
    const filter = compileFilter(filterSpec, { collation: collationSpec, now: context.now() });
    const selection = {
      filterSpec,
      filter,
      collation: collationSpec,
      hint: body['hint'],
      deadlineMs: maxTimeOf(context),
    };
    const seen = new Map<string, unknown>();
    for (const { doc } of selectRows(collection, selection)) {
      for (const value of valuesAtPath(doc, path)) {
        // An array at the end counts by its elements; the array itself comes behind them and is left out.
        if (value === undefined || bsonTypeOf(value) === 'array') continue;
        const key = encodeKey(value, { collation });
        if (!seen.has(key)) seen.set(key, value);
      }
    }
    return { values: [...seen.values()].sort((a, b) => compareValues(a, b, collation)) };
  },
};
