import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { confirmMutation, retryMutation } from './operations.ts';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

// PENDING_PAYMENT without a refusal says "it is the customer's turn". Told so while the charge was merely unknown, he filled
// his cart up and ordered again what the charge, once it was known, had bought him already.

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders({ config: { sagaLeaseMs: 500, sweepIntervalMs: 100 } });
});
afterAll(() => shop[Symbol.asyncDispose]());

const codes = (reply: { userErrors: { code: string }[] }) => reply.userErrors.map(({ code }) => code);
const ledger = () => shop.service.database.collection('simulated_payments');
const ledgerStates = async (orderId: string | undefined) =>
  (await ledger().find({ orderId }).toArray()).map(({ state }) => String(state)).sort();
const cartOf = async (viewer: Parameters<OrdersUnderTest['as']>[0]) =>
  (await shop.as(viewer)<{ cart: { items: { quantity: number }[] } }>('{ cart { items { quantity } } }')).data?.cart;
const oneFailure = () => vi.spyOn(ledger(), 'findOne').mockRejectedValueOnce(new Error('the connection broke'));

it('placing is not over while nobody knows whether the charge went through', async () => {
  const viewer = await shop.shopper('usr_placing', 'prd_placing');
  const input = { idempotencyKey: 'placing', expectedGrandTotal: 7_900, paymentMethod: 'CARD' };
  oneFailure();
  const first = await shop.place(viewer, { ...input, paymentToken: 'sim_approve' });
  expect(codes(first)).toEqual(['IDEMPOTENCY_IN_PROGRESS']);
  expect(first.order?.status).toBe('PENDING_PAYMENT');
  const last = await eventually(
    () => shop.place(viewer, { ...input, paymentToken: 'sim_approve' }),
    ({ userErrors }) => userErrors.length === 0,
  );
  expect(last.order).toMatchObject({ id: first.order?.id, status: 'CONFIRMED' });
  expect((await cartOf(viewer))?.items).toEqual([]);
  expect(await ledgerStates(first.order?.id)).toEqual(['captured']);
});

it('is told PENDING_PAYMENT in the end where the provider turns out to want the customer', async () => {
  const viewer = await shop.shopper('usr_turn', 'prd_turn');
  const input = { idempotencyKey: 'turn', expectedGrandTotal: 7_900, paymentMethod: 'CARD' };
  oneFailure();
  expect(codes(await shop.place(viewer, { ...input, paymentToken: 'sim_confirm' }))).toEqual([
    'IDEMPOTENCY_IN_PROGRESS',
  ]);
  const { order } = await eventually(
    () => shop.place(viewer, { ...input, paymentToken: 'sim_confirm' }),
    ({ userErrors }) => userErrors.length === 0,
  );
  expect(order).toMatchObject({
    status: 'PENDING_PAYMENT',
    payment: { providerReference: expect.stringMatching(/^sim_/) },
  });
});

it('confirming is not over while the provider could not be asked', async () => {
  const viewer = await shop.shopper('usr_confirming', 'prd_confirming');
  const input = { expectedGrandTotal: 7_900, paymentMethod: 'CARD', paymentToken: 'sim_confirm' };
  const { order } = await shop.place(viewer, input);
  const confirm = () =>
    shop.mutate(viewer, confirmMutation, { id: order?.id, r: order?.payment.providerReference, k: 'c' });
  oneFailure();
  expect(codes(await confirm())).toEqual(['IDEMPOTENCY_IN_PROGRESS']);
  const confirmed = await eventually(confirm, ({ userErrors }) => userErrors.length === 0);
  expect(confirmed.order?.status).toBe('CONFIRMED');
  expect((await cartOf(viewer))?.items).toEqual([]);
});

it('paying again is not over while nobody knows whether the charge went through', async () => {
  const viewer = await shop.shopper('usr_again', 'prd_again');
  const input = { expectedGrandTotal: 7_900, paymentMethod: 'CARD', paymentToken: 'sim_decline' };
  const { order } = await shop.place(viewer, input);
  const retry = () => shop.mutate(viewer, retryMutation, { id: order?.id, m: 'CARD', t: 'sim_approve', k: 'again' });
  oneFailure();
  expect(codes(await retry())).toEqual(['IDEMPOTENCY_IN_PROGRESS']);
  const paid = await eventually(retry, ({ userErrors }) => userErrors.length === 0);
  expect(paid.order?.status).toBe('CONFIRMED');
  expect((await cartOf(viewer))?.items).toEqual([]);
  expect(await ledgerStates(order?.id)).toEqual(['cancelled', 'captured']);
});
