import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import {
  assertKnownFields,
  flagOf,
  namespaceOf,
  optionalDocument,
  requireArray,
  requireDocument,
} from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { maxTimeOf } from './find.ts';
import { type UpdateStatement, updateRows } from './update-rows.ts';
import { runEach, writeResult } from './write-batch.ts';

const STATEMENT = [
  'q',
  'u',
  'c',
  'multi',
  'upsert',
  'collation',
  'arrayFilters',
  'hint',
  'sort',
  'sampleId',
  'upsertSupplied',
];

/** https://www.mongodb.com/docs/manual/reference/command/update/ */
export const update: Command = {
  isWrite: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'update', [
      'update',
      'updates',
      'ordered',
      'bypassDocumentValidation',
      'let',
      'bypassEmptyTsReplacement',
    ]);
    const namespace = namespaceOf(context);
    const upserted: Doc[] = [];
    let n = 0;
    let nModified = 0;
    const writeErrors = runEach(requireArray(body, 'updates', 'update'), body, (entry, index) => {
      const counts = { matched: 0, modified: 0 };
      try {
        const statement = readStatement(entry, context, namespace);
        const outcome = updateRows(
          catalog.find(namespace),
          statement,
          () => catalog.ensure(namespace),
          (matched, modified) => {
            counts.matched = matched;
            counts.modified = modified;
          },
        );
        if (!('upsertedId' in outcome)) return;
        upserted.push({ index: new Int32(index), _id: outcome.upsertedId });
        n += 1;
      } finally {
        n += counts.matched;
        nModified += counts.modified;
      }
    });
    return writeResult({ n, nModified }, writeErrors, upserted.length > 0 ? { upserted } : {});
  },
};

/** One entry of `updates` in the engine's words. */
export function readStatement(entry: unknown, context: CommandContext, namespace: string): UpdateStatement {
  if (!isDocument(entry)) throw new CommandError(14, "BSON field 'update.updates' must hold objects");
  assertKnownFields(entry, 'update.updates', STATEMENT);
  if (entry['u'] === undefined) {
    throw new CommandError(40414, "BSON field 'update.updates.u' is missing but a required field");
  }
  const isMulti = flagOf(entry, 'multi');
  if (isMulti && entry['sort'] !== undefined) throw new CommandError(9, 'Cannot specify sort with multi=true');
  const { body, catalog } = context;
  return {
    filterSpec: requireDocument(entry, 'q', 'update.updates'),
    update: entry['u'],
    isMulti,
    isUpsert: flagOf(entry, 'upsert'),
    sort: optionalDocument(entry, 'sort'),
    hint: entry['hint'],
    collation: optionalDocument(entry, 'collation') ?? catalog.find(namespace)?.options['collation'],
    let: { ...optionalDocument(body, 'let'), ...optionalDocument(entry, 'c') },
    arrayFilters: entry['arrayFilters'],
    bypassValidation: flagOf(body, 'bypassDocumentValidation'),
    now: context.now(),
    deadlineMs: maxTimeOf(context),
  };
}
