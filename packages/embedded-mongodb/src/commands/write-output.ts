import { ObjectId } from 'bson';
import type { OutputStage } from '../aggregate/output-stage.ts';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Doc } from '../values/bson-type.ts';
import { valuesAtPath } from '../values/paths.ts';
import { flagOf } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { withIdFirst } from './insert.ts';
import { requireNoView } from './views.ts';

/** Carries out the `$out` or `$merge` at the end of a pipeline. */
export function writeOutput(context: CommandContext, docs: readonly Doc[], output: OutputStage): void {
  const namespace = `${output.database ?? context.database}.${output.collection}`;
  requireNoView(context.catalog, namespace);
  if (output.kind === 'out' && context.catalog.find(namespace)?.options['capped'] === true)
    throw new CommandError(17152, `namespace '${namespace}' is capped so it can't be used for $out`);
  const options = { bypassValidation: flagOf(context.body, 'bypassDocumentValidation') };
  if (output.kind === 'out') replaceCollection(context, namespace, docs, options);
  else mergeInto(context.catalog.ensure(namespace), docs, output, options);
}

interface WriteOptions {
  readonly bypassValidation: boolean;
}

/** Fills a collection beside the old one, with its options and indexes, and puts it in its place when all went well. */
function replaceCollection(
  { catalog, cursors }: CommandContext,
  namespace: string,
  docs: readonly Doc[],
  options: WriteOptions,
): void {
  const old = catalog.find(namespace);
  const temporary = `${namespace}.tmp.agg_out.${new ObjectId()}`;
  const made = catalog.create(temporary, old?.options ?? {});
  try {
    for (const { definition } of old?.secondaryIndexes ?? []) made.addIndex(definition);
    for (const doc of docs) insertWithId(made, doc, options);
  } catch (error) {
    catalog.drop(temporary);
    throw error;
  }
  catalog.drop(namespace);
  catalog.rename(temporary, namespace);
  cursors.killWhere((open) => open === namespace);
}

function mergeInto(
  target: Collection,
  docs: readonly Doc[],
  output: OutputStage & { kind: 'merge' },
  options: WriteOptions,
): void {
  const { on, merge } = output;
  const isUnique = target.indexDefinitions.some(
    ({ fields, isUnique, partialFilter }) =>
      isUnique && !partialFilter && fields.length === on.length && fields.every(({ path }) => on.includes(path)),
  );
  if (!isUnique) throw new CommandError(51183, 'Cannot find index to verify that join fields will be unique');
  for (const doc of docs) {
    const filterSpec = Object.fromEntries(on.map((path) => [path, { $eq: valuesAtPath(doc, path)[0] ?? null }]));
    const [row] = selectRows(target, { filterSpec, filter: compileFilter(filterSpec), limit: 1 });
    const action = merge(doc, row?.doc);
    if (action.kind === 'insert') insertWithId(target, doc, options);
    else if (action.kind === 'replace' && row) target.replace(row, action.after, options);
  }
}

function insertWithId(collection: Collection, doc: Doc, options: WriteOptions): void {
  const withId = withIdFirst(doc);
  collection.insert(encodeDocument(withId), withId, options);
}
