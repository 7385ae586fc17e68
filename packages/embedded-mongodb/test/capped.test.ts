import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

interface Entry {
  _id: number;
  text?: string;
}
const range = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ _id: from + n }));

// https://www.mongodb.com/docs/manual/core/capped-collections/
describe('a capped collection', () => {
  it('keeps the newest documents in the order of their insertion, by count and by size', async () => {
    await using mongo = await startClient();
    const few = await mongo.db.createCollection<Entry>('few', { capped: true, size: 100_000, max: 3 });
    await few.insertMany(range(1, 5));
    expect(await few.find().toArray()).toEqual(range(3, 5));
    expect(await few.find({}, { sort: { $natural: -1 } }).toArray()).toEqual(range(3, 5).reverse());
    const small = await mongo.db.createCollection<Entry>('small', { capped: true, size: 4096 });
    await small.insertMany(range(1, 10).map((entry) => ({ ...entry, text: 'x'.repeat(1000) })));
    expect((await small.find().toArray()).map(({ _id }) => _id)).toEqual([8, 9, 10]);
  });

  it('is listed with its limits, rounded up to 256 bytes, and known by collStats', async () => {
    await using mongo = await startClient();
    const capped = await mongo.db.createCollection('capped', { capped: true, size: 1000, max: 3 });
    expect(await capped.options()).toEqual({ capped: true, size: 1024, max: 3 });
    expect(await capped.isCapped()).toBe(true);
    expect(await mongo.db.command({ collStats: 'capped' })).toMatchObject({ capped: true, max: 3, maxSize: 1024 });
    await mongo.db.command({ collMod: 'capped', cappedMax: 1 });
    expect((await capped.options())['max']).toBe(1);
  });

  it('is made of a collection by convertToCapped, whose oldest documents go', async () => {
    await using mongo = await startClient();
    const things = mongo.collection<Entry>();
    await things.insertMany(range(1, 10).map((entry) => ({ ...entry, text: 'x'.repeat(1000) })));
    await mongo.db.command({ convertToCapped: 'things', size: 4096 });
    expect((await things.find().toArray()).map(({ _id }) => _id)).toEqual([8, 9, 10]);
  });

  it('is the same after a restart', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'capped-'));
    try {
      {
        await using mongo = await startClient({ dataDirectory });
        const few = await mongo.db.createCollection<Entry>('few', { capped: true, size: 4096, max: 3 });
        await few.insertMany(range(1, 7));
      }
      await using mongo = await startClient({ dataDirectory });
      const few = mongo.collection<Entry>('few');
      expect(await few.find().toArray()).toEqual(range(5, 7));
      await few.insertOne({ _id: 8 });
      expect(await few.find().toArray()).toEqual(range(6, 8));
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  it('opens again with a document that was stored under a larger cap', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'capped-'));
    const options = { dataDirectory, compactAfterBytes: 1 };
    try {
      {
        await using mongo = await startClient(options);
        const few = await mongo.db.createCollection<Entry>('few', { capped: true, size: 20_000 });
        await few.insertOne({ _id: 1, text: 'x'.repeat(10_000) });
        await mongo.db.command({ collMod: 'few', cappedSize: 4096 });
        await mongo.collection<Entry>('other').insertOne({ _id: 1 });
      }
      await using mongo = await startClient(options);
      expect(await mongo.collection('few').countDocuments()).toBe(1);
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  it('refuses limits that are none', async () => {
    await using mongo = await startClient();
    const invalid = { code: 72, codeName: 'InvalidOptions' };
    await expect(mongo.db.command({ create: 'c', capped: true })).rejects.toMatchObject(invalid);
    await expect(mongo.db.command({ create: 'c', size: 1000 })).rejects.toMatchObject(invalid);
    await expect(mongo.db.command({ create: 'c', capped: true, size: 0 })).rejects.toMatchObject({ code: 2 });
    await mongo.db.createCollection('full', { capped: true, size: 4096 });
    const tooLarge = mongo.collection('full').insertOne({ text: 'x'.repeat(5000) });
    await expect(tooLarge).rejects.toMatchObject({ code: 2 });
    const out = mongo.collection('full').aggregate([{ $out: 'full' }]);
    await expect(out.toArray()).rejects.toMatchObject({ code: 17152 });
  });
});

// https://www.mongodb.com/docs/manual/core/tailable-cursors/
describe('a tailable cursor', () => {
  it('gives what is inserted after it was opened, and waits for it when asked to', async () => {
    await using mongo = await startClient();
    const log = await mongo.db.createCollection<Entry>('log', { capped: true, size: 100_000 });
    await log.insertMany(range(1, 2));
    await using cursor = log.find({ _id: { $ne: 3 } }, { tailable: true, awaitData: true, maxAwaitTimeMS: 20_000 });
    expect(await cursor.next()).toEqual({ _id: 1 });
    expect(await cursor.next()).toEqual({ _id: 2 });
    const next = cursor.next();
    await log.insertOne({ _id: 3 });
    await log.insertOne({ _id: 4 });
    expect(await next).toEqual({ _id: 4 });
  });

  it('stays open at the end without waiting', async () => {
    await using mongo = await startClient();
    const log = await mongo.db.createCollection<Entry>('log', { capped: true, size: 100_000 });
    await log.insertOne({ _id: 1 });
    await using cursor = log.find({}, { tailable: true });
    expect(await cursor.tryNext()).toEqual({ _id: 1 });
    expect(await cursor.tryNext()).toBeNull();
    await log.insertOne({ _id: 2 });
    expect(await cursor.tryNext()).toEqual({ _id: 2 });
  });

  it('says that it lost its place when the cap pushed it out', async () => {
    await using mongo = await startClient();
    const log = await mongo.db.createCollection<Entry>('log', { capped: true, size: 100_000, max: 2 });
    await log.insertMany(range(1, 2));
    await using cursor = log.find({}, { tailable: true });
    await cursor.tryNext();
    await cursor.tryNext();
    await log.insertMany(range(3, 6));
    await expect(cursor.tryNext()).rejects.toMatchObject({ code: 136, codeName: 'CappedPositionLost' });
  });

  it('is refused on other collections and in another order, and closed at once on an empty one', async () => {
    await using mongo = await startClient();
    await mongo.collection<Entry>().insertOne({ _id: 1 });
    await expect(mongo.collection().find({}, { tailable: true }).next()).rejects.toMatchObject({ code: 2 });
    await mongo.db.createCollection('log', { capped: true, size: 4096 });
    const reply = await mongo.db.command({ find: 'log', tailable: true });
    expect(reply['cursor'].id.toString()).toBe('0');
    await expect(mongo.db.command({ find: 'log', tailable: true, sort: { n: 1 } })).rejects.toMatchObject({ code: 2 });
    await expect(mongo.db.command({ find: 'log', awaitData: true })).rejects.toMatchObject({ code: 9 });
  });
});
