import { Int32 } from 'bson';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { parseCollation } from '../values/collation.ts';
import { compareValues } from '../values/compare.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import { valuesAtPath } from '../values/paths.ts';
import { aggregateDocuments, asAggregation, stagesOf } from './aggregate.ts';
import { assertKnownFields, countOf, namespaceOf, optionalDocument, requireString } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { maxTimeOf } from './find.ts';

/** https://www.mongodb.com/docs/manual/reference/command/count/ */
export const count: Command = {
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'count', ['count', 'query', 'limit', 'skip', 'hint', 'collation', 'fields']);
    const collection = context.catalog.find(namespaceOf(context));
    const filterSpec = optionalDocument(body, 'query') ?? {};
    if (collection?.isView) return { n: new Int32(documentsOfView(context).length) };
    const skip = countOf(body, 'skip') ?? 0;
    const limit = Math.abs(toDouble(body['limit'] ?? 0)) || Number.POSITIVE_INFINITY;
    const collation = optionalDocument(body, 'collation') ?? collection?.options['collation'];
    const isWhole = Object.keys(filterSpec).length === 0 && body['hint'] === undefined;
    if (isWhole) return { n: new Int32(Math.min(limit, Math.max(0, (collection?.size ?? 0) - skip))) };
    const filter = compileFilter(filterSpec, { textIndex: collection?.textIndex, collation, now: context.now() });
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

function documentsOfView(context: CommandContext): Doc[] {
  const { body } = context;
  const limit = Math.abs(toDouble(body['limit'] ?? 0));
  const query = { filter: body['query'], skip: body['skip'], limit: new Int32(limit) };
  return aggregateDocuments(asAggregation(context, []), stagesOf(query));
}

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
    const filter = compileFilter(filterSpec, {
      ...{ textIndex: collection?.textIndex, collation: collationSpec, now: context.now() },
    });
    const selection = {
      filterSpec,
      filter,
      collation: collationSpec,
      hint: body['hint'],
      deadlineMs: maxTimeOf(context),
    };
    const seen = new Map<string, unknown>();
    const docs = collection?.isView
      ? documentsOfView(context)
      : selectRows(collection, selection).map((row) => row.doc);
    for (const doc of docs) {
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
