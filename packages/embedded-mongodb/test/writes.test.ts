import { Long, ObjectId, Timestamp } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { FileJournal } from '../src/storage/file-journal.ts';
import { startClient } from './start-client.ts';

describe('bulk and unusual writes', () => {
  it('reports every outcome of a bulk write over several collections', async () => {
    await using mongo = await startClient();
    const id = new ObjectId();
    const result = await mongo.client.bulkWrite(
      [
        { namespace: 'test.a', name: 'insertOne', document: { _id: id, n: 1 } },
        { namespace: 'test.a', name: 'updateOne', filter: { n: 1 }, update: { $inc: { n: 1 } } },
        { namespace: 'test.b', name: 'replaceOne', filter: { k: 1 }, replacement: { k: 2 }, upsert: true },
        { namespace: 'test.a', name: 'deleteMany', filter: {} },
      ],
      { verboseResults: true },
    );
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 1,
      modifiedCount: 1,
      upsertedCount: 1,
      deletedCount: 1,
    });
    expect(result.updateResults?.get(2)?.upsertedId).toBeInstanceOf(ObjectId);
  });

  it('stops an ordered bulk write at the first error and runs the rest of an unordered one', async () => {
    await using mongo = await startClient();
    const writes = [1, 1, 2].map((n) => ({
      namespace: 'test.a',
      name: 'insertOne' as const,
      document: { _id: n as unknown as ObjectId },
    }));
    const ordered = await mongo.client.bulkWrite(writes).catch((error) => error);
    expect([...ordered.writeErrors.keys()]).toEqual([1]);
    expect(await mongo.collection('a').countDocuments()).toBe(1);
    await mongo.client.bulkWrite(writes, { ordered: false }).catch(() => undefined);
    expect(await mongo.collection('a').countDocuments()).toBe(2);
  });

  it('writes without an answer when none is asked for, and goes on with the same connection', async () => {
    await using mongo = await startClient({ memory: true }, { maxPoolSize: 1 });
    const result = await mongo.collection().insertOne({ n: 1 }, { writeConcern: { w: 0 } });
    expect(result.acknowledged).toBe(false);
    expect(await mongo.collection().countDocuments()).toBe(1);
  });

  it('counts what a many-update changed before it failed', async () => {
    await using mongo = await startClient();
    await mongo.collection().insertMany([{ n: 1 }, { n: 2 }, { n: 'three' }, { n: 4 }]);
    const reply = await mongo.db.command({
      update: 'things',
      updates: [{ q: {}, u: { $inc: { n: 1 } }, multi: true }],
    });
    expect(reply).toMatchObject({ n: 2, nModified: 2, writeErrors: [{ index: 0, code: 14 }] });
  });

  it('puts _id first and keeps the order of all other fields', async () => {
    await using mongo = await startClient();
    await mongo.db.command({ insert: 'things', documents: [{ z: 1, a: Long.ONE, _id: 'x', m: 1 }] });
    expect(Object.keys((await mongo.collection().findOne()) ?? {})).toEqual(['_id', 'z', 'a', 'm']);
  });

  it('takes null for an _id, wherever it stands, and gives an empty timestamp the time of the insert', async () => {
    await using mongo = await startClient();
    await mongo.db.command({ insert: 'things', documents: [{ n: 1, _id: null, at: new Timestamp({ t: 0, i: 0 }) }] });
    const found = await mongo.collection<{ _id: null; at: Timestamp }>().findOne({ _id: null });
    expect(found?.at.getHighBits()).toBeGreaterThan(1_700_000_000);
    await mongo.db.command({ update: 'nulls', updates: [{ q: { _id: null }, u: { $set: { n: 1 } }, upsert: true }] });
    expect(await mongo.collection('nulls').findOne({}, { promoteValues: true })).toEqual({ _id: null, n: 1 });
  });

  it('writes the outcome of a pipeline into a collection and merges by a unique key', async () => {
    await using mongo = await startClient();
    await mongo.collection('sales').insertMany([
      { sku: 'a', n: 2 },
      { sku: 'a', n: 3 },
      { sku: 'b', n: 1 },
    ]);
    await mongo.collection('totals').createIndex({ sku: 1 }, { unique: true });
    await mongo.collection('totals').insertOne({ sku: 'a', note: 'kept' });
    const group = [{ $group: { _id: '$sku', total: { $sum: '$n' } } }, { $project: { _id: 0, sku: '$_id', total: 1 } }];
    await mongo
      .collection('sales')
      .aggregate([...group, { $merge: { into: 'totals', on: 'sku' } }])
      .toArray();
    const totals = await mongo
      .collection('totals')
      .find({}, { projection: { _id: 0 } })
      .sort({ sku: 1 })
      .toArray();
    expect(totals).toEqual([
      { sku: 'a', note: 'kept', total: 5 },
      { sku: 'b', total: 1 },
    ]);
    await mongo
      .collection('sales')
      .aggregate([{ $match: { sku: 'b' } }, { $out: 'totals' }])
      .toArray();
    expect(await mongo.collection('totals').distinct('sku')).toEqual(['b']);
    expect(await mongo.collection('totals').indexes()).toHaveLength(2);
  });
});

describe('the log', () => {
  it('acknowledges nothing more once the disk has refused, and says so once', async () => {
    const failures: Error[] = [];
    const journal = new FileJournal({ onFailure: (error) => failures.push(error), onFlushed: () => undefined });
    // /dev/full takes no byte: the header is the first write that fails.
    await expect(journal.open('/dev/full', 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    await journal.open('/dev/full', 16);
    journal.record({ kind: 'dropCollection', namespace: 'a.b' });
    await expect(journal.flushed()).rejects.toMatchObject({ code: 'DISK' });
    await expect(journal.flushed()).rejects.toMatchObject({ code: 'DISK' });
    expect(() => journal.record({ kind: 'dropCollection', namespace: 'a.b' })).toThrow(/could not be written/);
    expect(failures).toHaveLength(1);
  });
});
