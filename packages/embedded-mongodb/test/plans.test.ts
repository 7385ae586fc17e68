import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

/** The parts of explain that tests of a product look at. */
interface Explained {
  queryPlanner: { winningPlan: Stage };
  executionStats: { nReturned: number; totalDocsExamined: number; totalKeysExamined: number };
}
interface Stage {
  stage: string;
  indexName?: string;
  direction?: string;
  inputStage?: Stage;
  inputStages?: Stage[];
}

function stagesOf(stage: Stage | undefined): string[] {
  if (!stage) return [];
  return [
    stage.indexName ? `${stage.stage} ${stage.indexName}` : stage.stage,
    ...stagesOf(stage.inputStage),
    ...(stage.inputStages ?? []).flatMap(stagesOf),
  ];
}

async function startShop() {
  const mongo = await startClient();
  const orders = mongo.collection<Record<string, unknown>>('orders');
  await orders.insertMany(
    Array.from({ length: 1000 }, (_, n) => ({
      customer: `c${n % 50}`,
      status: n % 10 === 0 ? 'OPEN' : 'DONE',
      placedAt: new Date(n * 1000),
      tags: [`t${n % 7}`, `u${n % 3}`],
      ...(n % 100 === 0 ? { coupon: `k${n}` } : {}),
    })),
  );
  await orders.createIndex({ customer: 1, placedAt: -1 });
  await orders.createIndex({ status: 1 }, { partialFilterExpression: { status: 'OPEN' }, name: 'open' });
  await orders.createIndex({ coupon: 1 }, { sparse: true });
  await orders.createIndex({ tags: 1 });
  const explain = async (filter: object, sort: Record<string, 1 | -1> = {}, limit = 0) => {
    const plan = (await orders.find(filter).sort(sort).limit(limit).explain('executionStats')) as unknown as Explained;
    return { stages: stagesOf(plan.queryPlanner.winningPlan), ...plan.executionStats };
  };
  return { ...mongo, orders, explain, [Symbol.asyncDispose]: mongo[Symbol.asyncDispose] };
}

