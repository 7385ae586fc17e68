import { customer, operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';
import { orderOf, productOf, stockOf } from './stock-calls.ts';

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
interface ProductAnswer {
  product: { id: string; slug: string; version: number; [field: string]: unknown } | null;
  userErrors: Refusal[];
}
const errors = 'userErrors { code message field productId availableQuantity }';
const product = `product { id sku slug name brand description discountPercent version isActive maxPerOrder tags updatedAt
  price { amount } mrp { amount } pack { value unit label } category { id } images { url } stock { onHand reserved available lowStockThreshold } }`;
const create = async (input: object) =>
  (
    await catalog.data<{ createProduct: ProductAnswer }>(
      operator(),
      `mutation ($input: CreateProductInput!) { createProduct(input: $input) { ${product} ${errors} } }`,
      { input },
    )
  ).createProduct;
const update = async (id: string, input: object, expectedVersion?: number) =>
  (
    await catalog.data<{ updateProduct: ProductAnswer }>(
      operator(),
      `mutation ($id: ID!, $input: UpdateProductInput!, $expectedVersion: Int) { updateProduct(id: $id, input: $input, expectedVersion: $expectedVersion) { ${product} ${errors} } }`,
      { id, input, expectedVersion },
    )
  ).updateProduct;
let number = 0;
const tea = (rest: object = {}) => {
  number += 1;
  return {
    sku: `op-tea-${number}`,
    name: `Operator Tea ${number}`,
    categoryId: shelf,
    packValue: 250,
    packUnit: 'GRAM',
    mrp: 20_000,
    price: 15_000,
    stock: 12,
    ...rest,
  };
};
const codesOf = ({ userErrors }: { userErrors: Refusal[] }) =>
  userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);

