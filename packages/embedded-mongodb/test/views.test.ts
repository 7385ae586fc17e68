import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

interface Sale {
  _id: number;
  item: string;
  qty: number;
}
const sales: Sale[] = [
  { _id: 1, item: 'abc', qty: 10 },
  { _id: 2, item: 'abc', qty: 5 },
  { _id: 3, item: 'xyz', qty: 7 },
];

async function startWithView() {
  const mongo = await startClient();
  await mongo.collection<Sale>('sales').insertMany(sales);
  await mongo.db.createCollection('abc', { viewOn: 'sales', pipeline: [{ $match: { item: 'abc' } }] });
  return mongo;
}

// https://www.mongodb.com/docs/manual/core/views/
describe('a view', () => {
  it('is read like a collection by find, count, distinct and aggregate, with what its source holds now', async () => {
    await using mongo = await startWithView();
    const view = mongo.collection<Sale>('abc');
    expect(await view.find({}, { sort: { qty: 1 }, projection: { qty: 1 } }).toArray()).toEqual([
      { _id: 2, qty: 5 },
      { _id: 1, qty: 10 },
    ]);
    expect(await view.findOne({ qty: { $gt: 5 } })).toEqual(sales[0]);
    expect(await view.estimatedDocumentCount()).toBe(2);
    expect(await view.countDocuments({ qty: 5 })).toBe(1);
    expect(await view.distinct('qty', { qty: { $lt: 10 } })).toEqual([5]);
    const totals = [{ $group: { _id: '$item', total: { $sum: '$qty' } } }];
    expect(await view.aggregate(totals).toArray()).toEqual([{ _id: 'abc', total: 15 }]);
    await mongo.collection<Sale>('sales').insertOne({ _id: 4, item: 'abc', qty: 1 });
    expect(await view.estimatedDocumentCount()).toBe(3);
    expect(await view.find({}, { batchSize: 1 }).toArray()).toHaveLength(3);
  });

  it('can stand on a view, and be joined', async () => {
    await using mongo = await startWithView();
    await mongo.db.createCollection('large', { viewOn: 'abc', pipeline: [{ $match: { qty: { $gte: 10 } } }] });
    expect(await mongo.collection('large').find().toArray()).toEqual([sales[0]]);
    await mongo.collection<{ _id: string }>('items').insertOne({ _id: 'abc' });
    const lookup = { from: 'large', localField: '_id', foreignField: 'item', as: 'sales' };
    expect(
      await mongo
        .collection('items')
        .aggregate([{ $lookup: lookup }])
        .toArray(),
    ).toEqual([{ _id: 'abc', sales: [sales[0]] }]);
  });

  it('is listed with its definition, changed by collMod and dropped', async () => {
    await using mongo = await startWithView();
    const definition = { viewOn: 'sales', pipeline: [{ $match: { item: 'abc' } }] };
    expect(await mongo.db.listCollections({ name: 'abc' }).toArray()).toEqual([
      { name: 'abc', type: 'view', options: definition, info: { readOnly: true } },
    ]);
    await mongo.db.command({ collMod: 'abc', viewOn: 'sales', pipeline: [{ $match: { item: 'xyz' } }] });
    expect(await mongo.collection('abc').find().toArray()).toEqual([sales[2]]);
    expect(await mongo.collection('abc').drop()).toBe(true);
    expect(await mongo.collection('sales').countDocuments()).toBe(3);
  });

  // Codes: https://www.mongodb.com/docs/manual/reference/error-codes/
  it('refuses writes, indexes and definitions that go in a circle', async () => {
    await using mongo = await startWithView();
    const view = mongo.collection<Sale>('abc');
    const refusal = { code: 166, codeName: 'CommandNotSupportedOnView' };
    await expect(view.insertOne({ _id: 9, item: 'abc', qty: 1 })).rejects.toMatchObject({ code: 166 });
    await expect(view.updateOne({}, { $set: { qty: 1 } })).rejects.toMatchObject({ code: 166 });
    await expect(view.deleteMany({})).rejects.toMatchObject({ code: 166 });
    await expect(view.findOneAndDelete({})).rejects.toMatchObject(refusal);
    await expect(view.createIndex({ qty: 1 })).rejects.toMatchObject(refusal);
    await expect(view.aggregate([{ $collStats: { count: {} } }]).toArray()).rejects.toMatchObject(refusal);
    const out = mongo.collection('sales').aggregate([{ $out: 'abc' }]);
    await expect(out.toArray()).rejects.toMatchObject(refusal);
    await expect(mongo.db.createCollection('loop', { viewOn: 'loop' })).rejects.toMatchObject({
      code: 5,
      codeName: 'GraphContainsCycle',
    });
    await mongo.db.createCollection('second', { viewOn: 'abc' });
    await expect(mongo.db.command({ collMod: 'abc', viewOn: 'second', pipeline: [] })).rejects.toMatchObject({
      code: 5,
    });
    const writing = { viewOn: 'sales', pipeline: [{ $out: 'x' }] };
    await expect(mongo.db.createCollection('writing', writing)).rejects.toMatchObject({ code: 167 });
    await expect(mongo.db.command({ create: 'x', pipeline: [] })).rejects.toMatchObject({ code: 72 });
    expect(await mongo.collection('sales').countDocuments()).toBe(3);
  });
});
