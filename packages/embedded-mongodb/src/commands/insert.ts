import { ObjectId, Timestamp } from 'bson';
import { assertDocumentSize, decodeDocument, encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { plainDocument, putField } from '../values/fields.ts';
import { assertKnownFields, flagOf, namespaceOf, requireArray } from './arguments.ts';
import type { Command } from './command.ts';
import { runEach, writeResult } from './write-batch.ts';

/** https://www.mongodb.com/docs/manual/reference/command/insert/ */
export const insert: Command = {
  isWrite: true,
  run(context) {
    const { body } = context;
    assertKnownFields(body, 'insert', [
      'insert',
      'documents',
      'ordered',
      'bypassDocumentValidation',
      'bypassEmptyTsReplacement',
    ]);
    const namespace = namespaceOf(context);
    const documents = requireArray(body, 'documents', 'insert') as Uint8Array[];
    const options = { bypassValidation: flagOf(body, 'bypassDocumentValidation') };
    const collection = context.catalog.ensure(namespace);
    let inserted = 0;
    const writeErrors = runEach(documents, body, (bytes) => {
      insertDocument(collection, bytes, options);
      inserted += 1;
    });
    return writeResult({ n: inserted }, writeErrors);
  },
};

/** Stores BSON as it came, with `_id` put first, or made when there is none. */
export function insertDocument(
  collection: Collection,
  bytes: Uint8Array,
  options: { readonly bypassValidation?: boolean },
): Doc {
  if (!(bytes instanceof Uint8Array)) throw new CommandError(14, 'documents to insert must be objects');
  assertDocumentSize(bytes);
  const doc = decodeDocument(bytes);
  refuseDollarInId(doc['_id']);
  if (Object.keys(doc)[0] === '_id' && !Object.values(doc).some(isEmptyTimestamp)) {
    return collection.insert(new Uint8Array(bytes), doc, options).doc;
  }
  const withId = withIdFirst(doc);
  // A new timestamp each, so that they order what was inserted within one second.
  let increment = collection.size;
  for (const name of Object.keys(withId)) {
    if (name === '_id' || !isEmptyTimestamp(withId[name])) continue;
    increment += 1;
    putField(withId, name, new Timestamp({ t: Math.floor(Date.now() / 1000), i: increment >>> 0 }));
  }
  return collection.insert(encodeDocument(withId), withId, options).doc;
}

/** A document with its `_id` in front, made when it has none; `null` is one. */
export function withIdFirst(doc: Doc): Doc {
  const withId: Doc = { _id: doc['_id'] === undefined ? new ObjectId() : doc['_id'] };
  for (const name of Object.keys(doc)) if (name !== '_id') putField(withId, name, doc[name]);
  return withId;
}

/** `Timestamp(0, 0)` in a field of its own asks for the time of the insert: https://www.mongodb.com/docs/manual/reference/bson-types/#timestamps */
function isEmptyTimestamp(value: unknown): boolean {
  return value instanceof Timestamp && value.isZero();
}

/** Refuses `{ _id: { $a: 1 } }`; a DBRef's own fields are no operators. */
function refuseDollarInId(id: unknown): void {
  if (bsonTypeOf(id) !== 'object') return;
  const dollar = Object.keys(plainDocument(id as Doc)).find(
    (name) => name.startsWith('$') && !['$ref', '$id', '$db'].includes(name),
  );
  if (!dollar) return;
  throw new CommandError(52, `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`);
}
