import { Int32 } from 'bson';
import { compileProjection } from '../aggregate/project.ts';
import { CommandError } from '../command-error.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Doc } from '../values/bson-type.ts';
import { assertKnownFields, flagOf, namespaceOf, optionalDocument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { maxTimeOf } from './find.ts';
import { updateRows } from './update-rows.ts';

const FIELDS = [
  ...['findAndModify', 'findandmodify', 'query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert', 'hint', 'let'],
  ...['bypassDocumentValidation', 'collation', 'arrayFilters', 'bypassEmptyTsReplacement'],
];

/** https://www.mongodb.com/docs/manual/reference/command/findAndModify/ */
export const findAndModify: Command = {
  isWrite: true,
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'findAndModify', FIELDS);
    const isRemove = flagOf(body, 'remove');
    if (isRemove && body['update'] !== undefined) {
      throw new CommandError(9, "Cannot specify both an 'update' and 'remove'=true");
    }
    if (isRemove && flagOf(body, 'upsert'))
      throw new CommandError(9, "Cannot specify both 'upsert'=true and 'remove'=true");
    if (isRemove && flagOf(body, 'new')) {
      throw new CommandError(
        9,
        "Cannot specify both 'new'=true and 'remove'=true; 'remove' always returns the deleted document",
      );
    }
    if (!isRemove && body['update'] === undefined) {
      throw new CommandError(9, "Either an 'update' or 'remove'=true must be specified");
    }
    return isRemove ? remove(context) : modify(context);
  },
};

function modify(context: CommandContext): Doc {
  const { body, catalog } = context;
  const namespace = namespaceOf(context);
  const project = projectionOf(context);
  const outcome = updateRows(
    catalog.find(namespace),
    {
      ...queryOf(context),
      update: body['update'],
      isMulti: false,
      isUpsert: flagOf(body, 'upsert'),
      arrayFilters: body['arrayFilters'],
      bypassValidation: flagOf(body, 'bypassDocumentValidation'),
    },
    () => catalog.ensure(namespace),
  );
  const isUpserted = 'upsertedId' in outcome;
  const lastErrorObject: Doc = {
    n: new Int32(isUpserted || outcome.matched > 0 ? 1 : 0),
    updatedExisting: outcome.matched > 0,
    ...(isUpserted ? { upserted: outcome.upsertedId } : {}),
  };
  const value = flagOf(body, 'new') ? outcome.after : outcome.before;
  return { lastErrorObject, value: value ? project(value) : null };
}

function remove(context: CommandContext): Doc {
  const collection = context.catalog.find(namespaceOf(context));
  const query = queryOf(context);
  const project = projectionOf(context);
  const [row] = selectRows(collection, { ...query, filter: compileFilter(query.filterSpec, query), limit: 1 });
  if (row) collection?.remove(row);
  return { lastErrorObject: { n: new Int32(row ? 1 : 0) }, value: row ? project(row.doc) : null };
}

function queryOf(context: CommandContext) {
  const { body } = context;
  return {
    filterSpec: optionalDocument(body, 'query') ?? {},
    sort: optionalDocument(body, 'sort'),
    hint: body['hint'],
    collation: optionalDocument(body, 'collation') ?? context.catalog.find(namespaceOf(context))?.options['collation'],
    let: optionalDocument(body, 'let'),
    now: context.now(),
    textIndex: context.catalog.find(namespaceOf(context))?.textIndex,
    deadlineMs: maxTimeOf(context),
  };
}

function projectionOf(context: CommandContext): (doc: Doc) => Doc {
  const query = queryOf(context);
  const filter = compileFilter(query.filterSpec, query);
  return compileProjection(optionalDocument(context.body, 'fields'), { ...query, filter });
}
