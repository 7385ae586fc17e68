import { randomUUID } from 'node:crypto';
import { operator, service } from '@swiftcart/testkit';
import type { TestCatalog } from './start-catalog.ts';

/** What the stock commands answer. */
export interface StockAnswer {
  isReserved: boolean;
  lines: { productId: string; name: string; quantity: number; unitPrice: { amount: number } }[];
  userErrors: { code: string; productId: string | null; availableQuantity: number | null }[];
}

const answer = `{ isReserved lines { productId sku name packLabel imageUrl categoryId quantity unitPrice { amount } mrp { amount } } userErrors { code message productId availableQuantity field } }`;
const inOneHour = () => new Date(Date.now() + 3_600_000);

/** One order, as the orders service would drive it. */
export function orderOf(catalog: TestCatalog, expiresAt = inOneHour()) {
  const id = `ord_${randomUUID()}`;
  const call = async (field: 'commitStock' | 'releaseStock' | 'settleStock') => {
    const data = await catalog.data<Record<string, StockAnswer>>(
      service('orders'),
      `mutation ($id: ID!) { ${field}(orderId: $id) ${answer} }`,
      { id },
    );
    return required(data[field]);
  };
  return {
    id,
    async reserve(lines: readonly (readonly [productId: string, quantity: number])[]): Promise<StockAnswer> {
      const data = await catalog.data<{ reserveStock: StockAnswer }>(
        service('orders'),
        `mutation ($id: ID!, $lines: [StockLineInput!]!, $expiresAt: DateTime!) { reserveStock(orderId: $id, lines: $lines, expiresAt: $expiresAt) ${answer} }`,
        {
          id,
          lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
          expiresAt: expiresAt.toISOString(),
        },
      );
      return data.reserveStock;
    },
    commit: () => call('commitStock'),
    release: () => call('releaseStock'),
    settle: () => call('settleStock'),
  };
}

/** A new product of its own for one test; its id. */
export async function productOf(
  catalog: TestCatalog,
  values: { stock: number; price?: number; maxPerOrder?: number; lowStockThreshold?: number },
): Promise<string> {
  const input = {
    sku: `T-${randomUUID().slice(0, 20)}`,
    name: 'Test Tea',
    categoryId: await testCategory(catalog),
    packValue: 100,
    packUnit: 'GRAM',
    mrp: 10_000,
    price: 8_000,
    maxPerOrder: 10,
    lowStockThreshold: 0,
    ...values,
  };
  const { createProduct } = await catalog.data<{
    createProduct: { product: { id: string } | null; userErrors: object[] };
  }>(
    operator(),
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } userErrors { code field } } }',
    { input },
  );
  if (createProduct.product === null) throw new Error(JSON.stringify(createProduct.userErrors));
  return createProduct.product.id;
}

/** The counts as they are stored. */
export async function stockOf({ connection }: TestCatalog, productId: string) {
  const found = await connection
    .collection<{
      _id: string;
      stock: Record<'available' | 'reserved' | 'sold' | 'initial' | 'restocked' | 'overThreshold', number>;
    }>('products')
    .findOne({ _id: productId });
  const { overThreshold: _, ...counts } = required(found?.stock);
  if (counts.available + counts.reserved + counts.sold !== counts.initial + counts.restocked || counts.available < 0) {
    throw new Error(`The counts of ${productId} do not add up: ${JSON.stringify(counts)}`);
  }
  return counts;
}

async function testCategory({ data }: TestCatalog): Promise<string> {
  const { categories } = await data<{ categories: { id: string; slug: string }[] }>(
    operator(),
    '{ categories { id slug } }',
  );
  const known = categories.find(({ slug }) => slug === 'test-shelf');
  if (known !== undefined) return known.id;
  const { createCategory } = await data<{ createCategory: { category: { id: string } } }>(
    operator(),
    'mutation { createCategory(input: { name: "Test shelf" }) { category { id } } }',
  );
  return createCategory.category.id;
}

function required<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('Expected a value.');
  return value;
}
