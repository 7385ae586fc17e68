import { Long, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

type Mongo = Awaited<ReturnType<typeof startClient>>;
interface Case {
  readonly what: string;
  readonly code: number;
  readonly codeName?: string;
  readonly message?: string;
  run(mongo: Mongo): Promise<unknown>;
}

interface Thing {
  _id: number | number[];
  n?: number;
  a?: number | string;
  [field: string]: unknown;
}

const things = (mongo: Mongo) => mongo.collection<Thing>();

/** Codes: https://www.mongodb.com/docs/manual/reference/error-codes/ */
const CASES: readonly Case[] = [
  {
    what: 'a command that no MongoDB has',
    code: 59,
    codeName: 'CommandNotFound',
    message: "no such command: 'frobnicate'",
    run: ({ db }) => db.command({ frobnicate: 1 }),
  },
  {
    what: 'a field that the command has not',
    code: 40415,
    message: "BSON field 'find.where' is an unknown field.",
    run: ({ db }) => db.command({ find: 'things', where: {} }),
  },
  { what: 'a command without a field it needs', code: 40414, run: ({ db }) => db.command({ distinct: 'things' }) },
  {
    what: 'a field of the wrong type',
    code: 14,
    codeName: 'TypeMismatch',
    run: ({ db }) => db.command({ find: 'things', filter: 'all' }),
  },
  { what: 'a negative limit', code: 51024, run: ({ db }) => db.command({ find: 'things', limit: -1 }) },
  {
    what: 'an unknown query operator',
    code: 2,
    codeName: 'BadValue',
    message: 'unknown operator: $like',
    run: (mongo) =>
      things(mongo)
        .find({ a: { $like: 'x' } })
        .toArray(),
  },
  {
    what: 'an unknown update operator',
    code: 9,
    run: (mongo) => things(mongo).updateOne({}, { $put: { a: 1 } } as object),
  },
  {
    what: 'an unknown pipeline stage',
    code: 40324,
    run: (mongo) =>
      things(mongo)
        .aggregate([{ $zip: {} }])
        .toArray(),
  },
  {
    what: 'an aggregate without a cursor',
    code: 9,
    codeName: 'FailedToParse',
    run: ({ db }) => db.command({ aggregate: 'things', pipeline: [] }),
  },
  {
    what: '$text without a text index',
    code: 27,
    codeName: 'IndexNotFound',
    run: (mongo) =>
      things(mongo)
        .find({ $text: { $search: 'a' } })
        .toArray(),
  },
  { what: 'a change stream on a standalone', code: 40573, run: (mongo) => things(mongo).watch().next() },
  {
    what: 'w: 2 without a second server',
    code: 2,
    run: (mongo) => things(mongo).insertOne({ _id: 5 }, { writeConcern: { w: 2 } }),
  },
  // https://www.mongodb.com/docs/manual/reference/write-concern/
  {
    what: 'w below 0',
    code: 9,
    codeName: 'FailedToParse',
    run: ({ db }) => db.command({ insert: 'things', documents: [{}], writeConcern: { w: -1 } }),
  },
  {
    what: 'a read concern that does not exist',
    code: 2,
    codeName: 'BadValue',
    run: ({ db }) => db.command({ find: 'things', readConcern: { level: 'total' } }),
  },
  {
    what: 'an unknown field in a collation',
    code: 40415,
    codeName: 'IDLUnknownField',
    run: (mongo) =>
      things(mongo)
        .find({}, { collation: { locale: 'en', accents: true } as never })
        .toArray(),
  },
  {
    what: 'read concern linearizable on a standalone',
    code: 123,
    codeName: 'NotAReplicaSet',
    run: ({ db }) => db.command({ find: 'things', readConcern: { level: 'linearizable' } }),
  },
  {
    what: 'a transaction number',
    code: 20,
    codeName: 'IllegalOperation',
    run: ({ db }) => db.command({ insert: 'things', documents: [{}], lsid: { id: 1 }, txnNumber: Long.ONE }),
  },
  {
    what: 'a replacement of many',
    code: 9,
    run: (mongo) => first(mongo.db.command({ update: 'things', updates: [{ q: {}, u: { a: 1 }, multi: true }] })),
  },
  { what: 'a change of _id', code: 66, run: (mongo) => things(mongo).updateOne({ n: 1 }, { $set: { _id: 9 } }) },
  { what: 'an array as _id', code: 53, run: (mongo) => things(mongo).insertOne({ _id: [1] }) },
  { what: 'a second document under one _id', code: 11000, run: (mongo) => things(mongo).insertOne({ _id: 1 }) },
  {
    what: 'an update that grows a document over 16 MiB',
    code: 10334,
    run: async (mongo) => {
      await things(mongo).updateOne({ n: 1 }, { $set: { a: 'x'.repeat(9e6) } });
      return things(mongo).updateOne({ n: 1 }, { $set: { b: 'x'.repeat(9e6) } });
    },
  },
  {
    what: 'two updates of one path',
    code: 40,
    run: (mongo) => things(mongo).updateOne({}, { $set: { a: 1 }, $inc: { a: 1 } } as object),
  },
  {
    what: 'an index over two arrays of one document',
    code: 171,
    run: async (mongo) => {
      await things(mongo).createIndex({ p: 1, q: 1 });
      return things(mongo).insertOne({ _id: 5, p: [1], q: [2] });
    },
  },
  {
    what: 'the same index under another name',
    code: 85,
    codeName: 'IndexOptionsConflict',
    run: async (mongo) => {
      await things(mongo).createIndex({ a: 1 });
      return things(mongo).createIndex({ a: 1 }, { name: 'other' });
    },
  },
  {
    what: 'the same index with other options',
    code: 85,
    codeName: 'IndexOptionsConflict',
    run: async (mongo) => {
      await things(mongo).createIndex({ a: 1 });
      return things(mongo).createIndex({ a: 1 }, { expireAfterSeconds: 5 });
    },
  },
  {
    what: 'another index under the same name',
    code: 86,
    codeName: 'IndexKeySpecsConflict',
    run: async (mongo) => {
      await things(mongo).createIndex({ a: 1 });
      return things(mongo).createIndex({ b: 1 }, { name: 'a_1' });
    },
  },
  {
    what: 'a unique index over values that repeat',
    code: 11000,
    codeName: 'DuplicateKey',
    run: async (mongo) => {
      await things(mongo).insertMany([
        { _id: 5, same: 1 },
        { _id: 6, same: 1 },
      ]);
      return things(mongo).createIndex({ same: 1 }, { unique: true });
    },
  },
  {
    what: 'a text index in a language whose stems are unknown',
    code: 67,
    codeName: 'CannotCreateIndex',
    run: (mongo) => things(mongo).createIndex({ a: 'text' }, { default_language: 'klingon' }),
  },
  {
    what: 'an index option that does not exist',
    code: 197,
    run: ({ db }) => db.command({ createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a', uniq: true }] }),
  },
  {
    what: 'dropping an index that is not there',
    code: 27,
    codeName: 'IndexNotFound',
    run: (mongo) => things(mongo).dropIndex('nothing'),
  },
  // https://www.mongodb.com/docs/manual/indexes/#default-index
  {
    what: 'an option for the index of _id',
    code: 197,
    codeName: 'InvalidIndexSpecificationOption',
    message: "The field 'unique' is not valid for an _id index specification",
    run: (mongo) => things(mongo).createIndex({ _id: 1 }, { unique: true }),
  },
  {
    what: 'dropping the index of _id',
    code: 72,
    codeName: 'InvalidOptions',
    run: (mongo) => things(mongo).dropIndex('_id_'),
  },
  { what: 'a hint that names no index', code: 2, run: (mongo) => things(mongo).find().hint('nothing').toArray() },
  {
    what: 'the indexes of a collection that is not there',
    code: 26,
    codeName: 'NamespaceNotFound',
    run: ({ db }) => db.collection('nothing').indexes(),
  },
  {
    what: 'renaming a collection that is not there',
    code: 26,
    codeName: 'NamespaceNotFound',
    run: ({ db }) => db.collection('nothing').rename('something'),
  },
  {
    what: 'renaming onto a collection that is there',
    code: 48,
    codeName: 'NamespaceExists',
    run: async (mongo) => {
      await mongo.collection('other').insertOne({});
      return things(mongo).rename('other');
    },
  },
  {
    what: 'creating a collection anew with other options',
    code: 48,
    codeName: 'NamespaceExists',
    run: ({ db }) => db.createCollection('things', { validator: { a: 1 } }),
  },
  {
    what: 'a collection name that MongoDB does not take',
    code: 73,
    codeName: 'InvalidNamespace',
    run: ({ db }) => db.createCollection('a$b'),
  },
  {
    what: 'fields that the client encrypts',
    code: 115,
    codeName: 'CommandNotSupported',
    run: ({ db }) => db.command({ create: 'c', encryptedFields: { fields: [] } }),
  },
  {
    what: 'a write to a view',
    code: 166,
    run: async ({ db }) => {
      await db.createCollection('v', { viewOn: 'things', pipeline: [] });
      return db.collection('v').insertOne({ n: 1 });
    },
  },
  {
    what: 'a document against the validator',
    code: 121,
    run: async ({ db }) => {
      const validator = {
        $jsonSchema: { bsonType: 'object', required: ['a'], properties: { a: { bsonType: 'int', minimum: 1 } } },
      };
      await db.createCollection('checked', { validator });
      return db.collection('checked').insertOne({ a: 0 });
    },
  },
  {
    what: 'an operator inside _id',
    code: 52,
    run: ({ db }) => first(db.command({ insert: 'things', documents: [{ _id: { $a: 1 } }] })),
  },
  {
    what: 'a stable API version that does not exist',
    code: 322,
    codeName: 'APIVersionError',
    run: ({ db }) => db.command({ find: 'things', apiVersion: '2' }),
  },
  {
    what: 'a command outside the strict stable API',
    code: 323,
    codeName: 'APIStrictError',
    run: ({ db }) => db.command({ distinct: 'things', key: 'a', apiVersion: '1', apiStrict: true }),
  },
  {
    what: 'modifying an index that is not there',
    code: 27,
    codeName: 'IndexNotFound',
    run: ({ db }) => db.command({ collMod: 'things', index: { name: 'nothing', hidden: true } }),
  },
  {
    what: 'a cursor that is not there',
    code: 43,
    codeName: 'CursorNotFound',
    run: ({ db }) => db.command({ getMore: Long.fromNumber(77), collection: 'things' }),
  },
  {
    what: 'an admin command on another database',
    code: 13,
    codeName: 'Unauthorized',
    run: ({ db }) => db.command({ listDatabases: 1 }),
  },
  {
    what: 'more than maxTimeMS allows',
    code: 50,
    codeName: 'MaxTimeMSExpired',
    run: async (mongo) => {
      await mongo
        .collection('many')
        .insertMany(Array.from({ length: 20_000 }, (_, n) => ({ text: `${n}`.repeat(20) })));
      return mongo
        .collection('many')
        .find({ text: /(.*)(.*)(.*)x$/ })
        .maxTimeMS(1)
        .toArray();
    },
  },
];

/** A raw write command reports a refusal in its answer. */
async function first(reply: Promise<unknown>): Promise<unknown> {
  const { writeErrors } = (await reply) as { writeErrors?: { code: number; errmsg: string }[] };
  const [error] = writeErrors ?? [];
  if (error) throw new MongoServerError({ ...error });
  return reply;
}

describe('a refusal carries the code and the name that MongoDB gives it', () => {
  it.each(CASES)('$what: $code', async ({ run, code, codeName, message }) => {
    await using mongo = await startClient();
    await things(mongo).insertOne({ _id: 1, n: 1 });
    const error = await run(mongo).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(MongoServerError);
    expect(error).toMatchObject({ code, ...(codeName ? { codeName } : {}), ...(message ? { message } : {}) });
  });

  it('leaves the data as it was', async () => {
    await using mongo = await startClient();
    await things(mongo).insertOne({ _id: 1, n: 1 });
    await things(mongo)
      .updateOne({ _id: 1 }, { $set: { a: 1 }, $inc: { a: 1 } } as object)
      .catch(() => undefined);
    await things(mongo)
      .updateOne({ _id: 1 }, { $inc: { n: 1, 'n.x': 1 } } as object)
      .catch(() => undefined);
    expect(await things(mongo).findOne()).toEqual({ _id: 1, n: 1 });
  });
});
