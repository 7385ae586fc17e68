import { Decimal128, Double, Int32, Long, MongoBulkWriteError, MongoServerError, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

async function refusalOf(promise: Promise<unknown>): Promise<MongoServerError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof MongoServerError)) throw new Error(`not refused: ${error}`);
  return error;
}

describe('the official driver', () => {
  it('writes, reads, counts and removes documents', async () => {
    await using mongo = await startClient();
    const things = mongo.collection();
    await things.insertMany([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(
      await things
        .find({ n: { $gte: 2 } })
        .sort({ n: -1 })
        .project({ _id: 0 })
        .toArray(),
    ).toEqual([{ n: 3 }, { n: 2 }]);
    expect(await things.countDocuments({ n: { $lt: 3 } })).toBe(2);
    expect(await things.estimatedDocumentCount()).toBe(3);
    expect(await things.distinct('n')).toEqual([1, 2, 3]);
    expect(await things.updateMany({ n: { $gt: 1 } }, { $inc: { n: 10 } })).toMatchObject({
      matchedCount: 2,
      modifiedCount: 2,
    });
    expect((await things.deleteMany({ n: { $gt: 10 } })).deletedCount).toBe(2);
    expect(await things.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ n: 1 }]);
  });

  it('keeps every numeric type as it was written', async () => {
    await using mongo = await startClient();
    const id = new ObjectId();
    const written = {
      _id: id,
      i: new Int32(1),
      d: new Double(1),
      l: Long.fromString('9007199254740993'),
      m: Decimal128.fromString('1.10'),
    };
    await mongo.collection().insertOne(written);
    const read = await mongo.collection().findOne({ _id: id }, { promoteValues: false, promoteLongs: false });
    expect(read).toEqual(written);
  });

  it('hands a large result over in batches and closes the cursor with the last', async () => {
    await using mongo = await startClient();
    await mongo.collection().insertMany(Array.from({ length: 1000 }, (_, n) => ({ n })));
    const cursor = mongo.collection().find({}, { batchSize: 7 });
    const read = await cursor.toArray();
    expect(read).toHaveLength(1000);
    expect(cursor.id?.isZero() ?? true).toBe(true);
  });

  it('reads what was there when the cursor was opened, though it is deleted meanwhile', async () => {
    await using mongo = await startClient();
    await mongo.collection().insertMany(Array.from({ length: 20 }, (_, n) => ({ n })));
    const cursor = mongo.collection().find({}, { batchSize: 5 });
    await cursor.next();
    await mongo.collection().deleteMany({});
    expect(await cursor.toArray()).toHaveLength(19);
  });

  it('refuses a second document under a unique key with what mongoose and the driver read from the error', async () => {
    await using mongo = await startClient();
    await mongo.collection().createIndex({ email: 1 }, { unique: true });
    await mongo.collection().insertOne({ email: 'a@b.in' });
    const error = await refusalOf(mongo.collection().insertOne({ email: 'a@b.in' }));
    expect(error).toMatchObject({
      code: 11000,
      keyPattern: { email: 1 },
      keyValue: { email: 'a@b.in' },
      message: 'E11000 duplicate key error collection: test.things index: email_1 dup key: { email: "a@b.in" }',
    });
  });

  it('changes nothing when any of several unique indexes stands in the way', async () => {
    await using mongo = await startClient();
    await mongo.collection().createIndexes([
      { key: { a: 1 }, unique: true },
      { key: { b: 1 }, unique: true },
    ]);
    await mongo.collection().insertMany([
      { _id: new ObjectId(), a: 1, b: 1 },
      { a: 2, b: 2 },
    ]);
    await refusalOf(mongo.collection().updateOne({ a: 1 }, { $set: { a: 3, b: 2 } }));
    await mongo.collection().insertOne({ a: 3, b: 3 });
    expect(await mongo.collection().countDocuments({ a: 1, b: 1 })).toBe(1);
  });

  it('goes on past an error in an unordered bulk write and stops in an ordered one', async () => {
    await using mongo = await startClient();
    const writes = [{ _id: 1 }, { _id: 1 }, { _id: 2 }].map((document) => ({ insertOne: { document } }));
    const ordered = await mongo
      .collection<{ _id: number }>('a')
      .bulkWrite(writes)
      .catch((error) => error);
    const unordered = await mongo
      .collection<{ _id: number }>('b')
      .bulkWrite(writes, { ordered: false })
      .catch((error) => error);
    expect(ordered).toBeInstanceOf(MongoBulkWriteError);
    expect([ordered.result.insertedCount, unordered.result.insertedCount]).toEqual([1, 2]);
  });

  it('answers findOneAndUpdate with the document before or after', async () => {
    await using mongo = await startClient();
    await mongo.collection<{ _id: number; n: number }>().insertOne({ _id: 1, n: 1 });
    const things = mongo.collection<{ _id: number; n: number }>();
    expect(await things.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'before' })).toEqual({
      _id: 1,
      n: 1,
    });
    expect(await things.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' })).toEqual({
      _id: 1,
      n: 3,
    });
    expect(
      await things.findOneAndUpdate({ _id: 2 }, { $inc: { n: 1 } }, { returnDocument: 'after', upsert: true }),
    ).toEqual({ _id: 2, n: 1 });
    expect(await things.findOneAndDelete({ _id: 2 })).toEqual({ _id: 2, n: 1 });
  });

  it('gives the last units of a stock to exactly as many buyers as there are units', async () => {
    await using mongo = await startClient({ memory: true }, { maxPoolSize: 20 });
    await mongo.collection().insertOne({ sku: 'rice', stock: 37 });
    const take = () => mongo.collection().updateOne({ sku: 'rice', stock: { $gte: 1 } }, { $inc: { stock: -1 } });
    const results = await Promise.all(Array.from({ length: 100 }, take));
    expect(results.filter((result) => result.modifiedCount === 1)).toHaveLength(37);
    expect(await mongo.collection().findOne({ sku: 'rice' })).toMatchObject({ stock: 0 });
  });

  it('makes one document of forty upserts at once on a unique key', async () => {
    await using mongo = await startClient({ memory: true }, { maxPoolSize: 20 });
    await mongo.collection().createIndex({ key: 1 }, { unique: true });
    const upsert = () => mongo.collection().updateOne({ key: 'one' }, { $inc: { hits: 1 } }, { upsert: true });
    await Promise.all(Array.from({ length: 40 }, upsert));
    expect(
      await mongo
        .collection()
        .find({}, { projection: { _id: 0 } })
        .toArray(),
    ).toEqual([{ key: 'one', hits: 40 }]);
  });
});