describe('a product', () => {
  it('is created with defaults and found at once by its words', async () => {
    const answer = await create(
      tea({ name: 'Zephyr Oolong', brand: 'Monsoon Leaf', tags: ['Organic', 'organic', 'tea-time'] }),
    );
    expect(answer).toMatchObject({
      userErrors: [],
      product: {
        sku: expect.stringMatching(/^OP-TEA-/),
        slug: 'zephyr-oolong-250-g',
        discountPercent: 25,
        version: 1,
        isActive: true,
        maxPerOrder: 10,
        tags: ['organic', 'tea-time'],
        pack: { value: 250, unit: 'GRAM', label: '250 g' },
        stock: { onHand: 12, reserved: 0, available: 12, lowStockThreshold: 5 },
        images: [{ url: '/images/zephyr-oolong-250-g.svg' }],
      },
    });
    const { products } = await catalog.data<{ products: { nodes: { id: string }[] } }>(
      customer(),
      '{ products(search: "oolong monsoon tea-time") { nodes { id } } }',
    );
    expect(products.nodes).toEqual([{ id: answer.product?.id }]);
  });

  it('keeps SKU and slug unique: one of ten concurrent creations wins', async () => {
    const input = tea({ sku: 'race-1' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(input)));
    expect(answers.filter((answer) => answer.product !== null)).toHaveLength(1);
    expect(new Set(answers.flatMap(codesOf))).toEqual(new Set(['SKU_TAKEN input.sku']));
    const slugged = await create(tea({ slug: 'one-of-a-kind' }));
    expect(slugged.userErrors).toEqual([]);
    expect(codesOf(await create(tea({ slug: 'one-of-a-kind' })))).toEqual(['SLUG_TAKEN input.slug']);
    const [first, second] = [await create(tea({ name: 'Twin' })), await create(tea({ name: 'Twin' }))];
    expect(first.product?.slug).toBe('twin-250-g');
    expect(second.product?.slug).toMatch(/^twin-250-g-op-tea-/);
  });

  it.each<[object, string[]]>([
    [{ price: 20_001 }, ['PRICE_ABOVE_MRP input.price']],
    [{ price: 0, name: ' ' }, ['INVALID input.name', 'INVALID input.price']],
    [{ categoryId: 'cat_none' }, ['NOT_FOUND input.categoryId']],
    [{ tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, ['LIMIT_EXCEEDED input.tags']],
    [{ imageUrls: ['javascript:alert(1)'] }, ['INVALID input.imageUrls']],
    [{ stock: -1, packValue: 0 }, ['INVALID input.packValue', 'INVALID input.stock']],
  ])('is refused with every reason at once: %j', async (rest, expected) => {
    const answer = await create(tea(rest));
    expect(answer.product).toBeNull();
    expect(codesOf(answer)).toEqual(expected);
  });

  it('changes only what is given, and null clears what can be empty', async () => {
    const { product: made } = await create(tea({ brand: 'Monsoon Leaf', description: 'Fine.' }));
    const id = made?.id ?? '';
    expect(await update(id, { price: 10_000, brand: null, name: null, tags: null })).toMatchObject({
      userErrors: [],
      product: {
        version: 2,
        name: made?.['name'],
        brand: null,
        description: 'Fine.',
        price: { amount: 10_000 },
        mrp: { amount: 20_000 },
        discountPercent: 50,
      },
    });
    const { products } = await catalog.data<{ products: { nodes: object[] } }>(
      customer(),
      '{ products(filter: { brands: ["Monsoon Leaf"] }, search: "operator") { nodes { id } } }',
    );
    expect(products.nodes).not.toContainEqual({ id });
  });

  it('refuses a stale version and shows the present one; without a version nothing of two writers is lost', async () => {
    const { product: made } = await create(tea());
    const id = made?.id ?? '';
    await update(id, { price: 14_000 }, 1);
    const stale = await update(id, { price: 13_000 }, 1);
    expect(codesOf(stale)).toEqual(['VERSION_CONFLICT expectedVersion']);
    expect(stale.product).toMatchObject({ version: 2, price: { amount: 14_000 } });
    const racing = await Promise.all(
      Array.from({ length: 10 }, (_, index) => update(id, { price: 10_000 + index }, 2)),
    );
    expect(racing.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    await Promise.all([update(id, { name: 'Renamed' }), update(id, { maxPerOrder: 3 }), update(id, { tags: ['new'] })]);
    const { product: now } = await update(id, {});
    expect(now).toMatchObject({ name: 'Renamed', maxPerOrder: 3, tags: ['new'] });
  });

  it('is judged with the prices that stay, and unknown ids and categories are not found', async () => {
    const { product: made } = await create(tea());
    const id = made?.id ?? '';
    expect(codesOf(await update(id, { mrp: 14_999 }))).toEqual(['PRICE_ABOVE_MRP input.price']);
    expect(codesOf(await update(id, { categoryId: 'cat_none' }))).toEqual(['NOT_FOUND input.categoryId']);
    expect(codesOf(await update('prd_none', {}))).toEqual(['NOT_FOUND id']);
  });

  it('leaves the shelf when archived but stays in old orders, and comes back', async () => {
    const { product: made } = await create(tea({ name: 'Ghost Blend' }));
    const id = made?.id ?? '';
    const archive = `mutation ($id: ID!) { archiveProduct(id: $id) { product { isActive version } ${errors} } }`;
    expect(await catalog.data(operator(), archive, { id })).toEqual({
      archiveProduct: { product: { isActive: false, version: 2 }, userErrors: [] },
    });
    expect(await catalog.data(operator(), archive, { id })).toMatchObject({
      archiveProduct: { product: { version: 2 } },
    });
    expect(await catalog.data(operator(), archive, { id: 'prd_none' })).toMatchObject({
      archiveProduct: { product: null, userErrors: [{ code: 'NOT_FOUND' }] },
    });
    const find = 'query ($filter: ProductFilter) { products(search: "ghost blend", filter: $filter) { nodes { id } } }';
    expect(await catalog.data(customer(), find)).toEqual({ products: { nodes: [] } });
    expect(await catalog.data(operator(), find, { filter: { includeInactive: true } })).toEqual({
      products: { nodes: [{ id }] },
    });
    expect(
      await catalog.data(
        customer(),
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name isActive } } }',
        { r: [{ __typename: 'Product', id }] },
      ),
    ).toEqual({
      _entities: [{ name: 'Ghost Blend', isActive: false }],
    });
    await update(id, { isActive: true });
    expect(await catalog.data(customer(), find)).toEqual({ products: { nodes: [{ id }] } });
  });
});

