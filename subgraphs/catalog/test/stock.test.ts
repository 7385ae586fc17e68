import { customer, operator, service } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCatalog, type TestCatalog } from './start-catalog.ts';
import { orderOf, productOf, type StockAnswer, stockOf } from './stock-calls.ts';

let catalog: TestCatalog;
let clock = new Date('2026-01-10T10:00:00Z');
beforeAll(async () => {
  catalog = await startCatalog({ isSeeded: false, now: () => clock });
});
afterAll(() => catalog[Symbol.asyncDispose]());

describe('a reservation', () => {
  it('holds all lines, adds up lines of one product, and answers with name and price as they are now', async () => {
    const [tea, milk] = [
      await productOf(catalog, { stock: 10, price: 9_000 }),
      await productOf(catalog, { stock: 10 }),
    ];
    const order = orderOf(catalog);
    const answer = await order.reserve([
      [milk, 1],
      [tea, 2],
      [milk, 2],
    ]);
    expect(answer).toMatchObject({ isReserved: true, userErrors: [] });
    expect(answer.lines.find(({ productId }) => productId === tea)).toMatchObject({
      quantity: 2,
      unitPrice: { amount: 9_000 },
      packLabel: '100 g',
    });
    expect(answer.lines.find(({ productId }) => productId === milk)?.quantity).toBe(3);
    expect(await stockOf(catalog, milk)).toEqual({ available: 7, reserved: 3, sold: 0, initial: 10, restocked: 0 });
  });

  it('answers a repeat the same and takes nothing twice, even after the price went up', async () => {
    const tea = await productOf(catalog, { stock: 10, price: 5_000 });
    const order = orderOf(catalog);
    const first = await order.reserve([[tea, 4]]);
    await catalog.data(
      operator(),
      'mutation ($id: ID!) { updateProduct(id: $id, input: { price: 6000, name: "Dearer" }) { userErrors { code } } }',
      { id: tea },
    );
    expect(await order.reserve([[tea, 4]])).toEqual(first);
    expect(await stockOf(catalog, tea)).toMatchObject({ available: 6, reserved: 4 });
    expect(await orderOf(catalog).reserve([[tea, 1]])).toMatchObject({
      lines: [{ unitPrice: { amount: 6_000 }, name: 'Dearer' }],
    });
  });

  it('takes nothing when one line fails, and tells every failing line with what there is', async () => {
    const [plenty, few, none] = [
      await productOf(catalog, { stock: 9 }),
      await productOf(catalog, { stock: 2 }),
      await productOf(catalog, { stock: 0 }),
    ];
    const limited = await productOf(catalog, { stock: 9, maxPerOrder: 3 });
    const archived = await productOf(catalog, { stock: 9 });
    await catalog.data(operator(), 'mutation ($id: ID!) { archiveProduct(id: $id) { userErrors { code } } }', {
      id: archived,
    });
    const order = orderOf(catalog);
    const answer = await order.reserve([
      [plenty, 1],
      [few, 3],
      [none, 1],
      [limited, 4],
      [archived, 1],
      ['prd_none', 1],
    ]);
    expect(answer).toMatchObject({ isReserved: false, lines: [] });
    const errors = Object.fromEntries(
      answer.userErrors.map(({ productId, code, availableQuantity }) => [productId, [code, availableQuantity]]),
    );
    expect(errors).toEqual({
      [few]: ['INSUFFICIENT_STOCK', 2],
      [none]: ['INSUFFICIENT_STOCK', 0],
      [limited]: ['LIMIT_EXCEEDED', 3],
      [archived]: ['NOT_FOUND', null],
      prd_none: ['NOT_FOUND', null],
    });
    expect(await stockOf(catalog, plenty)).toMatchObject({ available: 9, reserved: 0 });
  });

  it('repeats a refusal although there is stock by now, because the order was told no', async () => {
    const few = await productOf(catalog, { stock: 1 });
    const order = orderOf(catalog);
    const refused = await order.reserve([[few, 2]]);
    await restock(few, 5);
    expect(await order.reserve([[few, 2]])).toEqual(refused);
    expect(await stockOf(catalog, few)).toMatchObject({ available: 6, reserved: 0 });
  });

  it('completes a reservation that died halfway when it is tried again', async () => {
    const [a, b] = [await productOf(catalog, { stock: 5 }), await productOf(catalog, { stock: 5 })];
    const order = orderOf(catalog);
    await order.reserve([[a, 2]]);
    expect(
      await order.reserve([
        [a, 2],
        [b, 1],
      ]),
    ).toMatchObject({ isReserved: true, userErrors: [] });
    expect([await stockOf(catalog, a), await stockOf(catalog, b)]).toMatchObject([{ reserved: 2 }, { reserved: 1 }]);
  });

  it('refuses to commit an order that is being given back, even where an entry is still held', async () => {
    const tea = await productOf(catalog, { stock: 5 });
    const order = orderOf(catalog);
    await order.reserve([[tea, 2]]);
    await catalog.connection
      .collection<{ _id: string }>('closedOrders')
      .insertOne({ _id: order.id, refusals: [], closedAt: clock } as { _id: string });
    expect(await order.commit()).toMatchObject({ isReserved: false, userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await order.reserve([[tea, 2]])).toMatchObject({ isReserved: false });
    expect(await stockOf(catalog, tea)).toMatchObject({ available: 5, reserved: 0, sold: 0 });
  });

  it('refuses another quantity under the same order without touching what it holds', async () => {
    const tea = await productOf(catalog, { stock: 5 });
    const order = orderOf(catalog);
    const others = await Promise.all(Array.from({ length: 4 }, () => productOf(catalog, { stock: 5 })));
    await order.reserve([[tea, 2]]);
    const contradiction = [[tea, 3] as const, ...others.map((id) => [id, 1] as const)];
    expect(await order.reserve(contradiction)).toMatchObject({ isReserved: false, userErrors: [{ code: 'INVALID' }] });
    expect(await stockOf(catalog, tea)).toMatchObject({ available: 3, reserved: 2 });
    await order.commit();
    expect(await order.reserve([[tea, 3]])).toMatchObject({ isReserved: false, userErrors: [{ code: 'INVALID' }] });
    expect(await stockOf(catalog, tea)).toMatchObject({ available: 3, sold: 2 });
    for (const id of others) expect(await stockOf(catalog, id)).toMatchObject({ available: 5, reserved: 0 });
  });

  it.each([0, -1, 1_000_001])('refuses a quantity of %i', async (quantity) => {
    const tea = await productOf(catalog, { stock: 5 });
    expect(await orderOf(catalog).reserve([[tea, quantity]])).toMatchObject({
      isReserved: false,
      userErrors: [{ code: 'INVALID' }],
    });
  });

  it('refuses no lines and more than 100', async () => {
    const lines = Array.from({ length: 101 }, (_, index): [string, number] => [`prd_${index}`, 1]);
    expect(await orderOf(catalog).reserve([])).toMatchObject({ userErrors: [{ code: 'INVALID' }] });
    expect(await orderOf(catalog).reserve(lines)).toMatchObject({ userErrors: [{ code: 'INVALID' }] });
  });
});

/** Steps of one order on a product with 5 packs, of which it wants 2; then what the counts and the last answer are. */
const stories: [string, Step[], Partial<Record<'available' | 'reserved' | 'sold', number>>, Partial<StockAnswer>][] = [
  ['reserve, commit', ['reserve', 'commit'], { available: 3, reserved: 0, sold: 2 }, { isReserved: true }],
  ['commit twice', ['reserve', 'commit', 'commit'], { available: 3, sold: 2 }, { isReserved: true, userErrors: [] }],
  [
    'late reserve after commit',
    ['reserve', 'commit', 'reserve'],
    { available: 3, reserved: 0, sold: 2 },
    { isReserved: true },
  ],
  ['release', ['reserve', 'release'], { available: 5, reserved: 0, sold: 0 }, { isReserved: false, userErrors: [] }],
  [
    'release twice',
    ['reserve', 'release', 'release'],
    { available: 5, reserved: 0 },
    { isReserved: false, userErrors: [] },
  ],
  [
    'late reserve after release',
    ['reserve', 'release', 'reserve'],
    { available: 5, reserved: 0 },
    { isReserved: false },
  ],
  [
    'reserve that arrives after its release',
    ['release', 'reserve'],
    { available: 5, reserved: 0 },
    { isReserved: false },
  ],
  [
    'return',
    ['reserve', 'commit', 'release'],
    { available: 5, reserved: 0, sold: 0 },
    { isReserved: false, userErrors: [] },
  ],
  ['return twice', ['reserve', 'commit', 'release', 'release'], { available: 5, sold: 0 }, { isReserved: false }],
  ['commit after release', ['reserve', 'release', 'commit'], { available: 5, sold: 0 }, { isReserved: false }],
  ['commit of nothing', ['commit'], { available: 5, sold: 0 }, { isReserved: false }],
  ['settle', ['reserve', 'commit', 'settle'], { available: 3, sold: 2 }, { isReserved: false, userErrors: [] }],
  ['settle twice', ['reserve', 'commit', 'settle', 'settle'], { available: 3, sold: 2 }, { userErrors: [] }],
  ['settle of nothing', ['settle'], { available: 5 }, { isReserved: false, userErrors: [] }],
  ['release after settling', ['reserve', 'commit', 'settle', 'release'], { available: 3, sold: 2 }, { userErrors: [] }],
  [
    'commit after settling',
    ['reserve', 'commit', 'settle', 'commit'],
    { available: 3, sold: 2 },
    { isReserved: false },
  ],
  [
    'late reserve after settling',
    ['reserve', 'commit', 'settle', 'reserve'],
    { available: 3, reserved: 0, sold: 2 },
    { isReserved: false },
  ],
  ['settle while only held', ['reserve', 'settle'], { available: 3, reserved: 2 }, { isReserved: true }],
];
type Step = 'reserve' | 'commit' | 'release' | 'settle';

describe('steps that come twice, late or out of order', () => {
  it.each(stories)('%s', async (_, steps, counts, answer) => {
    const tea = await productOf(catalog, { stock: 5 });
    const order = orderOf(catalog);
    let last: StockAnswer | undefined;
    for (const step of steps) last = step === 'reserve' ? await order.reserve([[tea, 2]]) : await order[step]();
    expect(await stockOf(catalog, tea)).toMatchObject(counts);
    expect(last).toMatchObject(answer);
  });

  it('names a refusal: NOT_FOUND for a commit without a hold, INVALID for settling what is only held', async () => {
    const tea = await productOf(catalog, { stock: 5 });
    const order = orderOf(catalog);
    expect(await order.commit()).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    await order.reserve([[tea, 1]]);
    expect(await order.settle()).toMatchObject({ userErrors: [{ code: 'INVALID' }] });
  });
});

describe('time', () => {
  it('forgets ended entries after an hour, asks for overdue holds, and never ends a hold by itself', async () => {
    await using timed = await startCatalog({ isSeeded: false, now: () => clock, upkeepIntervalMs: 20 });
    const tea = await productOf(timed, { stock: 9 });
    const [ended, overdue] = [orderOf(timed), orderOf(timed, new Date(clock.getTime() + 60_000))];
    await ended.reserve([[tea, 1]]);
    await ended.release();
    await overdue.reserve([[tea, 2]]);
    clock = new Date(clock.getTime() + 3_599_000);
    await expect
      .poll(() => timed.events.filter(({ kind }) => kind === 'stock.holdOverdue').map(({ key }) => key))
      .toContain(overdue.id);
    expect(await holdsOf(timed, tea)).toEqual([ended.id, overdue.id]);
    const young = orderOf(timed);
    await young.reserve([[tea, 1]]);
    await young.release();
    clock = new Date(clock.getTime() + 2_000);
    await expect.poll(() => holdsOf(timed, tea)).toEqual([overdue.id, young.id]);
    expect(await stockOf(timed, tea)).toMatchObject({ available: 7, reserved: 2 });
  });
});

describe('the ledger', () => {
  it('tells every change once, newest first, with who and why', async () => {
    const tea = await productOf(catalog, { stock: 9 });
    const [sold, expired] = [orderOf(catalog), orderOf(catalog, clock)];
    const step = () => {
      clock = new Date(clock.getTime() + 1_000);
    };
    for (const work of [
      () => sold.reserve([[tea, 2]]),
      () => sold.commit(),
      () => expired.reserve([[tea, 1]]),
      () => expired.release(),
      () => sold.release(),
      () => restock(tea, -3),
    ]) {
      step();
      await work();
    }
    const query =
      'query ($id: ID!, $first: Int, $after: String) { stockMovements(productId: $id, first: $first, after: $after) { nodes { kind quantity reason orderId actorId } pageInfo { hasNextPage endCursor } } }';
    const { stockMovements } = await catalog.data<{ stockMovements: { nodes: object[] } }>(operator(), query, {
      id: tea,
    });
    const byOrder = { reason: null, actorId: null };
    expect(stockMovements.nodes).toEqual([
      { kind: 'ADJUST', quantity: -3, reason: 'Counted', orderId: null, actorId: 'usr_test_operator' },
      { kind: 'RETURN', quantity: 2, orderId: sold.id, ...byOrder },
      { kind: 'EXPIRE', quantity: 1, orderId: expired.id, ...byOrder },
      { kind: 'RESERVE', quantity: 1, orderId: expired.id, ...byOrder },
      { kind: 'COMMIT', quantity: 2, orderId: sold.id, ...byOrder },
      { kind: 'RESERVE', quantity: 2, orderId: sold.id, ...byOrder },
      { kind: 'ADJUST', quantity: 9, reason: 'Opening stock', orderId: null, actorId: 'usr_test_operator' },
    ]);
    const page = await catalog.data<{ stockMovements: { nodes: object[]; pageInfo: { endCursor: string } } }>(
      operator(),
      query,
      { id: tea, first: 3 },
    );
    const rest = await catalog.data<{ stockMovements: { nodes: object[]; pageInfo: object } }>(operator(), query, {
      id: tea,
      after: page.stockMovements.pageInfo.endCursor,
    });
    expect([...page.stockMovements.nodes, ...rest.stockMovements.nodes]).toEqual(stockMovements.nodes);
    expect(rest.stockMovements.pageInfo).toMatchObject({ hasNextPage: false });
  });

  it('copies a line once, even when a process died between copying and removing it', async () => {
    const tea = await productOf(catalog, { stock: 4 });
    const products = catalog.connection.collection<{ _id: string; movements: { id: string; kind: string }[] }>(
      'products',
    );
    const read = () =>
      catalog.data<{ stockMovements: { nodes: { id: string }[] } }>(
        operator(),
        'query ($id: ID!) { stockMovements(productId: $id) { nodes { id kind } } }',
        { id: tea },
      );
    const [line] = (await read()).stockMovements.nodes;
    const moved = await catalog.connection
      .collection<{ _id: string }>('stockMovements')
      .findOne({ _id: line?.id ?? '' });
    await products.updateOne({ _id: tea }, { $push: { movements: { ...moved, id: line?.id ?? '', kind: 'ADJUST' } } });
    expect((await read()).stockMovements.nodes).toHaveLength(1);
    expect((await products.findOne({ _id: tea }))?.movements).toEqual([]);
  });
});

describe('snapshots', () => {
  it('answer in the order of the ids, capped, null for unknown ids, archived ones included', async () => {
    const tea = await productOf(catalog, { stock: 50, maxPerOrder: 4, price: 5_500 });
    await catalog.data(operator(), 'mutation ($id: ID!) { archiveProduct(id: $id) { userErrors { code } } }', {
      id: tea,
    });
    const query =
      'query ($ids: [ID!]!) { productSnapshots(ids: $ids) { productId sku name packLabel imageUrl categoryId categoryPath price { amount } mrp { amount } maxPerOrder isActive availableQuantity } }';
    const { productSnapshots } = await catalog.data<{
      productSnapshots: ({ categoryPath: string[]; categoryId: string } | null)[];
    }>(service('orders'), query, { ids: ['prd_none', tea, tea] });
    expect(productSnapshots).toMatchObject([
      null,
      { productId: tea, price: { amount: 5_500 }, maxPerOrder: 4, isActive: false, availableQuantity: 4 },
      { productId: tea },
    ]);
    expect(productSnapshots[1]?.categoryPath).toEqual([productSnapshots[1]?.categoryId]);
    const { errors } = await catalog.ask(service('orders'), query, { ids: Array.from({ length: 201 }, String) });
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('are for the orders service alone, like every stock command', async () => {
    for (const viewer of [customer(), operator(), service('delivery')]) {
      const { errors } = await catalog.ask(viewer, '{ productSnapshots(ids: []) { sku } }');
      expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    }
  });
});

async function restock(productId: string, delta: number): Promise<void> {
  const input = { rows: [{ productId, delta }], reason: 'Counted', idempotencyKey: `key-${Math.random()}` };
  await catalog.data(
    operator(),
    'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code } } }',
    { input },
  );
}

async function holdsOf({ connection }: TestCatalog, productId: string): Promise<string[]> {
  const found = await connection
    .collection<{ _id: string; holds: { orderId: string }[] }>('products')
    .findOne({ _id: productId });
  return found?.holds.map(({ orderId }) => orderId) ?? [];
}
