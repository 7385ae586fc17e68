import { customer } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelMutation, retryMutation } from './operations.ts';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders({ config: { sagaLeaseMs: 10_000 } });
});
afterAll(() => shop[Symbol.asyncDispose]());

const codes = (reply: { userErrors: { code: string }[] }) => reply.userErrors.map(({ code }) => code);
const fifty = <Result>(work: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: 50 }, (_, index) => work(index)));

describe('fifty at once', () => {
  it('with one key make one order', async () => {
    const viewer = await shop.shopper('usr_key', 'prd_key');
    const input = { idempotencyKey: 'one', expectedGrandTotal: 7_900 };
    const replies = await fifty(() => shop.place(viewer, input));
    const ids = new Set(replies.flatMap(({ order }) => (order ? [order.id] : [])));
    expect(ids.size).toBe(1);
    expect(new Set(replies.flatMap(codes))).toEqual(new Set(['IDEMPOTENCY_IN_PROGRESS']));
    expect((await shop.place(viewer, input)).order).toMatchObject({ id: [...ids][0], status: 'CONFIRMED' });
    expect(shop.state.products.get('prd_key')?.available).toBe(99);
  });

  it('with fifty keys sell one cart once', async () => {
    const viewer = await shop.shopper('usr_keys', 'prd_keys');
    const replies = await fifty(() => shop.place(viewer, { expectedGrandTotal: 7_900 }));
    expect(replies.filter(({ order }) => order).map(({ order }) => order?.status)).toEqual(['CONFIRMED']);
    for (const code of replies.flatMap(codes)) expect(['IDEMPOTENCY_IN_PROGRESS', 'EMPTY_CART']).toContain(code);
    expect(shop.state.products.get('prd_keys')?.available).toBe(99);
  });

  it('for the last unit make exactly one order', async () => {
    shop.addProduct('prd_last', { available: 1 });
    const viewers = await fifty((index) => shop.shopper(`usr_last_${index}`, 'prd_last'));
    const replies = await Promise.all(viewers.map((viewer) => shop.place(viewer, { expectedGrandTotal: 7_900 })));
    expect(replies.filter(({ order }) => order?.status === 'CONFIRMED')).toHaveLength(1);
    expect(new Set(replies.flatMap(codes))).toEqual(new Set(['OUT_OF_STOCK']));
    expect(shop.state.products.get('prd_last')?.available).toBe(0);
  });

  it('retrying one payment charge once', async () => {
    const viewer = await shop.shopper('usr_retries');
    const { order } = await shop.place(viewer, { paymentMethod: 'CARD', paymentToken: 'sim_decline' });
    const replies = await fifty((index) =>
      shop.mutate(viewer, retryMutation, { id: order?.id, m: 'CARD', t: 'sim_approve', k: `k${index}` }),
    );
    for (const code of replies.flatMap(codes)) expect(['IDEMPOTENCY_IN_PROGRESS', 'INVALID']).toContain(code);
    const read = await eventually(
      () => shop.order(viewer, order?.id ?? ''),
      (current) => current?.status === 'CONFIRMED',
    );
    expect(read?.payment.status).toBe('CAPTURED');
    const ledger = await shop.service.database.collection('simulated_payments').find({ orderId: order?.id }).toArray();
    expect(ledger.filter(({ state }) => state === 'captured')).toHaveLength(1);
  });

  it('paying and cancelling end as one or the other, with the money and stock to match', async () => {
    for (let round = 0; round < 10; round += 1) {
      const product = `prd_duel_${round}`;
      const viewer = await shop.shopper(`usr_duel_${round}`, product);
      const { order } = await shop.place(viewer, { paymentMethod: 'CARD', paymentToken: 'sim_decline' });
      const id = order?.id ?? '';
      await Promise.all([
        shop.mutate(viewer, retryMutation, { id, m: 'CARD', t: 'sim_approve', k: 'duel' }),
        shop.mutate(viewer, cancelMutation, { id }),
      ]);
      const settled = await eventually(
        () => shop.service.database.collection('orders').findOne({ _id: id as never }),
        (document) => document?.['saga'].todo.length === 0,
      );
      const ledger = await shop.service.database.collection('simulated_payments').find({ orderId: id }).toArray();
      const captured = ledger.reduce((sum, row) => sum + (row['state'] === 'captured' ? row['amount'] : 0), 0);
      const refunded = ledger.reduce((sum, row) => sum + row['refundedAmount'], 0);
      const isCancelled = settled?.['status'] === 'CANCELLED';
      expect(captured - refunded).toBe(isCancelled ? 0 : 7_900);
      expect(shop.state.products.get(product)?.available).toBe(isCancelled ? 100 : 99);
    }
  });

  it('adding for the first time make one cart', async () => {
    shop.addProduct('prd_first', { maxPerOrder: 60 });
    const replies = await fifty(() => shop.add(customer('usr_first_add'), 'prd_first'));
    expect(new Set(replies.map(({ cart }) => cart?.id)).size).toBe(1);
    const read = await shop.as(customer('usr_first_add'))<{ cart: { totalQuantity: number } }>(
      '{ cart { totalQuantity } }',
    );
    expect(read.data?.cart.totalQuantity).toBe(50);
  });
});
