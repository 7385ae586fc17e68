import { operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';
import { orderOf, productOf, stockOf } from './stock-calls.ts';

// Hundreds of requests each; what is slow here is the machine that also runs everything else.
vi.setConfig({ testTimeout: 60_000 });

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startCatalog({ isSeeded: false });
});
afterAll(() => catalog[Symbol.asyncDispose]());

it('gives the last unit to exactly one of fifty concurrent buyers', async () => {
  const last = await productOf(catalog, { stock: 1 });
  const answers = await Promise.all(Array.from({ length: 50 }, () => orderOf(catalog).reserve([[last, 1]])));
  expect(answers.filter(({ isReserved }) => isReserved)).toHaveLength(1);
  for (const { userErrors } of answers.filter(({ isReserved }) => !isReserved)) {
    expect(userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK', productId: last, availableQuantity: 0 }]);
  }
  expect(await stockOf(catalog, last)).toMatchObject({ available: 0, reserved: 1 });
  const metrics = await (await fetch(`${catalog.http.url}/metrics`)).text();
  expect(metrics).toContain('swiftcart_stock_reservations_total{outcome="held",service="catalog"} 1');
  expect(metrics).toContain('swiftcart_stock_reservations_total{outcome="refused",service="catalog"} 49');
});

it('keeps every document adding up while a hundred random carts fight over little stock', async () => {
  const products = await Promise.all(
    Array.from({ length: 8 }, (_, index) => productOf(catalog, { stock: 10 + index * 5, lowStockThreshold: 3 })),
  );
  const random = seededRandom(20_260_110);
  const orders = Array.from({ length: 100 }, () => ({
    order: orderOf(catalog),
    lines: products.filter(() => random() < 0.4).map((id) => [id, 1 + Math.floor(random() * 3)] as const),
    fate: random(),
  })).filter(({ lines }) => lines.length > 0);

  const kept = new Map<string, { reserved: number; sold: number }>(
    products.map((id) => [id, { reserved: 0, sold: 0 }]),
  );
  let won = 0;
  await Promise.all(
    orders.map(async ({ order, lines, fate }) => {
      // Some callers lose the answer and ask again, at once.
      const [answer, repeat] = await Promise.all([order.reserve(lines), fate < 0.3 ? order.reserve(lines) : undefined]);
      if (repeat !== undefined) expect(repeat.isReserved).toBe(answer.isReserved);
      if (!answer.isReserved) return;
      won += 1;
      if (fate < 0.4) await Promise.all([order.commit(), order.commit()]);
      else if (fate < 0.7) await Promise.all([order.release(), order.release()]);
      for (const [id, quantity] of lines) {
        const counts = kept.get(id);
        if (counts !== undefined && fate < 0.4) counts.sold += quantity;
        else if (counts !== undefined && fate >= 0.7) counts.reserved += quantity;
      }
    }),
  );
  expect(won).toBeGreaterThan(10);
  expect(won).toBeLessThan(orders.length);
  for (const [id, counts] of kept) {
    const stock = await stockOf(catalog, id);
    expect(stock).toMatchObject(counts);
    expect(await availableByLedger(id)).toBe(stock.available);
  }
});

it('leaves nothing held when a release races the reservation it undoes', async () => {
  const products = await Promise.all([
    productOf(catalog, { stock: 50 }),
    productOf(catalog, { stock: 50 }),
    productOf(catalog, { stock: 50 }),
  ]);
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      const order = orderOf(catalog);
      await Promise.all([order.reserve(products.map((id) => [id, 1] as const)), order.release()]);
    }),
  );
  for (const id of products) expect(await stockOf(catalog, id)).toMatchObject({ available: 50, reserved: 0 });
});

it('promises no price that was no longer true when the stock was taken', async () => {
  const tea = await productOf(catalog, { stock: 500, price: 1_000 });
  const raise = async () => {
    for (let price = 1_001; price <= 1_030; price += 1) {
      await catalog.data(
        operator(),
        'mutation ($id: ID!, $price: Int!) { updateProduct(id: $id, input: { price: $price }) { userErrors { code } } }',
        { id: tea, price },
      );
    }
  };
  await Promise.all([raise(), ...Array.from({ length: 120 }, () => orderOf(catalog).reserve([[tea, 1]]))]);
  const stored = await catalog.connection
    .collection<{ _id: string; holds: { price: number }[] }>('products')
    .findOne({ _id: tea });
  const promised = stored?.holds.map(({ price }) => price) ?? [];
  // Prices only rose and entries stand in the order they were written, so a stale one would stand behind a higher one.
  expect(promised).toHaveLength(120);
  expect(promised).toEqual([...promised].sort((a, b) => a - b));
  expect(new Set(promised).size).toBeGreaterThan(1);
});

it('tells operators of low stock once per crossing, however many buyers cross it together', async () => {
  const tea = await productOf(catalog, { stock: 40, lowStockThreshold: 10 });
  const told = () =>
    catalog.events.filter(({ kind, key }) => kind === 'stock.low' && key === tea).map(({ payload }) => payload);
  const orders = Array.from({ length: 20 }, () => orderOf(catalog));
  await Promise.all(orders.map((order) => order.reserve([[tea, 2]])));
  await expect.poll(told).toHaveLength(1);
  const { sku } = await productFields(tea);
  expect(told()[0]).toMatchObject({ productId: tea, sku, name: 'Test Tea', available: 10, threshold: 10 });

  await Promise.all(orders.slice(0, 10).map((order) => order.release()));
  expect(told()).toHaveLength(1);
  await orderOf(catalog).reserve([[tea, 10]]);
  await expect.poll(told).toHaveLength(2);
  expect(new Set(told().map((payload) => payload['crossingId'])).size).toBe(2);
});

