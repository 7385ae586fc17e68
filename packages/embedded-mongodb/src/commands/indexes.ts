import { Int32 } from 'bson';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { shellText } from '../engine/duplicate-key.ts';
import { type IndexDefinition, parseIndexDefinition } from '../engine/index-definition.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { compareValues } from '../values/compare.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { assertKnownFields, countOf, namespaceOf, optionalDocument, requireArray } from './arguments.ts';
import type { Command } from './command.ts';

/** With that of `_id`: https://www.mongodb.com/docs/manual/reference/limits/#mongodb-limit-Number-of-Indexes-per-Collection */
const MOST_INDEXES = 64;

/** https://www.mongodb.com/docs/manual/reference/command/createIndexes/ */
export const createIndexes: Command = {
  isWrite: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'createIndexes', [
      'createIndexes',
      'indexes',
      'commitQuorum',
      'ignoreUnknownIndexOptions',
      'v',
    ]);
    const namespace = namespaceOf(context);
    const entries = requireArray(body, 'indexes', 'createIndexes');
    if (entries.length === 0) throw new CommandError(2, 'Must specify at least one index to create');
    const existing = catalog.find(namespace);
    const definitions = entries.map((entry) =>
      parseIndexDefinition(withCollation(entry, existing?.options['collation'])),
    );
    const collection = existing ?? catalog.ensure(namespace);
    const before = collection.indexDefinitions.length;
    const added: string[] = [];
    try {
      for (const definition of definitions) {
        if (isPresent(collection, definition)) continue;
        if (definition.text && collection.textIndex)
          throw new CommandError(67, 'only one text index per collection allowed, found an existing text index');
        if (collection.indexDefinitions.length >= MOST_INDEXES) {
          const key = shellText(definition.spec['key']);
          throw new CommandError(67, `add index fails, too many indexes for ${namespace} key:${key}`);
        }
        collection.addIndex(definition);
        added.push(definition.name);
      }
    } catch (error) {
      // All or none: a client that is told of a failure finds the indexes as they were.
      for (const name of added) collection.dropIndex(name);
      throw error;
    }
    return {
      numIndexesBefore: new Int32(before),
      numIndexesAfter: new Int32(collection.indexDefinitions.length),
      ...(existing ? {} : { createdCollectionAutomatically: true }),
      ...(added.length === 0 ? { note: 'all indexes already exist' } : {}),
    };
  },
};

/** An index has its collection's collation unless it names another; `simple` names none. */
function withCollation(entry: unknown, inherited: unknown): unknown {
  if (!isDocument(entry) || entry['collation'] !== undefined || inherited === undefined) return entry;
  return { ...entry, collation: inherited };
}

/** True when this very index is there. Throws 85 and 86 for one that only resembles it. */
function isPresent(collection: Collection, wanted: IndexDefinition): boolean {
  for (const present of collection.indexDefinitions) {
    const hasSameKey =
      sameDocument(keyAsNumbers(present), keyAsNumbers(wanted)) &&
      sameDocument(present.spec['collation'], wanted.spec['collation']) &&
      sameDocument(present.spec['weights'], wanted.spec['weights']) &&
      sameDocument(present.spec['partialFilterExpression'], wanted.spec['partialFilterExpression']);
    if (present.name === '_id_' && hasSameKey) return true;
    if (present.name === wanted.name) {
      if (hasSameKey && sameOptions(present, wanted)) return true;
      throw new CommandError(
        hasSameKey ? 85 : 86,
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${shellText(wanted.spec)}, existing index: ${shellText(present.spec)}`,
      );
    }
    if (hasSameKey) {
      throw new CommandError(
        85,
        sameOptions(present, wanted)
          ? `Index already exists with a different name: ${present.name}`
          : `An equivalent index already exists with a different name and options. Requested index: ${shellText(wanted.spec)}, existing index: ${shellText(present.spec)}`,
      );
    }
  }
  return false;
}

function keyAsNumbers(definition: IndexDefinition): Doc {
  const key = definition.spec['key'] as Doc;
  return Object.fromEntries(
    definition.fields.map(({ path, direction }) => [
      path,
      typeof key[path] === 'string' ? key[path] : new Int32(direction),
    ]),
  );
}

function sameOptions(a: IndexDefinition, b: IndexDefinition): boolean {
  return a.isUnique === b.isUnique && a.isSparse === b.isSparse && a.expireAfterSeconds === b.expireAfterSeconds;
}

function sameDocument(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined ? a === b : compareValues(a, b) === 0;
}

/** https://www.mongodb.com/docs/manual/reference/command/listIndexes/ */
export const listIndexes: Command = {
  run(context) {
    const { body, catalog, cursors } = context;
    assertKnownFields(body, 'listIndexes', ['listIndexes', 'cursor', 'includeBuildUUIDs', 'includeIndexBuildInfo']);
    const namespace = namespaceOf(context);
    const collection = catalog.find(namespace);
    if (!collection) throw new CommandError(26, `ns does not exist: ${namespace}`);
    const specs = collection.indexDefinitions.map((definition) => encodeDocument(definition.spec));
    const batch = cursors.open(namespace, specs, {
      batchSize: countOf(optionalDocument(body, 'cursor') ?? {}, 'batchSize'),
    });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, namespace);
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/dropIndexes/ */
export const dropIndexes: Command = {
  isWrite: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'dropIndexes', ['dropIndexes', 'index']);
    const namespace = namespaceOf(context);
    const collection = catalog.find(namespace);
    if (!collection) throw new CommandError(26, `ns not found ${namespace}`);
    const before = collection.indexDefinitions.length;
    for (const name of namesToDrop(collection, body['index'])) collection.dropIndex(name);
    return { nIndexesWas: new Int32(before) };
  },
};

/** The index of this name, or with this key. */
export function findIndexDefinition(collection: Collection, wanted: unknown): IndexDefinition | undefined {
  return collection.indexDefinitions.find((definition) =>
    isDocument(wanted) ? sameDocument(definition.spec['key'], wanted) : definition.name === wanted,
  );
}

function namesToDrop(collection: Collection, index: unknown): string[] {
  if (index === '*') return collection.secondaryIndexes.map(({ definition }) => definition.name);
  const wanted = Array.isArray(index) ? index : [index];
  return wanted.map((item) => {
    const found = findIndexDefinition(collection, item);
    if (!found) {
      const what = isDocument(item)
        ? `can't find index with key: ${shellText(item)}`
        : `index not found with name [${item}]`;
      throw new CommandError(27, what);
    }
    if (found.name === '_id_') throw new CommandError(72, 'cannot drop _id index');
    return found.name;
  });
}