describe('the planner', () => {
  it('finds one customer newest first by the index alone, without a sort', async () => {
    await using shop = await startShop();
    expect(await shop.explain({ customer: 'c7' }, { placedAt: -1 }, 5)).toMatchObject({
      stages: ['LIMIT', 'FETCH', 'IXSCAN customer_1_placedAt_-1'],
      nReturned: 5,
      totalDocsExamined: 5,
      totalKeysExamined: 5,
    });
  });

  it('reads no more documents than a keyset page needs', async () => {
    await using shop = await startShop();
    const page = { customer: 'c7', placedAt: { $lt: new Date(500_000) } };
    expect(await shop.explain(page, { placedAt: -1 }, 5)).toMatchObject({ nReturned: 5, totalDocsExamined: 5 });
    expect(await shop.explain(page, { placedAt: 1 }, 5)).toMatchObject({ nReturned: 5, totalDocsExamined: 5 });
  });

  it('uses a partial index only when the filter cannot leave it', async () => {
    await using shop = await startShop();
    expect((await shop.explain({ status: 'OPEN' })).stages).toEqual(['FETCH', 'IXSCAN open']);
    expect((await shop.explain({ status: 'DONE' })).stages).toEqual(['COLLSCAN']);
    expect((await shop.explain({ status: { $in: ['OPEN', 'DONE'] } })).stages).toEqual(['COLLSCAN']);
  });

  it('uses a sparse index for a value and never for null, which documents without the field match', async () => {
    await using shop = await startShop();
    expect(await shop.explain({ coupon: 'k100' })).toMatchObject({
      stages: ['FETCH', 'IXSCAN coupon_1'],
      totalDocsExamined: 1,
    });
    expect(await shop.explain({ coupon: null })).toMatchObject({ stages: ['COLLSCAN'], nReturned: 990 });
  });

  it('looks ids up, unites the indexes of an $or, and meets a document with two matching tags once', async () => {
    await using shop = await startShop();
    const one = await shop.orders.findOne({});
    expect((await shop.explain({ _id: one?.['_id'] })).stages).toEqual(['IDHACK _id_']);
    const either = await shop.explain({ $or: [{ customer: 'c1' }, { coupon: 'k200' }] });
    expect(either).toMatchObject({ nReturned: 21, totalDocsExamined: 21 });
    expect(either.stages).not.toContain('COLLSCAN');
    expect((await shop.explain({ tags: { $in: ['t1', 'u1'] } })).nReturned).toBe(
      await shop.orders.countDocuments({ $expr: { $or: [{ $in: ['t1', '$tags'] }, { $in: ['u1', '$tags'] }] } }),
    );
  });

  it('follows a hint, reads backwards by $natural, and refuses a hint that names no index with BadValue', async () => {
    await using shop = await startShop();
    const hinted = (await shop.orders
      .find({ status: 'OPEN' })
      .hint('customer_1_placedAt_-1')
      .explain()) as unknown as Explained;
    expect(stagesOf(hinted.queryPlanner.winningPlan)).toEqual(['FETCH', 'IXSCAN customer_1_placedAt_-1']);
    const last = await shop.orders.find().sort({ $natural: -1 }).limit(1).toArray();
    expect(last[0]?.['placedAt']).toEqual(new Date(999_000));
    await expect(shop.orders.find().hint('nothing').toArray()).rejects.toMatchObject({ code: 2, codeName: 'BadValue' });
  });

  it('gives the first stages of a pipeline to the index', async () => {
    await using shop = await startShop();
    const pipeline = [
      { $match: { customer: 'c3' } },
      { $sort: { placedAt: -1 } },
      { $limit: 3 },
      { $project: { status: 1 } },
    ];
    const plan = await shop.orders.aggregate(pipeline).explain('executionStats');
    const { $cursor } = (plan as { stages: { $cursor: Explained }[] }).stages[0] ?? {};
    expect($cursor?.executionStats).toMatchObject({ nReturned: 3, totalDocsExamined: 3 });
  });

  it('leaves a hidden index alone until it is shown again', async () => {
    await using shop = await startShop();
    const hide = (hidden: boolean) => shop.db.command({ collMod: 'orders', index: { name: 'coupon_1', hidden } });
    expect(await hide(true)).toMatchObject({ hidden_old: false, hidden_new: true });
    expect((await shop.explain({ coupon: 'k100' })).stages).toEqual(['COLLSCAN']);
    await hide(false);
    expect((await shop.explain({ coupon: 'k100' })).stages).toEqual(['FETCH', 'IXSCAN coupon_1']);
  });

  it('finds every index whole when asked to validate', async () => {
    await using shop = await startShop();
    await shop.orders.updateMany({}, { $push: { tags: 'v' } } as object);
    await shop.orders.deleteMany({ status: 'OPEN' });
    expect(await shop.db.command({ validate: 'orders' })).toMatchObject({
      valid: true,
      nrecords: 900,
      keysPerIndex: { open: 0, tags_1: 2700 },
    });
  });

  // https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/#compound-multikey-indexes
  it('refuses an order over two arrays of one document, however it is found, as an index over both refuses it', async () => {
    await using mongo = await startClient();
    const things = mongo.collection('things');
    await things.insertMany([
      { n: 1, a: [1, 2], b: [3, 4] },
      { n: 2, a: [1, 2], b: 3 },
    ]);
    const order = { a: 1, b: 1 } as const;
    const refusal = { code: 2, codeName: 'BadValue' };
    await expect(things.createIndex(order)).rejects.toMatchObject({ code: 171 });
    await things.createIndex({ n: 1 });
    await things.createIndex(order, { partialFilterExpression: { n: { $gt: 1 } } });
    await expect(things.find().sort(order).toArray()).rejects.toMatchObject(refusal);
    await expect(things.find({ n: 1 }).sort(order).toArray()).rejects.toMatchObject(refusal);
    await expect(things.aggregate([{ $sort: order }]).toArray()).rejects.toMatchObject(refusal);
    expect(
      await things
        .find({ n: { $gt: 1 } })
        .hint('a_1_b_1')
        .sort(order)
        .toArray(),
    ).toHaveLength(1);
    await expect(things.updateOne({ n: 2 }, { $set: { b: [5, 6] } })).rejects.toMatchObject({ code: 171 });
  });

  it('serves a look-up in any case from an index with collation strength 2, and only with that collation', async () => {
    await using mongo = await startClient();
    const users = mongo.collection('users');
    const collation = { locale: 'en', strength: 2 };
    await users.createIndex({ email: 1 }, { unique: true, collation });
    await users.insertOne({ email: 'Asha@Example.in' });
    await expect(users.insertOne({ email: 'asha@example.in' })).rejects.toMatchObject({ code: 11000 });
    expect(await users.findOne({ email: 'ASHA@example.IN' }, { collation })).not.toBeNull();
    expect(await users.findOne({ email: 'asha@example.in' })).toBeNull();
  });
});
