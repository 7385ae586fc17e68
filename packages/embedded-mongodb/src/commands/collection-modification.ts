import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { type IndexDefinition, parseIndexDefinition } from '../engine/index-definition.ts';
import type { Doc } from '../values/bson-type.ts';
import { assertKnownFields, flagOf, namespaceOf, optionalDocument, optionalString } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { createOptionsOf, optionsOf } from './create-options.ts';
import { findIndexDefinition } from './indexes.ts';
import { checkView } from './views.ts';

/** https://www.mongodb.com/docs/manual/reference/command/collMod/ : the validator; an index's expiry and visibility. */
export const collMod: Command = {
  isWrite: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'collMod', [
      'collMod',
      'validator',
      'validationLevel',
      'validationAction',
      'index',
      ...['viewOn', 'pipeline', 'cappedSize', 'cappedMax', 'expireAfterSeconds', 'changeStreamPreAndPostImages'],
    ]);
    const namespace = namespaceOf(context);
    const collection = catalog.find(namespace);
    if (!collection) throw new CommandError(26, `ns does not exist: ${namespace}`);
    if (collection.isView || body['viewOn'] !== undefined) return modifyView(context, collection);
    const index = optionalDocument(body, 'index');
    const reply = index ? modifyIndex(collection, index) : {};
    const options = { ...optionsOf(body), ...changedSizes(collection, body) };
    if (Object.keys(options).length > 0) catalog.modify(collection, { ...collection.options, ...options });
    return reply;
  },
};

/** A view gets another source, pipeline or both. */
function modifyView(context: CommandContext, view: Collection): Doc {
  const { body, catalog } = context;
  if (!view.isView) throw new CommandError(72, `cannot use 'viewOn' on a collection: ${view.namespace}`);
  const { viewOn, pipeline } = createOptionsOf({ viewOn: body['viewOn'], pipeline: body['pipeline'] });
  const options = { ...view.options, viewOn, pipeline };
  checkView(context, view.namespace, options);
  catalog.modify(view, options);
  return {};
}

/** Limits of a capped collection, the expiry of a time series or clustered one, and the flag for change streams. */
function changedSizes(collection: Collection, body: Doc): Doc {
  const { capped, timeseries, clusteredIndex, size, max } = collection.options;
  const changed: Doc = {};
  const { cappedSize, cappedMax, expireAfterSeconds, changeStreamPreAndPostImages } = body;
  if (cappedSize !== undefined || cappedMax !== undefined) {
    if (capped !== true) throw new CommandError(72, 'cappedSize and cappedMax need a capped collection');
    Object.assign(changed, createOptionsOf({ capped, size: cappedSize ?? size, max: cappedMax ?? max }));
  }
  if (expireAfterSeconds !== undefined) {
    const series = timeseries === undefined ? {} : { timeseries: { timeField: '' } };
    const clustered = clusteredIndex === undefined ? {} : { clusteredIndex };
    const parsed = createOptionsOf({ ...series, ...clustered, expireAfterSeconds });
    changed['expireAfterSeconds'] = parsed['expireAfterSeconds'];
  }
  if (changeStreamPreAndPostImages !== undefined) {
    const parsed = createOptionsOf({ changeStreamPreAndPostImages });
    changed['changeStreamPreAndPostImages'] = parsed['changeStreamPreAndPostImages'];
  }
  return changed;
}

function modifyIndex(collection: Collection, change: Doc): Doc {
  assertKnownFields(change, 'collMod.index', [
    'keyPattern',
    'name',
    'expireAfterSeconds',
    'hidden',
    'prepareUnique',
    'unique',
  ]);
  const wanted = optionalString(change, 'name') ?? optionalDocument(change, 'keyPattern');
  if (wanted === undefined) throw new CommandError(72, 'must specify either index name or keyPattern.');
  const definition = findIndexDefinition(collection, wanted);
  if (!definition) throw new CommandError(27, `cannot find index for ns ${collection.namespace}`);
  const spec: Doc = { ...definition.spec };
  const reply: Doc = {};
  const { expireAfterSeconds } = change;
  if (expireAfterSeconds !== undefined) {
    if (definition.expireAfterSeconds !== undefined) {
      reply['expireAfterSeconds_old'] = new Int32(definition.expireAfterSeconds);
    }
    reply['expireAfterSeconds_new'] = expireAfterSeconds;
    spec['expireAfterSeconds'] = expireAfterSeconds;
  }
  if (change['hidden'] !== undefined) {
    if (definition.name === '_id_') throw new CommandError(2, "can't hide _id index");
    reply['hidden_old'] = definition.isHidden;
    reply['hidden_new'] = flagOf(change, 'hidden');
    spec['hidden'] = flagOf(change, 'hidden');
  }
  if (change['prepareUnique'] !== undefined) {
    reply['prepareUnique_old'] = definition.isPreparedForUnique;
    reply['prepareUnique_new'] = flagOf(change, 'prepareUnique');
    spec['prepareUnique'] = flagOf(change, 'prepareUnique');
  }
  if (flagOf(change, 'unique') && !definition.isUnique) {
    requireNoDuplicates(collection, definition);
    reply['unique_new'] = true;
    spec['unique'] = true;
    delete spec['prepareUnique'];
  }
  const modified = parseIndexDefinition(spec);
  collection.dropIndex(definition.name);
  collection.addIndex(modified);
  return reply;
}

/** https://www.mongodb.com/docs/manual/core/index-unique/convert-to-unique/ : the refusal names every document in the way. */
function requireNoDuplicates(collection: Collection, definition: IndexDefinition): void {
  if (!definition.isPreparedForUnique)
    throw new CommandError(72, 'Cannot make index unique: it was not prepared with prepareUnique');
  const index = collection.secondaryIndexes.find((candidate) => candidate.definition === definition);
  const violations = index?.duplicates().map((rows) => ({ ids: rows.map(({ doc }) => doc['_id']) })) ?? [];
  if (violations.length === 0) return;
  throw new CommandError(
    359,
    'Cannot convert the index to unique. Please resolve conflicting documents before running collMod again.',
    { violations },
  );
}

/** https://www.mongodb.com/docs/manual/reference/command/convertToCapped/ */
export const convertToCapped: Command = {
  isWrite: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'convertToCapped', ['convertToCapped', 'size']);
    const namespace = namespaceOf(context);
    const collection = catalog.find(namespace);
    if (!collection) throw new CommandError(26, `source collection ${namespace} does not exist`);
    const options = createOptionsOf({ capped: true, size: body['size'] });
    catalog.modify(collection, { ...collection.options, ...options });
    return {};
  },
};