it('tells of low stock once when a new threshold and sales meet on their way', async () => {
  for (let round = 0; round < 12; round += 1) {
    const tea = await productOf(catalog, { stock: 20, lowStockThreshold: 0 });
    await Promise.all([
      ...Array.from({ length: 10 }, () => orderOf(catalog).reserve([[tea, 1]])),
      catalog.data(
        operator(),
        'mutation ($id: ID!) { updateProduct(id: $id, input: { lowStockThreshold: 10 }) { userErrors { code } } }',
        { id: tea },
      ),
    ]);
    await expect
      .poll(() => catalog.events.filter(({ kind, key }) => kind === 'stock.low' && key === tea))
      .toHaveLength(1);
  }
});

it('adjusts a product once for concurrent calls with one key, and never below zero under many keys', async () => {
  const tea = await productOf(catalog, { stock: 10 });
  const adjust = (delta: number, idempotencyKey: string) =>
    catalog.data<{ adjustStock: { results: { userErrors: { code: string; availableQuantity: number }[] }[] } }>(
      operator(),
      'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { results { userErrors { code availableQuantity } } } }',
      { input: { rows: [{ productId: tea, delta }], reason: 'Counted', idempotencyKey } },
    );
  await Promise.all(Array.from({ length: 20 }, () => adjust(5, 'same-key-1')));
  expect(await stockOf(catalog, tea)).toMatchObject({ available: 15, restocked: 5 });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => adjust(-2, `other-key-${index}`)));
  const refused = answers.flatMap(({ adjustStock }) => adjustStock.results.flatMap(({ userErrors }) => userErrors));
  expect(refused).toHaveLength(13);
  expect(new Set(refused.map(({ code, availableQuantity }) => `${code} ${availableQuantity}`))).toEqual(
    new Set(['INSUFFICIENT_STOCK 1']),
  );
  expect(await stockOf(catalog, tea)).toMatchObject({ available: 1, restocked: -9 });
});

it('repeats and skips nothing for a reader whose pages are read while products come, go and sell out', async () => {
  await using other = await startCatalog();
  const query =
    'query ($after: String) { products(first: 23, sort: NAME_ASC, after: $after, filter: { inStockOnly: true }) { nodes { id } pageInfo { hasNextPage endCursor } } }';
  type Reply = { products: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
  const before = new Set<string>();
  for (let after: string | undefined; ; ) {
    const { products }: Reply = await other.data<Reply>(operator(), query, { after });
    for (const { id } of products.nodes) before.add(id);
    if (!products.pageInfo.hasNextPage) break;
    after = products.pageInfo.endCursor;
  }
  const seen: string[] = [];
  const gone = new Set<string>();
  for (let after: string | undefined, turn = 0; ; turn += 1) {
    const { products }: Reply = await other.data<Reply>(operator(), query, { after });
    seen.push(...products.nodes.map(({ id }) => id));
    if (!products.pageInfo.hasNextPage) break;
    after = products.pageInfo.endCursor;
    const sellOut = products.nodes[turn % products.nodes.length]?.id ?? '';
    const archive = [...before].filter((id) => !seen.includes(id))[turn] ?? '';
    gone.add(archive);
    await other.data(operator(), 'mutation ($id: ID!) { archiveProduct(id: $id) { userErrors { code } } }', {
      id: archive,
    });
    await orderOf(other).reserve([[sellOut, 10]]);
    await productOf(other, { stock: 5 });
  }
  expect(new Set(seen).size).toBe(seen.length);
  for (const id of before) if (!gone.has(id)) expect(seen).toContain(id);
});

async function productFields(id: string): Promise<{ sku: string }> {
  const { product } = await catalog.data<{ product: { sku: string } }>(
    operator(),
    'query ($id: ID!) { product(id: $id) { sku } }',
    { id },
  );
  return product;
}

/** What should be available if the ledger tells every change exactly once. */
async function availableByLedger(id: string): Promise<number> {
  const effects: Record<string, number> = { ADJUST: 1, RESERVE: -1, COMMIT: 0, RELEASE: 1, EXPIRE: 1, RETURN: 1 };
  type Reply = {
    stockMovements: {
      nodes: { kind: string; quantity: number }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  };
  let available = 0;
  for (let after: string | undefined; ; ) {
    const { stockMovements }: Reply = await catalog.data<Reply>(
      operator(),
      'query ($id: ID!, $after: String) { stockMovements(productId: $id, first: 30, after: $after) { nodes { kind quantity } pageInfo { hasNextPage endCursor } } }',
      { id, after },
    );
    for (const { kind, quantity } of stockMovements.nodes) available += (effects[kind] ?? Number.NaN) * quantity;
    if (!stockMovements.pageInfo.hasNextPage) return available;
    after = stockMovements.pageInfo.endCursor;
  }
}

/** Park and Miller's generator: the same carts on every run. */
function seededRandom(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
