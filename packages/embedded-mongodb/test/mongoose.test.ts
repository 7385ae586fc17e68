import mongoose, { Schema } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { startEmbeddedMongodb } from '../src/index.ts';

async function startMongoose() {
  const server = await startEmbeddedMongodb({ memory: true });
  const connection = await mongoose.createConnection(server.url, { dbName: 'shop' }).asPromise();
  return {
    connection,
    async [Symbol.asyncDispose]() {
      await connection.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function createModels(connection: mongoose.Connection) {
  const author = connection.model('Author', new Schema({ name: { type: String, required: true, unique: true } }));
  const book = connection.model(
    'Book',
    new Schema(
      {
        title: { type: String, required: true, minlength: 2 },
        author: { type: Schema.Types.ObjectId, ref: 'Author' },
        tags: [String],
        editions: [{ year: Number, copies: Number }],
        meta: { type: Map, of: Number },
      },
      { timestamps: true, optimisticConcurrency: true },
    ),
  );
  return { author, book };
}

describe('mongoose', () => {
  it('creates, populates, updates and removes documents', async () => {
    await using mongo = await startMongoose();
    const { author, book } = createModels(mongo.connection);
    const tagore = await author.create({ name: 'Tagore' });
    const made = await book.create({
      title: 'Gitanjali',
      author: tagore._id,
      tags: ['poems'],
      editions: [{ year: 1910, copies: 5 }],
      meta: new Map([['stars', 5]]),
    });
    made.tags.push('nobel');
    made.set('meta.stars', 6);
    await made.save();
    const found = await book.findOne({ tags: 'nobel' }).populate('author').orFail();
    expect(found.toObject()).toMatchObject({
      title: 'Gitanjali',
      author: { name: 'Tagore' },
      tags: ['poems', 'nobel'],
    });
    expect(found.meta?.get('stars')).toBe(6);
    await book.updateOne({ 'editions.year': 1910 }, { $inc: { 'editions.$.copies': 2 } });
    expect((await book.findById(made._id).orFail()).editions[0]?.copies).toBe(7);
    await found.deleteOne();
    expect(await book.countDocuments()).toBe(0);
  });

  it('notices that another writer saved the document in between', async () => {
    await using mongo = await startMongoose();
    const { book } = createModels(mongo.connection);
    const made = await book.create({ title: 'Godan' });
    const stale = await book.findById(made._id).orFail();
    made.title = 'Godaan';
    await made.save();
    stale.title = 'Go-daan';
    await expect(stale.save()).rejects.toBeInstanceOf(mongoose.Error.VersionError);
  });

  it('builds the indexes of its schemas and meets E11000 on a second document', async () => {
    await using mongo = await startMongoose();
    const { author } = createModels(mongo.connection);
    await author.createIndexes();
    await author.create({ name: 'Mahasweta' });
    await expect(author.create({ name: 'Mahasweta' })).rejects.toMatchObject({ code: 11000, keyPattern: { name: 1 } });
    expect(Object.keys(await author.collection.indexInformation())).toEqual(['_id_', 'name_1']);
    expect(await author.syncIndexes()).toEqual([]);
  });

  it('runs bulk writes, aggregations, lean queries and cursors', async () => {
    await using mongo = await startMongoose();
    const { author, book } = createModels(mongo.connection);
    const [a, b] = await author.insertMany([{ name: 'A1' }, { name: 'B1' }]);
    await book.bulkWrite([
      { insertOne: { document: { title: 'one', author: a?._id, tags: ['x'] } } },
      { insertOne: { document: { title: 'two', author: b?._id, tags: ['x', 'y'] } } },
      { updateOne: { filter: { title: 'three' }, update: { $set: { author: b?._id } }, upsert: true } },
    ]);
    const perAuthor = await book.aggregate([
      { $group: { _id: '$author', titles: { $push: '$title' } } },
      { $lookup: { from: 'authors', localField: '_id', foreignField: '_id', as: 'author' } },
      { $unwind: '$author' },
      { $sort: { 'author.name': 1 } },
      { $project: { _id: 0, name: '$author.name', count: { $size: '$titles' } } },
    ]);
    expect(perAuthor).toEqual([
      { name: 'A1', count: 1 },
      { name: 'B1', count: 2 },
    ]);
    const titles: string[] = [];
    for await (const item of book.find().sort('title').lean().cursor({ batchSize: 1 })) titles.push(item.title);
    expect(titles).toEqual(['one', 'three', 'two']);
    expect(await book.exists({ tags: { $size: 2 } })).not.toBeNull();
  });

  // https://www.mongodb.com/docs/manual/core/schema-validation/handle-invalid-documents/
  it('learns from errInfo which rule of the collection a document breaks, by insert and by update', async () => {
    await using mongo = await startMongoose();
    const validator = { $jsonSchema: { properties: { copies: { minimum: 1, description: 'at least one' } } } };
    const stock = mongo.connection.model(
      'Stock',
      new Schema({ copies: Number }, { autoCreate: false, autoIndex: false }),
    );
    await stock.createCollection({ validator });
    const rule = {
      operatorName: 'minimum',
      specifiedAs: { minimum: 1 },
      reason: 'comparison failed',
      consideredValue: 0,
    };
    const property = { propertyName: 'copies', description: 'at least one', details: [rule] };
    const rules = [{ operatorName: 'properties', propertiesNotSatisfied: [property] }];
    const details = { operatorName: '$jsonSchema', schemaRulesNotSatisfied: rules };
    const made = await stock.create({ copies: 1 });
    for (const write of [stock.create({ _id: made._id, copies: 0 }), stock.updateOne({}, { copies: 0 })]) {
      await expect(write).rejects.toMatchObject({ code: 121, errInfo: { failingDocumentId: made._id, details } });
    }
  });

  it('refuses a transaction with the code of a standalone mongod', async () => {
    await using mongo = await startMongoose();
    const { author } = createModels(mongo.connection);
    // The driver wraps the refusal into advice of its own.
    const run = mongo.connection.transaction((session) => author.create([{ name: 'C' }], { session }));
    await expect(run).rejects.toMatchObject({ originalError: { code: 20 } });
  });
});
