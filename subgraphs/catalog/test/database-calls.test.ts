import { anonymous, service } from '@swiftcart/testkit';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';
import { orderOf } from './stock-calls.ts';

interface Call {
  collection: string;
  method: string;
}

let catalog: TestCatalog;
let calls: Call[] = [];
beforeAll(async () => {
  // Background rounds would be counted too.
  catalog = await startCatalog({ upkeepIntervalMs: 600_000 });
  mongoose.set('debug', (collection: string, method: string, ...args: unknown[]) => {
    if (!isBackground(collection, args)) calls.push({ collection, method });
  });
});
afterAll(async () => {
  mongoose.set('debug', false);
  await catalog[Symbol.asyncDispose]();
});

/** The relays look for what is waiting (`outbox`, `movements`) in their own time, whatever is asked meanwhile. */
function isBackground(collection: string, args: unknown[]): boolean {
  const [filter, change] = args.map((argument) => JSON.stringify(argument) ?? '');
  const isLookingForWaiting = filter?.includes('"outbox') || filter?.includes('"movements.id"');
  return collection === 'stockMovements' || isLookingForWaiting === true || change?.startsWith('{"$pull"') === true;
}

/** The database calls one operation makes, in order. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  calls = [];
  await work();
  return calls.map(({ collection, method }) => `${collection}.${method}`);
}

const card =
  'id name brand price { formatted } mrp { formatted } discountPercent pack { label } unitPrice { price { formatted } } availability images { url } category { name parent { name } }';
const ask = (query: string, variables?: object) => () => catalog.data(anonymous(), query, variables);

it.each([1, 100])('lists a page of %i cards with their categories in two calls', async (first) => {
  expect(
    await callsOf(
      ask(`query ($first: Int) { products(first: $first) { nodes { ${card} } pageInfo { hasNextPage } } }`, { first }),
    ),
  ).toEqual(['products.find', 'categories.find']);
});

it.each([1, 100])('searches, counts and divides %i cards in a fixed number of calls', async (first) => {
  const made = await callsOf(
    ask(
      `query ($first: Int) { products(search: "m", first: $first) { totalCount nodes { ${card} } facets { name values { count } } } }`,
      { first },
    ),
  );
  expect(made.filter((call) => call === 'categories.find')).toHaveLength(1);
  expect(
    made.filter((call) => call === 'products.aggregate' || call === 'products.countDocuments').length,
  ).toBeLessThanOrEqual(6);
  expect(made.length).toBeLessThanOrEqual(10);
});

it('loads a home page of all categories and their first products in three calls', async () => {
  expect(
    await callsOf(ask(`{ categories { name children { name } products(first: 6) { totalCount nodes { ${card} } } } }`)),
  ).toEqual(['categories.find', 'products.find', 'products.find']);
});

it('resolves a hundred references in one call each, however often a product repeats', async () => {
  const { products } = await catalog.data<{ products: { nodes: { id: string; category: { id: string } }[] } }>(
    anonymous(),
    '{ products(first: 100) { nodes { id category { id } } } }',
  );
  const representations = products.nodes.flatMap(({ id, category }) => [
    { __typename: 'Product', id },
    { __typename: 'Product', id },
    { __typename: 'Category', id: category.id },
  ]);
  const made = await callsOf(
    ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name } ... on Category { name } } }',
      { r: representations },
    ),
  );
  expect(made.sort()).toEqual(['categories.find', 'products.find']);
});

it('answers snapshots of a whole cart in two calls, and reserves it with one write a product', async () => {
  const { products } = await catalog.data<{ products: { nodes: { id: string }[] } }>(
    anonymous(),
    '{ products(first: 20, filter: { inStockOnly: true }) { nodes { id } } }',
  );
  const ids = products.nodes.map(({ id }) => id);
  expect(
    (
      await callsOf(() =>
        catalog.data(service('orders'), 'query ($ids: [ID!]!) { productSnapshots(ids: $ids) { sku } }', { ids }),
      )
    ).sort(),
  ).toEqual(['categories.find', 'products.find']);
  const made = await callsOf(() => orderOf(catalog).reserve(ids.map((id) => [id, 1] as const)));
  expect(made.filter((call) => call === 'products.updateOne')).toHaveLength(20);
  expect(made.filter((call) => call !== 'products.updateOne')).toHaveLength(3);
});
