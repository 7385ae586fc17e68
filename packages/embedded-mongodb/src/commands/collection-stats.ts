import { Int32, Long } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import type { Doc } from '../values/bson-type.ts';
import { assertKnownFields, namespaceOf } from './arguments.ts';
import type { Command } from './command.ts';

/** https://www.mongodb.com/docs/manual/reference/command/collStats/ : sizes in bytes; indexes live in memory and weigh nothing. */
export const collStats: Command = {
  run(context) {
    const namespace = namespaceOf(context);
    return { ns: namespace, ...collectionStats(context.catalog.find(namespace)) };
  },
};

/** Zeros for a collection that is not there. */
export function collectionStats(collection: Collection | undefined): Doc {
  const { size: count, byteLength } = collection ?? { size: 0, byteLength: 0 };
  const indexes = collection?.indexDefinitions ?? [];
  return {
    size: Long.fromNumber(byteLength),
    count: new Int32(count),
    ...(count > 0 ? { avgObjSize: new Int32(Math.floor(byteLength / count)) } : {}),
    numOrphanDocs: new Int32(0),
    storageSize: Long.fromNumber(byteLength),
    freeStorageSize: Long.ZERO,
    nindexes: new Int32(indexes.length),
    indexDetails: {},
    indexBuilds: [],
    indexSizes: Object.fromEntries(indexes.map(({ name }) => [name, new Int32(0)])),
    totalIndexSize: new Int32(0),
    totalSize: Long.fromNumber(byteLength),
    scaleFactor: new Int32(1),
    ...cappedStats(collection?.options ?? {}),
  };
}

function cappedStats({ capped, size, max }: Doc): Doc {
  if (capped !== true) return { capped: false };
  // Without a limit of its own mongod reports the largest int32.
  return { capped: true, max: max ?? new Int32(2 ** 31 - 1), maxSize: size };
}

/** https://www.mongodb.com/docs/manual/reference/command/validate/ : every document is in every index that wants it, once per key. */
export const validate: Command = {
  run(context) {
    assertKnownFields(context.body, 'validate', [
      'validate',
      'full',
      'repair',
      'metadata',
      'checkBSONConformance',
      'background',
    ]);
    const namespace = namespaceOf(context);
    const collection = context.catalog.find(namespace);
    if (!collection) throw new CommandError(26, `Collection '${namespace}' does not exist to validate.`);
    const errors: string[] = [];
    const keysPerIndex: Doc = { _id_: Long.fromNumber(collection.size) };
    for (const index of collection.secondaryIndexes) {
      let expected = 0;
      for (const { doc } of collection.rows()) expected += index.keysOf(doc).valuesByKey.size;
      keysPerIndex[index.definition.name] = Long.fromNumber(index.tree.size);
      if (expected !== index.tree.size)
        errors.push(`index ${index.definition.name} has ${index.tree.size} keys, not ${expected}`);
    }
    return {
      ns: namespace,
      nInvalidDocuments: Long.ZERO,
      nrecords: Long.fromNumber(collection.size),
      nIndexes: new Int32(collection.indexDefinitions.length),
      keysPerIndex,
      valid: errors.length === 0,
      warnings: [],
      errors,
    };
  },
};
