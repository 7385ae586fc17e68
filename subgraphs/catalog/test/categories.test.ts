import { customer, operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';

let catalog: TestCatalog;
let shelf: string;
beforeAll(async () => {
  catalog = await startCatalog();
  const { categories } = await catalog.data<{ categories: { children: { id: string }[] }[] }>(
    operator(),
    '{ categories { children { id } } }',
  );
  shelf = categories[0]?.children[0]?.id ?? '';
});
afterAll(() => catalog[Symbol.asyncDispose]());

interface Refusal {
  code: string;
  field: string[] | null;
  productId: string | null;
  availableQuantity: number | null;
}
const errors = 'userErrors { code message field productId availableQuantity }';
const codesOf = ({ userErrors }: { userErrors: Refusal[] }) =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);

interface CategoryAnswer {
  category: { id: string; slug: string; position: number; parent: { id: string } | null } | null;
  userErrors: Refusal[];
}
const fields = `category { id slug name position parent { id } image { url } } ${errors}`;
const createCategory = async (input: object) =>
  (
    await catalog.data<{ createCategory: CategoryAnswer }>(
      operator(),
      `mutation ($input: CategoryInput!) { createCategory(input: $input) { ${fields} } }`,
      { input },
    )
  ).createCategory;
const updateCategory = async (id: string, input: object) =>
  (
    await catalog.data<{ updateCategory: CategoryAnswer }>(
      operator(),
      `mutation ($id: ID!, $input: CategoryInput!) { updateCategory(id: $id, input: $input) { ${fields} } }`,
      { id, input },
    )
  ).updateCategory;
const chainOf = async (name: string, length: number) => {
  const ids: string[] = [];
  for (let depth = 0; depth < length; depth += 1) {
    const { category } = await createCategory({ name: `${name} ${depth}`, parentId: ids.at(-1) });
    ids.push(category?.id ?? '');
  }
  return ids;
};

it('is created at the end of its siblings, once per slug', async () => {
  const { category } = await createCategory({ name: 'Pet Care', imageUrl: '/images/pets.svg' });
  expect(category).toMatchObject({
    slug: 'pet-care',
    position: 16,
    parent: null,
    image: { url: '/images/pets.svg' },
  });
  expect(codesOf(await createCategory({ name: 'Pet Care' }))).toEqual(['SLUG_TAKEN input.slug']);
  expect(codesOf(await createCategory({ name: 'Cats', parentId: 'cat_none' }))).toEqual(['NOT_FOUND input.parentId']);
  expect(codesOf(await createCategory({ name: '', slug: 'cats' }))).toEqual(['INVALID input.name']);
});

it('moves with everything below it, and its products are found under its new name at once', async () => {
  const [top = '', below = ''] = await chainOf('Wanderer', 2);
  const made = await createTea('Nomad Tea', below);
  expect(await updateCategory(top, { name: 'Caravan', parentId: shelf })).toMatchObject({
    category: { parent: { id: shelf } },
    userErrors: [],
  });
  const found = await catalog.data(
    customer(),
    'query ($c: ID) { a: products(search: "caravan nomad") { nodes { id } } b: products(search: "nomad", filter: { categoryId: $c }) { nodes { id } } }',
    { c: shelf },
  );
  expect(found).toEqual({ a: { nodes: [{ id: made }] }, b: { nodes: [{ id: made }] } });
  expect(await updateCategory(top, { name: 'Caravan', parentId: null })).toMatchObject({
    category: { parent: null },
  });
  expect(codesOf(await updateCategory('cat_none', { name: 'x' }))).toEqual(['NOT_FOUND id']);
  expect(codesOf(await updateCategory(top, { name: 'Caravan', slug: 'pet-care' }))).toEqual(['SLUG_TAKEN input.slug']);
});

it('never comes below itself, not even when two moves race to close the circle', async () => {
  const [top = '', , bottom = ''] = await chainOf('Loop', 3);
  expect(codesOf(await updateCategory(top, { name: 'Loop 0', parentId: bottom }))).toEqual(['INVALID input.parentId']);
  expect(codesOf(await updateCategory(top, { name: 'Loop 0', parentId: top }))).toEqual(['INVALID input.parentId']);
  for (let round = 0; round < 5; round += 1) {
    const [a = ''] = await chainOf(`Left ${round}`, 1);
    const [b = ''] = await chainOf(`Right ${round}`, 1);
    await Promise.all([
      updateCategory(a, { name: `Left ${round}`, parentId: b }),
      updateCategory(b, { name: `Right ${round}`, parentId: a }),
    ]);
    const { l, r } = await catalog.data<Record<string, { parent: object | null }>>(
      operator(),
      'query ($a: ID!, $b: ID!) { l: category(id: $a) { parent { id } } r: category(id: $b) { parent { id } } }',
      { a, b },
    );
    expect(l?.parent === null || r?.parent === null).toBe(true);
  }
});

it('stands at most five deep, counting what moves with it', async () => {
  const deep = await chainOf('Deep', 5);
  expect(codesOf(await createCategory({ name: 'Too deep', parentId: deep[4] }))).toEqual([
    'LIMIT_EXCEEDED input.parentId',
  ]);
  const [top = ''] = await chainOf('Pair', 2);
  expect(codesOf(await updateCategory(top, { name: 'Pair 0', parentId: deep[3] }))).toEqual([
    'LIMIT_EXCEEDED input.parentId',
  ]);
  expect((await updateCategory(top, { name: 'Pair 0', parentId: deep[2] })).userErrors).toEqual([]);
});

async function createTea(name: string, categoryId: string): Promise<string> {
  const input = { sku: 'NOMAD-1', name, categoryId, packValue: 250, packUnit: 'GRAM', mrp: 200, price: 150, stock: 5 };
  const { createProduct } = await catalog.data<{ createProduct: { product: { id: string } } }>(
    operator(),
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }',
    { input },
  );
  return createProduct.product.id;
}
