import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelMutation } from './operations.ts';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders({ config: { sagaLeaseMs: 1_000 }, sidewaysTimeoutMs: 700 });
});
afterAll(() => shop[Symbol.asyncDispose]());

const codes = (reply: { userErrors: { code: string }[] }) => reply.userErrors.map(({ code }) => code);

async function during<Result>(
  field: string,
  mode: 'rejecting' | 'lost' | 'slow',
  work: () => Promise<Result>,
): Promise<Result> {
  shop.state.modes[field] = mode;
  try {
    return await work();
  } finally {
    delete shop.state.modes[field];
  }
}

describe('a sibling that fails', () => {
  it('after holding the stock makes no order and keeps no stock, because a definite error means no effect', async () => {
    const viewer = await shop.shopper('usr_lost', 'prd_lost');
    const reply = await during('reserveStock', 'lost', () => shop.place(viewer, { expectedGrandTotal: 7_900 }));
    expect(reply).toMatchObject({ order: null, userErrors: [{ code: 'CATALOG_UNAVAILABLE' }] });
    await eventually(
      () => shop.state.products.get('prd_lost')?.available,
      (available) => available === 100,
    );
  });

  it('while the stock is given back is asked again until it is', async () => {
    const viewer = await shop.shopper('usr_stuck', 'prd_stuck');
    const reply = await during('releaseStock', 'rejecting', () => shop.place(viewer, { expectedGrandTotal: 1 }));
    expect(codes(reply)).toEqual(['PRICE_CHANGED']);
    expect(shop.state.products.get('prd_stuck')?.available).toBe(99);
    await eventually(
      () => shop.state.products.get('prd_stuck')?.available,
      (available) => available === 100,
      10_000,
    );
  });

  it('at the commit does not keep the customer waiting nor his cart full', async () => {
    const viewer = await shop.shopper('usr_commit', 'prd_commit');
    const reply = await during('commitStock', 'rejecting', () => shop.place(viewer, { expectedGrandTotal: 7_900 }));
    expect(reply.order?.status).toBe('CONFIRMED');
    const read = await shop.as(viewer)<{ cart: { items: unknown[] } }>('{ cart { items { id } } }');
    expect(read.data?.cart.items).toEqual([]);
    await eventually(
      () => shop.state.entries.get(reply.order?.id ?? '')?.state,
      (state) => state === 'committed',
      10_000,
    );
  });

  it('at the commit until the parcel is there still sells the goods before it forgets them, or they would be sold for ever', async () => {
    const viewer = await shop.shopper('usr_late', 'prd_late');
    const settled = () => shop.state.calls['settleStock'] ?? 0;
    const before = settled();
    const { order } = await during('commitStock', 'rejecting', async () => {
      const placed = await shop.place(viewer, { expectedGrandTotal: 7_900 });
      await shop.deliver(placed.order?.id ?? '', 1, 'DELIVERED');
      await eventually(settled, (calls) => calls > before);
      return placed;
    });
    await eventually(
      () => shop.state.entries.get(order?.id ?? '')?.state,
      (state) => state === 'settled',
      10_000,
    );
  });

  it('in the address book makes no order either, and the same key may be sent again', async () => {
    const viewer = await shop.shopper('usr_book', 'prd_book');
    const input = { idempotencyKey: 'book', expectedGrandTotal: 7_900 };
    expect(codes(await during('addressOf', 'lost', () => shop.place(viewer, input)))).toEqual(['CATALOG_UNAVAILABLE']);
    expect((await shop.place(viewer, input)).order?.status).toBe('CONFIRMED');
  });

  it('slowly, or judges and loses the answer, still leads to one end', async () => {
    const viewer = await shop.shopper('usr_slow', 'prd_slow');
    const { order } = await during('reserveStock', 'slow', () => shop.place(viewer, { expectedGrandTotal: 7_900 }));
    await during('cancelDelivery', 'lost', () => shop.mutate(viewer, cancelMutation, { id: order?.id }));
    await eventually(
      () => shop.order(viewer, order?.id ?? ''),
      (read) => read?.status === 'CANCELLED',
      10_000,
    );
    await eventually(
      () => shop.state.products.get('prd_slow')?.available,
      (available) => available === 100,
    );
  });
});

describe('a cart that changes while it is ordered', () => {
  it('is not cleared, because what came in meanwhile was not ordered', async () => {
    const viewer = await shop.shopper('usr_meanwhile', 'prd_meanwhile');
    shop.addProduct('prd_later');
    const placing = during('reserveStock', 'slow', () => shop.place(viewer, { expectedGrandTotal: 7_900 }));
    await eventually(
      () => shop.service.database.collection('orders').countDocuments({ customerId: 'usr_meanwhile' }),
      (count) => count === 1,
    );
    await shop.add(viewer, 'prd_later');
    expect((await placing).order?.items.map(({ productName }) => productName)).toEqual(['Product prd_meanwhile']);
    const read = await shop.as(viewer)<{ cart: { totalQuantity: number } }>('{ cart { totalQuantity } }');
    expect(read.data?.cart.totalQuantity).toBe(2);
  });
});

describe('quote while a sibling is down', () => {
  it('is an error that says which kind, not a wrong number', async () => {
    const viewer = await shop.shopper('usr_quote');
    for (const [field, mode, code] of [
      ['productSnapshots', 'lost', 'SUBGRAPH_TIMEOUT'],
      ['addressOf', 'lost', 'SUBGRAPH_TIMEOUT'],
    ] as const) {
      const reply = await during(field, mode, () =>
        shop.as(viewer)('{ quote(addressId: "adr_usr_quote") { grandTotal { amount } } }'),
      );
      expect(reply.errors?.[0]?.extensions?.['code']).toBe(code);
      expect(reply.data).toEqual({ quote: null });
    }
  });
});
