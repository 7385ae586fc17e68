import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { parseIndexDefinition } from '../engine/index-definition.ts';
import type { Doc } from '../values/bson-type.ts';
import { assertKnownFields, flagOf, namespaceOf, optionalDocument, optionalString } from './arguments.ts';
import { optionsOf } from './collections.ts';
import type { Command } from './command.ts';
import { findIndexDefinition } from './indexes.ts';

/** https://www.mongodb.com/docs/manual/reference/command/collMod/ : the validator; an index's expiry and visibility. */
export const collMod: Command = {
  isWrite: true,
  run(context) {
    const { body, catalog } = context;
    assertKnownFields(body, 'collMod', ['collMod', 'validator', 'validationLevel', 'validationAction', 'index']);
    const namespace = namespaceOf(context);
    const collection = catalog.find(namespace);
    if (!collection) throw new CommandError(26, `ns does not exist: ${namespace}`);
    const index = optionalDocument(body, 'index');
    const reply = index ? modifyIndex(collection, index) : {};
    const options = optionsOf(body);
    if (Object.keys(options).length > 0) catalog.modify(collection, { ...collection.options, ...options });
    return reply;
  },
};

function modifyIndex(collection: Collection, change: Doc): Doc {
  assertKnownFields(change, 'collMod.index', ['keyPattern', 'name', 'expireAfterSeconds', 'hidden']);
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
  const modified = parseIndexDefinition(spec);
  collection.dropIndex(definition.name);
  collection.addIndex(modified);
  return reply;
}
