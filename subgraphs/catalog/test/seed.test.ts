import { anonymous } from '@swiftcart/testkit';
import { expect, it } from 'vitest';
import { seedRecords } from '../src/seed/seed-records.ts';
import { startCatalog } from './start-catalog.ts';

const { products, categories } = seedRecords(new Date('2026-01-01T00:00:00Z'));

it('offers at least 250 different goods on at least 12 top shelves, the same on every machine', () => {
  expect(products.length).toBeGreaterThanOrEqual(250);
  expect(categories.filter(({ parentId }) => parentId === null).length).toBeGreaterThanOrEqual(12);
  for (const key of ['_id', 'sku', 'slug'] as const)
    expect(new Set(products.map((product) => product[key])).size).toBe(products.length);
  expect(new Set(categories.map(({ slug }) => slug)).size).toBe(categories.length);
  expect(seedRecords(new Date('2027-01-01T00:00:00Z')).products.map(({ _id }) => _id)).toEqual(
    products.map(({ _id }) => _id),
  );
});

it('is sold at lawful prices, with ample stock of most, some low and some sold out', () => {
  for (const { price, mrp, maxPerOrder, description } of products) {
    expect(price).toBeLessThanOrEqual(mrp);
    expect(maxPerOrder).toBeGreaterThanOrEqual(5);
    expect(description?.length).toBeGreaterThan(20);
  }
  const shareOf = (isCounted: (available: number) => boolean) =>
    products.filter(({ stock }) => isCounted(stock.available)).length;
  expect(shareOf((available) => available >= 20)).toBeGreaterThan(products.length * 0.9);
  expect(shareOf((available) => available > 0 && available <= 8)).toBeGreaterThan(3);
  expect(shareOf((available) => available === 0)).toBeGreaterThan(0);
});

it('fills an empty catalogue once, also when two processes start together or one died halfway', async () => {
  await using catalog = await startCatalog({ isSeeded: false });
  const count = async () =>
    (await catalog.data<{ products: { totalCount: number } }>(anonymous(), '{ products { totalCount } }')).products
      .totalCount;
  await Promise.all([catalog.service.seedCatalogue(), catalog.service.seedCatalogue()]);
  expect(await count()).toBe(products.length);

  const stored = catalog.connection.collection<{ _id: string }>('products');
  await catalog.connection.collection('categories').deleteMany({});
  await stored.deleteMany({ _id: { $in: products.slice(100).map(({ _id }) => _id) } });
  await catalog.service.seedCatalogue();
  expect(await count()).toBe(products.length);

  await stored.deleteOne({ _id: products[0]?._id ?? '' });
  await catalog.service.seedCatalogue();
  expect(await count()).toBe(products.length - 1);
});

it('shows a picture for everything in it, and 404 for everything else', async () => {
  await using catalog = await startCatalog();
  const get = (path: string) => fetch(`${catalog.http.url}${path}`);
  for (const path of ['/images/onion-pyaz-1-kg.svg', '/images/category/dairy-bread-eggs.svg']) {
    const response = await get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8']);
  }
  expect(await (await get('/images/category/dairy-bread-eggs.svg')).text()).toContain('Bread &#38; Eggs');
  for (const path of ['/images/none.svg', '/images/../secret.svg', '/images/x.png'])
    expect((await get(path)).status).toBe(404);
});
