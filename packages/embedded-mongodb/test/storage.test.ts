import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binary } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { type EmbeddedMongodbOptions, startEmbeddedMongodb } from '../src/index.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import { startClient } from './start-client.ts';

function temporaryDirectory() {
  const path = mkdtempSync(join(tmpdir(), 'embedded-mongodb-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const journalOf = (directory: string) =>
  join(
    directory,
    readdirSync(directory)
      .filter((name) => /^journal-\d+$/.test(name))
      .sort()
      .at(-1) ?? '',
  );

describe('the data directory', () => {
  it('gives everything back after a restart: documents, indexes, validators, names', async () => {
    using directory = temporaryDirectory();
    const options = { dataDirectory: directory.path };
    let uuid: Binary | undefined;
    {
      await using mongo = await startClient(options);
      await mongo.collection('a').insertMany([
        { _id: 3, n: 1 },
        { _id: 1, n: 2 },
        { _id: 2, n: 3 },
      ] as object[]);
      await mongo.collection('a').createIndex({ n: 1 }, { unique: true });
      await mongo.collection('a').createIndex({ gone: 1 });
      await mongo.collection('a').dropIndex('gone_1');
      await mongo.collection('a').updateOne({ n: 2 }, { $set: { n: 20 } });
      await mongo.collection('a').deleteOne({ n: 3 });
      await mongo.db.createCollection('strict', { validator: { $jsonSchema: { required: ['x'] } } });
      await mongo.collection('old').insertOne({ x: 1 });
      await mongo.db.renameCollection('old', 'new');
      await mongo.collection('dropped').insertOne({ x: 1 });
      await mongo.collection('dropped').drop();
      uuid = (await mongo.db.listCollections({ name: 'a' }, { nameOnly: false }).toArray())[0]?.info?.uuid;
    }
    await using mongo = await startClient(options);
    expect(await mongo.collection('a').find().toArray()).toEqual([
      { _id: 3, n: 1 },
      { _id: 1, n: 20 },
    ]);
    expect((await mongo.collection('a').indexes()).map((index) => [index.name, index.unique])).toEqual([
      ['_id_', undefined],
      ['n_1', true],
    ]);
    await expect(mongo.collection('a').insertOne({ n: 20 })).rejects.toMatchObject({ code: 11000 });
    await expect(mongo.collection('strict').insertOne({ y: 1 })).rejects.toMatchObject({ code: 121 });
    const listed = await mongo.db.listCollections({}, { nameOnly: false }).toArray();
    expect(listed.map(({ name }) => name).sort()).toEqual(['a', 'new', 'strict']);
    expect(listed.find(({ name }) => name === 'a')?.info?.uuid).toEqual(uuid);
  });

  it('reads documents larger than its window, wherever in the log they begin', async () => {
    using directory = temporaryDirectory();
    const options = { dataDirectory: directory.path, compactAfterBytes: 1e12 };
    const large = (_id: number, megabytes: number) => ({ _id, text: String(_id).repeat(megabytes * 1024 * 1024) });
    const documents = [large(1, 3), large(2, 15), large(3, 1), large(4, 7), large(5, 15)];
    {
      await using mongo = await startClient(options);
      for (const document of documents) await mongo.collection<{ _id: number }>().insertOne(document);
    }
    await using mongo = await startClient(options);
    for (const document of documents) {
      const found = await mongo.collection<{ _id: number; text: string }>().findOne({ _id: document._id });
      expect(found?.text === document.text).toBe(true);
    }
  });

  it('gives everything back without syncs too, when only the server has ended', async () => {
    using directory = temporaryDirectory();
    const options = { dataDirectory: directory.path, sync: false };
    {
      await using mongo = await startClient(options);
      await mongo.collection().insertMany(Array.from({ length: 100 }, (_, n) => ({ n })));
      expect(readFileSync(journalOf(directory.path)).byteLength).toBeGreaterThan(3000);
    }
    await using mongo = await startClient(options);
    expect(await mongo.collection().countDocuments()).toBe(100);
  });

  it('gives everything back after a compaction, without the files that it replaced', async () => {
    using directory = temporaryDirectory();
    const options = { dataDirectory: directory.path, compactAfterBytes: 50_000 };
    {
      await using mongo = await startClient(options);
      await mongo.collection().createIndex({ n: 1 });
      await mongo.collection().insertMany(Array.from({ length: 500 }, (_, n) => ({ n, text: 'x'.repeat(100) })));
      await expect
        .poll(() => readdirSync(directory.path).some((name) => name === 'snapshot-00000002'), { timeout: 5000 })
        .toBe(true);
      await mongo.collection().deleteMany({ n: { $lt: 100 } });
    }
    expect(readdirSync(directory.path).sort()).toEqual(['journal-00000002', 'snapshot-00000002']);
    await using mongo = await startClient(options);
    expect(await mongo.collection().countDocuments()).toBe(400);
    expect(await mongo.collection().indexes()).toHaveLength(2);
  });

  it('is refused to a second owner with a message that names the first, and free again afterwards', async () => {
    using directory = temporaryDirectory();
    const options: EmbeddedMongodbOptions = { dataDirectory: directory.path };
    {
      await using _first = await startEmbeddedMongodb(options);
      await expect(startEmbeddedMongodb(options)).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining(`process ${process.pid}`),
      });
    }
    await using _second = await startEmbeddedMongodb(options);
  });

  it('is taken over from an owner that died, even when its process id lives again as another process', async () => {
    using directory = temporaryDirectory();
    writeFileSync(join(directory.path, 'LOCK'), JSON.stringify({ pid: process.pid, startTime: '1' }));
    await using _server = await startEmbeddedMongodb({ dataDirectory: directory.path });
  });

  it('is refused when a newer version or another program wrote it', async () => {
    using directory = temporaryDirectory();
    await (await startEmbeddedMongodb({ dataDirectory: directory.path }))[Symbol.asyncDispose]();
    const journal = journalOf(directory.path);
    const bytes = readFileSync(journal);
    const { crc32 } = await import('node:zlib');
    bytes.writeUInt32LE(99, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
    writeFileSync(journal, bytes);
    await expect(startEmbeddedMongodb({ dataDirectory: directory.path })).rejects.toMatchObject({
      code: 'NEWER_FORMAT',
    });
    writeFileSync(journal, 'a text file that happens to be here');
    await expect(startEmbeddedMongodb({ dataDirectory: directory.path })).rejects.toMatchObject({ code: 'FOREIGN' });
    using other = temporaryDirectory();
    writeFileSync(join(other.path, 'WiredTiger'), 'WiredTiger');
    await expect(startEmbeddedMongodb({ dataDirectory: other.path })).rejects.toMatchObject({ code: 'FOREIGN' });
    expect(readdirSync(other.path)).toEqual(['WiredTiger']);
  });

  it('reopens to a clean prefix after any of 500 torn or flipped tails, and to all of it when the tail is whole', async () => {
    using directory = temporaryDirectory();
    const lengths: number[] = [];
    {
      await using mongo = await startClient({ dataDirectory: directory.path });
      for (let n = 0; n < 40; n += 1) {
        await mongo.collection<{ _id: number }>().insertOne({ _id: n });
        lengths.push(readFileSync(journalOf(directory.path)).byteLength);
      }
    }
    const whole = readFileSync(journalOf(directory.path));
    const random = seededRandom();
    const split = lengths[9] ?? 0;
    for (let round = 0; round < 500; round += 1) {
      const { bytes, at } = round % 2 === 0 ? torn(whole, split, random) : flipped(whole, split, random);
      using copy = temporaryDirectory();
      if (round % 4 < 2) {
        writeFileSync(join(copy.path, 'journal-00000001'), bytes);
      } else {
        // As a crash during a compaction leaves it: the log has changed files, the snapshot is not finished.
        writeFileSync(join(copy.path, 'journal-00000001'), whole.subarray(0, split));
        writeFileSync(
          join(copy.path, 'journal-00000002'),
          Buffer.concat([whole.subarray(0, 16), bytes.subarray(split)]),
        );
        writeFileSync(join(copy.path, 'snapshot-00000002.unfinished'), bytes);
      }
      const documents = await restoredDocuments(copy.path);
      // Document n lies before the damage exactly when the log was no longer than that once it was acknowledged.
      const intact = lengths.filter((length) => length <= at).length;
      expect(documents, `seed ${random.seed}, round ${round}, damaged at ${at}`).toBe(intact);
      expect(readdirSync(copy.path).some((name) => name.endsWith('.unfinished'))).toBe(false);
    }
  });
});

async function restoredDocuments(path: string): Promise<number> {
  const { openStorage } = await import('../src/storage/open-storage.ts');
  const storage = await openStorage(path, { onFailure: () => undefined });
  const collection = storage.catalog.find('test.things');
  const ids = Array.from(collection?.rows() ?? [], (row) => Number(row.doc['_id']));
  expect(ids).toEqual(ids.map((_, position) => position));
  await storage.close();
  return ids.length;
}

function torn(whole: Buffer, start: number, random: SeededRandom) {
  const at = start + random.below(whole.byteLength - start);
  return { at, bytes: whole.subarray(0, at) };
}

function flipped(whole: Buffer, start: number, random: SeededRandom) {
  const { at } = torn(whole, start, random);
  const bytes = Buffer.from(whole);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return { at, bytes };
}
