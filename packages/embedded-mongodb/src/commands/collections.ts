import { Int32, Long } from 'bson';
import { encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { ID_INDEX } from '../engine/index-definition.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { assertKnownFields, countOf, flagOf, namespaceOf, optionalDocument, requireString } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { CREATE_FIELDS, createOptionsOf } from './create-options.ts';
import { checkView, requireNoView } from './views.ts';

/** https://www.mongodb.com/docs/manual/reference/command/create/ */
export const create: Command = {
  isWrite: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'create', CREATE_FIELDS);
    const options = createOptionsOf(body);
    const namespace = namespaceOf(context);
    const existing = catalog.find(namespace);
    if (existing) {
      // Making the same collection again is no error since MongoDB 7.
      if (Buffer.compare(encodeDocument(existing.options), encodeDocument(options)) === 0) return {};
      throw new CommandError(48, `namespace ${namespace} already exists, but with different options`);
    }
    if (options['viewOn'] !== undefined) checkView(context, namespace, options);
    catalog.create(namespace, options);
    return {};
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/drop/ */
export const drop: Command = {
  isWrite: true,
  run(context) {
    assertKnownFields(context.body, 'drop', ['drop']);
    const namespace = namespaceOf(context);
    const indexes = context.catalog.find(namespace)?.indexDefinitions.length;
    // Dropping what is not there is no error since MongoDB 7.
    if (indexes === undefined) return {};
    const isView = context.catalog.find(namespace)?.isView;
    context.catalog.drop(namespace);
    context.cursors.killWhere((open) => open === namespace);
    return isView ? { ns: namespace } : { nIndexesWas: new Int32(indexes), ns: namespace };
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/dropDatabase/ */
export const dropDatabase: Command = {
  isWrite: true,
  run({ catalog, cursors, database }) {
    const collections = catalog.collectionsOf(database);
    for (const { namespace } of collections) catalog.drop(namespace);
    cursors.killWhere((namespace) => namespace.startsWith(`${database}.`));
    return collections.length > 0 ? { dropped: database } : {};
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/renameCollection/ */
export const renameCollection: Command = {
  isWrite: true,
  isAdminOnly: true,
  run({ body, catalog, cursors }) {
    assertKnownFields(body, 'renameCollection', ['renameCollection', 'to', 'dropTarget']);
    const from = requireString(body, 'renameCollection', 'renameCollection');
    const to = requireString(body, 'to', 'renameCollection');
    if (from === to) throw new CommandError(20, "Can't rename a collection to itself");
    requireNoView(catalog, from);
    if (!catalog.find(from)) throw new CommandError(26, `Source collection ${from} does not exist`);
    if (catalog.find(to)) {
      if (!flagOf(body, 'dropTarget')) throw new CommandError(48, 'target namespace exists');
      catalog.drop(to);
    }
    catalog.rename(from, to);
    cursors.killWhere((namespace) => namespace === from || namespace === to);
    return {};
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/listCollections/ */
export const listCollections: Command = {
  run(context) {
    const { body, catalog, cursors, database } = context;
    assertKnownFields(body, 'listCollections', [
      'listCollections',
      'filter',
      'nameOnly',
      'authorizedCollections',
      'cursor',
    ]);
    const filter = compileFilter(optionalDocument(body, 'filter') ?? {}, { now: context.now() });
    const isNameOnly = flagOf(body, 'nameOnly');
    const listed = catalog.collectionsOf(database).map((collection) => ({
      name: collection.namespace.slice(database.length + 1),
      type: collection.kind,
      options: collection.options,
      info: collection.isView ? { readOnly: true } : { readOnly: false, uuid: collection.uuid },
      // Views, time series and clustered collections have none.
      ...(collection.indexDefinitions[0] === ID_INDEX ? { idIndex: ID_INDEX.spec } : {}),
    }));
    const documents = listed
      .filter((entry) => filter.matches(entry))
      .map(({ name, type, ...rest }) => encodeDocument(isNameOnly ? { name, type } : { name, type, ...rest }));
    const namespace = `${database}.$cmd.listCollections`;
    const batch = cursors.open(namespace, documents, {
      batchSize: countOf(optionalDocument(body, 'cursor') ?? {}, 'batchSize'),
    });
    return encodeCursorReply('firstBatch', batch.documents, batch.cursorId, namespace);
  },
};

/** They are there from the start, as clients know them from mongod. */
const SYSTEM_DATABASES = ['admin', 'config', 'local'];

/** https://www.mongodb.com/docs/manual/reference/command/listDatabases/ */
export const listDatabases: Command = {
  isAdminOnly: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'listDatabases', ['listDatabases', 'filter', 'nameOnly', 'authorizedDatabases']);
    const filter = compileFilter(optionalDocument(body, 'filter') ?? {}, { now: context.now() });
    const isNameOnly = flagOf(body, 'nameOnly');
    const databases = [...new Set([...SYSTEM_DATABASES, ...catalog.databaseNames()])]
      .sort()
      .map((name) => ({ name, sizeOnDisk: Long.fromNumber(sizeOf(context, name)), empty: false }))
      .filter((entry) => filter.matches(entry));
    const totalSize = databases.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk.toNumber(), 0);
    return {
      databases: isNameOnly ? databases.map(({ name }) => ({ name })) : databases,
      ...(isNameOnly
        ? {}
        : { totalSize: Long.fromNumber(totalSize), totalSizeMb: Long.fromNumber(Math.floor(totalSize / 2 ** 20)) }),
    };
  },
};

function sizeOf(context: CommandContext, database: string): number {
  return context.catalog.collectionsOf(database).reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** https://www.mongodb.com/docs/manual/reference/command/dbStats/ */
export const dbStats: Command = {
  run(context) {
    const all = context.catalog.collectionsOf(context.database);
    const collections = all.filter(({ isView }) => !isView);
    const objects = collections.reduce((sum, { size }) => sum + size, 0);
    const dataSize = sizeOf(context, context.database);
    return {
      db: context.database,
      collections: new Int32(collections.length),
      views: new Int32(all.length - collections.length),
      objects: Long.fromNumber(objects),
      avgObjSize: objects > 0 ? dataSize / objects : new Int32(0),
      dataSize: Long.fromNumber(dataSize),
      storageSize: Long.fromNumber(dataSize),
      indexes: new Int32(collections.reduce((sum, { indexDefinitions }) => sum + indexDefinitions.length, 0)),
      indexSize: Long.ZERO,
      totalSize: Long.fromNumber(dataSize),
      scaleFactor: new Int32(1),
    };
  },
};
