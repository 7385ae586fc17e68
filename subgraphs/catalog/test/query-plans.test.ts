import { anonymous, operator } from '@swiftcart/testkit';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';
import { orderOf } from './stock-calls.ts';

interface Read {
  collection: string;
  filter: object;
  sort: Record<string, 1 | -1>;
}

let catalog: TestCatalog;
let reads: Read[] = [];
beforeAll(async () => {
  catalog = await startCatalog();
  mongoose.set('debug', (collection: string, method: string, ...args: unknown[]) => {
    const [first, second, third] = args as [
      object,
      { sort?: Read['sort'] } | undefined,
      { sort?: Read['sort'] } | undefined,
    ];
    if (
      !['find', 'findOne', 'findOneAndUpdate', 'updateOne', 'updateMany', 'aggregate', 'countDocuments'].includes(
        method,
      )
    )
      return;
    const filter = method === 'aggregate' ? ((first as { $match: object }[])[0]?.$match ?? {}) : first;
    reads.push({ collection, filter, sort: second?.sort ?? third?.sort ?? {} });
  });
});
afterAll(async () => {
  mongoose.set('debug', false);
  await catalog[Symbol.asyncDispose]();
});

const lists = [
  '{ products { nodes { id } } }',
  '{ products(sort: PRICE_ASC) { nodes { id } } }',
  '{ products(sort: PRICE_DESC, filter: { minPrice: 1000, maxPrice: 20000, minDiscountPercent: 10 }) { nodes { id } } }',
  '{ products(sort: DISCOUNT_DESC, filter: { inStockOnly: true }) { nodes { id } } }',
  '{ products(sort: NAME_ASC, filter: { brands: ["Doodhbari"], tags: ["veg"] }) { nodes { id } } }',
  '{ products(sort: NEWEST) { nodes { id } } }',
  '{ products(search: "milk doodhbari", filter: { tags: ["veg"] }) { totalCount nodes { id } facets { name values { count } } } }',
  '{ searchSuggestions(prefix: "choc") }',
  '{ productBySlug(slug: "doodhbari-toned-milk-1-l") { id } product(id: "prd_x") { id } }',
];

it.each(lists)('reads by index: %s', async (query) => {
  reads = [];
  await catalog.data(anonymous(), query);
  await expectNoCollectionScan();
});

it('reads by index for operators, for orders and for the second page of every list', async () => {
  reads = [];
  const { products } = await catalog.data<{ products: { nodes: { id: string }[]; pageInfo: { endCursor: string } } }>(
    anonymous(),
    '{ products(first: 5) { nodes { id } pageInfo { endCursor } } }',
  );
  await catalog.data(anonymous(), 'query ($after: String) { products(first: 5, after: $after) { nodes { id } } }', {
    after: products.pageInfo.endCursor,
  });
  await catalog.data(operator(), '{ lowStockProducts { totalCount nodes { id } } }');
  await catalog.data(operator(), 'query ($id: ID!) { stockMovements(productId: $id) { nodes { id } } }', {
    id: products.nodes[0]?.id,
  });
  const order = orderOf(catalog);
  await order.reserve([[products.nodes[0]?.id ?? '', 1]]);
  await order.commit();
  await order.settle();
  await order.release();
  expect(reads.length).toBeGreaterThan(10);
  await expectNoCollectionScan();
});

it('reads a page of the default list without reading the shop', async () => {
  const plan = await catalog.connection
    .collection('products')
    .find({ isActive: true })
    .sort({ rank: 1, nameKey: 1, _id: 1 })
    .limit(20)
    .explain('executionStats');
  expect(plan['executionStats'].totalDocsExamined).toBeLessThanOrEqual(20);
  expect(JSON.stringify(plan['queryPlanner'].winningPlan)).not.toContain('"SORT"');
});

it('would notice a look-up without an index', async () => {
  reads = [{ collection: 'products', filter: { description: 'x' }, sort: {} }];
  await expect(expectNoCollectionScan()).rejects.toThrow('COLLSCAN');
});

async function expectNoCollectionScan(): Promise<void> {
  const ofCatalogue = reads.filter(({ collection }) => collection !== 'categories');
  expect(ofCatalogue.length).toBeGreaterThan(0);
  for (const { collection, filter, sort } of ofCatalogue) {
    const plan = await catalog.connection.collection(collection).find(filter).sort(sort).explain('queryPlanner');
    expect(JSON.stringify(plan['queryPlanner'].winningPlan), `${collection} ${JSON.stringify(filter)}`).not.toContain(
      'COLLSCAN',
    );
  }
}
