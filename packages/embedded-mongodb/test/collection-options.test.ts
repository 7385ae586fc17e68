import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

const noon = new Date('2026-01-01T12:00:00Z');

// https://www.mongodb.com/docs/manual/core/timeseries-collections/
describe('a time series', () => {
  const timeseries = { timeField: 'time', metaField: 'sensor', granularity: 'minutes' };

  it('takes measurements with one _id twice, and every one needs its time', async () => {
    await using mongo = await startClient();
    const series = await mongo.db.createCollection<{ _id: number; time: Date }>('series', { timeseries });
    const measurements = [
      { _id: 1, time: noon },
      { _id: 1, time: new Date(noon.getTime() + 1000) },
    ];
    await series.insertMany(measurements);
    expect(await series.find({ _id: 1 }, { sort: { time: 1 } }).toArray()).toEqual(measurements);
    const timeless = mongo.collection('series').insertOne({ at: noon });
    await expect(timeless).rejects.toMatchObject({ code: 2 });
    expect(await series.deleteMany({ _id: 1 })).toMatchObject({ deletedCount: 2 });
  });

  it('is listed with the span of its buckets, and expires by its time', async () => {
    let now = noon;
    await using mongo = await startClient({ memory: true, ttlSweepMs: 20, now: () => now });
    const series = await mongo.db.createCollection('series', { timeseries, expireAfterSeconds: 60 });
    const [listed] = await mongo.db.listCollections({ name: 'series' }).toArray();
    expect(listed).toMatchObject({
      type: 'timeseries',
      options: { expireAfterSeconds: 60, timeseries: { ...timeseries, bucketMaxSpanSeconds: 86_400 } },
    });
    await series.insertOne({ time: noon });
    now = new Date(noon.getTime() + 61_000);
    await expect.poll(() => series.countDocuments()).toBe(0);
  });

  it('refuses an unknown granularity and updates', async () => {
    await using mongo = await startClient();
    const wrong = { timeField: 'time', granularity: 'days' };
    await expect(mongo.db.command({ create: 's', timeseries: wrong })).rejects.toMatchObject({ code: 2 });
    const series = await mongo.db.createCollection('series', { timeseries });
    await series.insertOne({ time: noon });
    await expect(series.updateMany({}, { $set: { a: 1 } })).rejects.toMatchObject({ code: 115 });
  });
});

// https://www.mongodb.com/docs/manual/core/clustered-collections/
describe('a clustered collection', () => {
  it('has its index under the name it was given, and no other on _id', async () => {
    await using mongo = await startClient();
    const clusteredIndex = { key: { _id: 1 }, unique: true, name: 'by id' };
    const things = await mongo.db.createCollection('things', { clusteredIndex });
    const spec = { v: 2, key: { _id: 1 }, name: 'by id', unique: true };
    expect(await things.options()).toEqual({ clusteredIndex: spec });
    expect(await things.indexes()).toEqual([{ ...spec, clustered: true }]);
    await things.insertOne({ n: 1 });
    expect(await things.find({}, { hint: 'by id' }).toArray()).toHaveLength(1);
  });

  it('is refused with another key', async () => {
    await using mongo = await startClient();
    const clusteredIndex = { key: { n: 1 }, unique: true };
    await expect(mongo.db.command({ create: 'c', clusteredIndex })).rejects.toMatchObject({ code: 197 });
  });
});

// https://www.mongodb.com/docs/manual/reference/command/collMod/
describe('collMod', () => {
  it('makes a prepared index unique, or names the documents in the way', async () => {
    await using mongo = await startClient();
    const things = mongo.collection<{ _id: number; n: number }>();
    await things.createIndex({ n: 1 });
    await things.insertMany([
      { _id: 1, n: 1 },
      { _id: 2, n: 1 },
      { _id: 3, n: 2 },
    ]);
    const index = { keyPattern: { n: 1 } };
    await expect(mongo.db.command({ collMod: 'things', index: { ...index, unique: true } })).rejects.toMatchObject({
      code: 72,
    });
    await mongo.db.command({ collMod: 'things', index: { ...index, prepareUnique: true } });
    await expect(things.insertOne({ _id: 4, n: 2 })).rejects.toMatchObject({ code: 11000 });
    const convert = { collMod: 'things', index: { ...index, unique: true } };
    const refused = await mongo.db.command(convert).catch((error) => error);
    expect(refused).toMatchObject({ code: 359, codeName: 'CannotConvertIndexToUnique' });
    expect(refused.errorResponse.violations).toEqual([{ ids: [1, 2] }]);
    await things.deleteOne({ _id: 2 });
    expect(await mongo.db.command(convert)).toMatchObject({ unique_new: true });
    await expect(things.insertOne({ _id: 4, n: 1 })).rejects.toMatchObject({ code: 11000 });
  });

  it('turns change stream images on and off, which listCollections shows', async () => {
    await using mongo = await startClient();
    const things = await mongo.db.createCollection('things', { changeStreamPreAndPostImages: { enabled: true } });
    expect(await things.options()).toEqual({ changeStreamPreAndPostImages: { enabled: true } });
    await mongo.db.command({ collMod: 'things', changeStreamPreAndPostImages: { enabled: false } });
    expect(await things.options()).toEqual({});
  });
});

// https://www.mongodb.com/docs/manual/reference/method/cursor.min/ , cursor.returnKey/ , cursor.showRecordId/
describe('find on an index', () => {
  it('takes min with the bound and max without, in the order of the hinted index', async () => {
    await using mongo = await startClient();
    const things = mongo.collection<{ _id: number; n: number }>();
    await things.insertMany([5, 3, 1, 2, 4].map((n) => ({ _id: n, n: n * 10 })));
    await things.createIndex({ n: 1 });
    const found = await things.find({}, { hint: { n: 1 }, min: { n: 20 }, max: { n: 40 } }).toArray();
    expect(found.map(({ _id }) => _id)).toEqual([2, 3]);
    const limited = await things.find({}, { hint: { n: 1 }, min: { n: 20 }, skip: 1, limit: 1 }).toArray();
    expect(limited.map(({ _id }) => _id)).toEqual([3]);
    await expect(things.find({}, { min: { n: 1 } }).toArray()).rejects.toMatchObject({ code: 51173 });
    await expect(things.find({}, { hint: { n: 1 }, min: { _id: 1 } }).toArray()).rejects.toMatchObject({ code: 51174 });
    const backwards = things.find({}, { hint: { n: 1 }, min: { n: 4 }, max: { n: 2 } });
    await expect(backwards.toArray()).rejects.toMatchObject({ code: 51175 });
  });

  it('gives keys alone, and record ids beside the document', async () => {
    await using mongo = await startClient();
    const things = mongo.collection<{ _id: number; n: number }>();
    await things.insertOne({ _id: 7, n: 10 });
    await things.createIndex({ n: 1 });
    expect(await things.find({ n: 10 }, { returnKey: true }).toArray()).toEqual([{ n: 10 }]);
    const [shown] = await things.find({}, { showRecordId: true }).toArray();
    expect(shown).toEqual({ _id: 7, n: 10, $recordId: 1 });
  });
});
