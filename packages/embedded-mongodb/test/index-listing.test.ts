import mongoose, { Schema } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { startEmbeddedMongodb } from '../src/index.ts';
import { startClient } from './start-client.ts';

/** What https://www.mongodb.com/docs/manual/reference/collation/ gives a collation that names its locale alone. */
const defaults = {
  caseLevel: false,
  caseFirst: 'off',
  strength: 3,
  numericOrdering: false,
  alternate: 'non-ignorable',
  maxVariable: 'punct',
  normalization: false,
  backwards: false,
  version: '57.1',
};

// https://www.mongodb.com/docs/manual/reference/command/listIndexes/
describe('what listIndexes and listCollections show', () => {
  it('shows a collation with everything it left out, and none for "simple"', async () => {
    await using mongo = await startClient();
    const collation = { locale: 'en', strength: 2 };
    const things = await mongo.db.createCollection('things', { collation });
    await things.createIndex({ inherits: 1 });
    await things.createIndex({ own: 1 }, { collation: { locale: 'fr', caseFirst: 'upper' } });
    await things.createIndex({ bytes: 1 }, { collation: { locale: 'simple' } });
    const indexes = await things.indexes();
    expect(indexes.map(({ name, collation: shown }) => [name, shown])).toEqual([
      ['_id_', undefined],
      ['inherits_1', { ...defaults, ...collation }],
      ['own_1', { ...defaults, locale: 'fr', caseFirst: 'upper' }],
      ['bytes_1', undefined],
    ]);
    expect(await things.options()).toEqual({ collation: { ...defaults, ...collation } });
  });

  // https://www.mongodb.com/docs/manual/reference/limits/#mongodb-limit-Number-of-Indexes-per-Collection
  it('holds 64 indexes, that of _id among them, and refuses another without a trace', async () => {
    await using mongo = await startClient();
    const things = mongo.collection();
    await things.createIndexes(Array.from({ length: 63 }, (_, n) => ({ key: { [`f${n}`]: 1 } })));
    const another = things.createIndexes([{ key: { f1: 1 } }, { key: { one: 1 } }]);
    await expect(another).rejects.toMatchObject({ code: 67, codeName: 'CannotCreateIndex' });
    expect(await things.indexes()).toHaveLength(64);
  });

  it('takes one collation said short and in full as the same index and the same collection', async () => {
    await using mongo = await startClient();
    const things = await mongo.db.createCollection('things', { collation: { locale: 'en' } });
    await things.createIndex({ a: 1 }, { collation: { locale: 'en', strength: 2 } });
    await things.createIndex({ a: 1 }, { collation: { ...defaults, locale: 'en', strength: 2 } as never });
    expect(await things.indexes()).toHaveLength(2);
    const again = mongo.db.createCollection('things', { collation: { locale: 'en', strength: 3 } });
    await expect(again).resolves.toBeDefined();
  });
});

describe('mongoose', () => {
  it('finds the indexes of its schemas as it made them, whatever their kind', async () => {
    await using server = await startEmbeddedMongodb({ memory: true });
    const connection = await mongoose.createConnection(server.url, { dbName: 'shop' }).asPromise();
    const schema = new Schema({ a: String, b: Number, at: Date, place: {}, flat: [Number] }, { autoIndex: false });
    schema.index({ a: 'text' }, { weights: { a: 5 }, name: 'words', default_language: 'none' });
    schema.index({ place: '2dsphere' });
    schema.index({ flat: '2d' }, { min: -100, max: 100 });
    schema.index({ b: 1 }, { partialFilterExpression: { b: { $gt: 5 } } });
    schema.index({ a: 1 }, { collation: { locale: 'en', strength: 2 }, unique: true });
    schema.index({ at: 1 }, { expires: '1d' });
    schema.index({ '$**': 1 }, { wildcardProjection: { b: 0 } });
    schema.index({ b: 'hashed' });
    schema.index({ b: -1, a: 1 }, { sparse: true });
    const thing = connection.model('Thing', schema);
    expect(await thing.syncIndexes()).toEqual([]);
    expect(await thing.listIndexes()).toHaveLength(10);
    expect(await thing.diffIndexes()).toEqual({ toDrop: [], toCreate: [] });
    expect(await thing.syncIndexes()).toEqual([]);
    await thing.collection.createIndex({ stray: 1 });
    expect(await thing.cleanIndexes()).toEqual(['stray_1']);
    await connection.close();
  });
});
