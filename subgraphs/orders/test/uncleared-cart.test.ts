import { expect, it, vi } from 'vitest';
import { eventually, startOrders } from './start-orders.ts';

it('is not told CONFIRMED before its cart is cleared, or the customer would buy what is still in it again', async () => {
  await using shop = await startOrders({ config: { sagaLeaseMs: 500, sweepIntervalMs: 100 } });
  const viewer = await shop.shopper('usr_uncleared', 'prd_uncleared');
  const input = { idempotencyKey: 'uncleared', expectedGrandTotal: 7_900 };
  const carts = shop.service.database.collection('carts');
  vi.spyOn(carts, 'findOneAndUpdate').mockRejectedValueOnce(new Error('the connection broke'));

  const first = await shop.place(viewer, input);
  expect(first.userErrors.map(({ code }) => code)).toEqual(['IDEMPOTENCY_IN_PROGRESS']);
  const second = await eventually(
    () => shop.place(viewer, input),
    ({ userErrors }) => userErrors.length === 0,
  );
  expect(second.order).toMatchObject({ id: first.order?.id, status: 'CONFIRMED' });
  const read = await shop.as(viewer)<{ cart: { items: unknown[] } }>('{ cart { items { id } } }');
  expect(read.data?.cart.items).toEqual([]);
});
