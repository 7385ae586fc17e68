import { CommandError } from '../command-error.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { assertKnownFields, namespaceOf, optionalDocument, requireArray, requireDocument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { maxTimeOf } from './find.ts';
import { runEach, writeResult } from './write-batch.ts';

/** https://www.mongodb.com/docs/manual/reference/command/delete/ */
export const deleteDocuments: Command = {
  isWrite: true,
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'delete', ['delete', 'deletes', 'ordered', 'let', 'bypassDocumentValidation']);
    const namespace = namespaceOf(context);
    let n = 0;
    const writeErrors = runEach(requireArray(body, 'deletes', 'delete'), body, (entry) => {
      n += deleteMatching(context, namespace, entry);
    });
    return writeResult({ n }, writeErrors);
  },
};

/** Carries out one delete statement; answers how many documents went. */
export function deleteMatching(context: CommandContext, namespace: string, entry: unknown): number {
  if (!isDocument(entry)) throw new CommandError(14, "BSON field 'delete.deletes' must hold objects");
  assertKnownFields(entry, 'delete.deletes', ['q', 'limit', 'collation', 'hint', 'sampleId']);
  const filterSpec = requireDocument(entry, 'q', 'delete.deletes');
  const collection = context.catalog.find(namespace);
  const collation = optionalDocument(entry, 'collation') ?? collection?.options['collation'];
  const filter = compileFilter(filterSpec, {
    textIndex: collection?.textIndex,
    collation,
    let: optionalDocument(context.body, 'let'),
    now: context.now(),
  });
  const rows = selectRows(collection, {
    filterSpec,
    filter,
    collation,
    hint: entry['hint'],
    limit: limitOf(entry),
    deadlineMs: maxTimeOf(context),
  });
  for (const row of rows) collection?.remove(row);
  return rows.length;
}

function limitOf(entry: Doc): number {
  const given = entry['limit'];
  if (given === undefined)
    throw new CommandError(40414, "BSON field 'delete.deletes.limit' is missing but a required field");
  const limit = toDouble(given);
  if (limit !== 0 && limit !== 1) {
    throw new CommandError(9, `The limit field in delete objects must be 0 or 1. Got ${limit}`);
  }
  return limit === 0 ? Number.POSITIVE_INFINITY : 1;
}