describe('a stock count', () => {
  interface AdjustAnswer {
    results: { productId: string; product: { stock: { available: number } } | null; userErrors: Refusal[] }[];
    userErrors: Refusal[];
  }
  const adjust = async (rows: object[], idempotencyKey: string, reason = 'Delivery note 17') =>
    (
      await catalog.data<{ adjustStock: AdjustAnswer }>(
        operator(),
        `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { results { productId product { stock { available } } ${errors} } ${errors} } }`,
        { input: { rows, reason, idempotencyKey } },
      )
    ).adjustStock;

  it('applies good rows and refuses bad ones, each with its own reason', async () => {
    const [a, b] = [await productOf(catalog, { stock: 5 }), await productOf(catalog, { stock: 5 })];
    const rows = [
      { productId: a, delta: 7 },
      { productId: b, delta: -6 },
      { productId: 'prd_none', delta: 1 },
      { productId: a, delta: 1 },
    ];
    const answer = await adjust(rows, 'count-rows-1');
    expect(answer.userErrors).toEqual([]);
    expect(answer.results.map((row) => [row.product?.stock.available ?? null, ...codesOf(row)])).toEqual([
      [12],
      [5, 'INSUFFICIENT_STOCK input.rows.1'],
      [null, 'NOT_FOUND input.rows.2'],
      [12, 'INVALID input.rows.3'],
    ]);
    expect(answer.results[1]?.userErrors[0]).toMatchObject({ productId: b, availableQuantity: 5 });
  });

  it('is applied once per key, and a key is not used for another change', async () => {
    const a = await productOf(catalog, { stock: 5 });
    const first = await adjust([{ productId: a, delta: 7 }], 'count-once-1');
    expect(await adjust([{ productId: a, delta: 7 }], 'count-once-1')).toEqual(first);
    expect(
      codesOf((await adjust([{ productId: a, delta: 8 }], 'count-once-1')).results[0] ?? { userErrors: [] }),
    ).toEqual(['INVALID input.rows.0']);
    expect(await stockOf(catalog, a)).toMatchObject({ available: 12, restocked: 7 });
  });

  it.each<[object[], string, string, string]>([
    [[], 'long-enough-key', 'ok', 'INVALID input.rows'],
    [
      Array.from({ length: 101 }, () => ({ productId: 'x', delta: 1 })),
      'long-enough-key',
      'ok',
      'LIMIT_EXCEEDED input.rows',
    ],
    [[{ productId: 'x', delta: 1 }], 'short', 'ok', 'INVALID input.idempotencyKey'],
    [[{ productId: 'x', delta: 1 }], 'long-enough-key', ' ', 'INVALID input.reason'],
  ])('is refused whole for a bad input (%#)', async (rows, key, reason, expected) => {
    const answer = await adjust(rows, key, reason);
    expect(answer.results).toEqual([]);
    expect(codesOf(answer)).toEqual([expected]);
  });

  it.each([0, 1_000_001, 1_000_000])('refuses a delta of %i', async (delta) => {
    const a = await productOf(catalog, { stock: 5 });
    const [row] = (await adjust([{ productId: a, delta }], `delta-key-${delta}`)).results;
    expect(row?.userErrors).toMatchObject([{ code: delta === 1_000_000 ? 'LIMIT_EXCEEDED' : 'INVALID' }]);
  });
});

describe('low stock', () => {
  const told = (id: string) => catalog.events.filter(({ kind, key }) => kind === 'stock.low' && key === id).length;

  it('lists what runs out, emptiest first, in pages', async () => {
    const query =
      'query ($first: Int, $after: String) { lowStockProducts(first: $first, after: $after) { totalCount nodes { id availability stock { available lowStockThreshold } } pageInfo { hasNextPage endCursor } } }';
    type Reply = {
      lowStockProducts: {
        totalCount: number;
        nodes: { id: string; stock: { available: number; lowStockThreshold: number } }[];
        pageInfo: { endCursor: string };
      };
    };
    const all = (await catalog.data<Reply>(operator(), query, { first: 100 })).lowStockProducts;
    expect(all.totalCount).toBe(all.nodes.length);
    const margins = all.nodes.map(({ stock }) => stock.available - stock.lowStockThreshold);
    expect(margins).toEqual([...margins].sort((a, b) => a - b));
    expect(Math.max(...margins)).toBeLessThanOrEqual(0);
    const page = (await catalog.data<Reply>(operator(), query, { first: 5 })).lowStockProducts;
    const rest = (await catalog.data<Reply>(operator(), query, { first: 100, after: page.pageInfo.endCursor }))
      .lowStockProducts;
    expect([...page.nodes, ...rest.nodes]).toEqual(all.nodes);
  });

  it('is told when a count or a new threshold brings a product down, and not again while it stays there', async () => {
    const id = await productOf(catalog, { stock: 20, lowStockThreshold: 10 });
    await update(id, { lowStockThreshold: 25 });
    await expect.poll(() => told(id)).toBe(1);
    await orderOf(catalog).reserve([[id, 5]]);
    await update(id, { lowStockThreshold: 5 });
    const input = { rows: [{ productId: id, delta: -10 }], reason: 'Broken', idempotencyKey: 'broken-jars-1' };
    await catalog.data(
      operator(),
      'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code } } }',
      { input },
    );
    await expect.poll(() => told(id)).toBe(2);
    const { product: now } = await update(id, {});
    expect(now).toMatchObject({ stock: { onHand: 10, reserved: 5, available: 5, lowStockThreshold: 5 } });
  });
});
