import { operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelMutation, confirmMutation, refundMutation, retryMutation } from './operations.ts';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
let clockAheadMs = 0;
beforeAll(async () => {
  shop = await startOrders({ now: () => new Date(Date.now() + clockAheadMs) });
});
afterAll(() => shop[Symbol.asyncDispose]());

const codes = (reply: { userErrors: { code: string }[] }) => reply.userErrors.map(({ code }) => code);
const card = (paymentToken: string) => ({ paymentMethod: 'CARD', paymentToken });
const ledgerOf = (orderId: string) =>
  shop.service.database.collection('simulated_payments').find({ orderId }).toArray();
const kindsOf = (orderId: string) => shop.told.filter(({ key }) => key === orderId).map(({ kind }) => kind);

describe('paying', () => {
  it('settles a capture whose answer was lost by asking, and never captures twice', async () => {
    const { order } = await shop.place(await shop.shopper('usr_timeout'), card('sim_timeout'));
    expect(order).toMatchObject({ status: 'CONFIRMED', payment: { status: 'CAPTURED' } });
    const ledger = await ledgerOf(order?.id ?? '');
    expect(ledger.map(({ state }) => state)).toEqual(['captured']);
  });

  it('waits for the customer where the provider asks for him, and goes on when he has confirmed', async () => {
    const viewer = await shop.shopper('usr_confirm');
    const { order } = await shop.place(viewer, card('sim_confirm'));
    expect(order).toMatchObject({ status: 'PENDING_PAYMENT', payment: { status: 'PENDING' } });
    const { clientSecret, providerReference } = order?.payment ?? {};
    expect(clientSecret).toMatch(/_secret_/);
    const seenByOperator = await shop.order(operator(), order?.id ?? '');
    expect(seenByOperator?.payment).toMatchObject({ clientSecret: null, providerReference });
    const wrong = await shop.mutate(viewer, confirmMutation, { id: order?.id, r: 'sim_other', k: 'k' });
    expect(codes(wrong)).toEqual(['NOT_FOUND']);
    const variables = { id: order?.id, r: providerReference, k: 'k' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => shop.mutate(viewer, confirmMutation, variables)),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ order: { status: 'CONFIRMED', payment: { clientSecret: null } }, userErrors: [] });
    }
    expect(await shop.as(viewer)<object>('{ cart { items { id } } }')).toMatchObject({ data: { cart: { items: [] } } });
  });

  it('is tried again after a decline, with the same key once, and with cash in the end', async () => {
    const viewer = await shop.shopper('usr_retry');
    const { order } = await shop.place(viewer, card('sim_decline'));
    const id = order?.id;
    const declined = await shop.mutate(viewer, retryMutation, { id, m: 'CARD', t: 'sim_decline', k: 'second' });
    expect(codes(declined)).toEqual(['PAYMENT_DECLINED']);
    const repeated = await shop.mutate(viewer, retryMutation, { id, m: 'CARD', t: 'sim_decline', k: 'second' });
    expect(codes(repeated)).toEqual(['PAYMENT_DECLINED']);
    const other = await shop.mutate(viewer, retryMutation, { id, m: 'UPI', t: 'sim_approve', k: 'second' });
    expect(codes(other)).toEqual(['IDEMPOTENCY_MISMATCH']);
    const paid = await shop.mutate(viewer, retryMutation, { id, m: 'COD', t: null, k: 'third' });
    expect(paid).toMatchObject({ order: { status: 'CONFIRMED', payment: { method: 'COD', status: 'PENDING' } } });
    expect((await ledgerOf(id ?? '')).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(codes(await shop.mutate(viewer, retryMutation, { id, m: 'COD', t: null, k: 'fourth' }))).toEqual([
      'INVALID',
    ]);
  });

  it('cancels an attempt the customer left open before another may charge', async () => {
    const viewer = await shop.shopper('usr_switch');
    const { order } = await shop.place(viewer, card('sim_confirm'));
    const paid = await shop.mutate(viewer, retryMutation, { id: order?.id, m: 'UPI', t: 'sim_approve', k: 'u' });
    expect(paid.order?.status).toBe('CONFIRMED');
    expect((await ledgerOf(order?.id ?? '')).map(({ state }) => state).sort()).toEqual(['cancelled', 'captured']);
  });

  it('collects cash and authorised money when the parcel has been handed over', async () => {
    for (const [user, input, before] of [
      ['usr_cash', {}, 'PENDING'],
      ['usr_auth', card('sim_authorize'), 'AUTHORIZED'],
    ] as const) {
      const viewer = await shop.shopper(user);
      const { order } = await shop.place(viewer, input);
      expect(order).toMatchObject({ status: 'CONFIRMED', payment: { status: before } });
      await shop.deliver(order?.id ?? '', 4, 'DELIVERED');
      const done = await eventually(
        () => shop.order(viewer, order?.id ?? ''),
        (read) => read?.payment.status === 'CAPTURED',
      );
      expect(done?.status).toBe('COMPLETED');
      await eventually(
        () => shop.state.entries.get(order?.id ?? '')?.state,
        (state) => state === 'settled',
      );
    }
  });
});

describe('ending', () => {
  it('gives stock and money back exactly once when a paid order is cancelled', async () => {
    const viewer = await shop.shopper('usr_cancel', 'prd_cancel', 3);
    const { order } = await shop.place(viewer, card('sim_approve'));
    const id = order?.id ?? '';
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.mutate(viewer, cancelMutation, { id })));
    for (const answer of answers) {
      expect(answer.order?.status).toBe('CANCELLED');
      expect(['', 'ALREADY_CANCELLED']).toContain(codes(answer).join());
    }
    expect(shop.state.products.get('prd_cancel')?.available).toBe(100);
    const read = await shop.order(viewer, id);
    expect(read?.payment).toMatchObject({
      status: 'REFUNDED',
      refunds: [{ status: 'SETTLED', amount: { amount: 17_900 } }],
    });
    const [payment] = await ledgerOf(id);
    expect(payment).toMatchObject({ refundedAmount: 17_900, refunds: [{ amount: 17_900 }] });
    expect(read?.events.map(({ sequence, kind }) => `${sequence} ${kind}`)).toEqual([
      '1 PLACED',
      '2 STOCK_RESERVED',
      '3 PAYMENT_CAPTURED',
      '4 CONFIRMED',
      '5 CANCEL_REQUESTED',
      '6 CANCELLED',
      '7 REFUND_ISSUED',
    ]);
    await eventually(
      () => kindsOf(id),
      (kinds) => kinds.includes('refund.issued') && kinds.includes('order.cancelled'),
    );
    expect(kindsOf(id).filter((kind) => kind === 'refund.issued')).toHaveLength(1);
  });

  it('takes over that the store floor cancelled: money and stock back, once, however often it is told', async () => {
    const viewer = await shop.shopper('usr_floor', 'prd_floor', 2);
    const { order } = await shop.place(viewer, card('sim_approve'));
    const id = order?.id ?? '';
    await Promise.all([1, 2, 3].map(() => shop.deliver(id, 3, 'CANCELLED', { note: 'Bag torn' })));
    const read = await eventually(
      () => shop.order(viewer, id),
      (current) => current?.payment.status === 'REFUNDED',
    );
    expect(read).toMatchObject({
      status: 'CANCELLED',
      cancellation: { reason: 'UNDELIVERABLE', cancelledBy: 'OPERATOR' },
    });
    expect(read?.payment.refunds).toHaveLength(1);
    await eventually(
      () => shop.state.products.get('prd_floor')?.available,
      (available) => available === 100,
    );
  });

  it('stays requested while delivery cannot be asked, and is judged when it can', async () => {
    const viewer = await shop.shopper('usr_judge');
    const { order } = await shop.place(viewer);
    shop.state.modes['cancelDelivery'] = 'rejecting';
    const asked = await shop.mutate(viewer, cancelMutation, { id: order?.id });
    expect(asked).toMatchObject({ order: { status: 'CANCELLATION_REQUESTED' }, userErrors: [] });
    delete shop.state.modes['cancelDelivery'];
    await eventually(
      () => shop.order(viewer, order?.id ?? ''),
      (read) => read?.status === 'CANCELLED',
    );
  });

  it('lets the arrival of the parcel win over a cancellation that waits to be judged', async () => {
    const viewer = await shop.shopper('usr_arrived');
    const { order } = await shop.place(viewer);
    shop.state.modes['cancelDelivery'] = 'rejecting';
    await shop.mutate(viewer, cancelMutation, { id: order?.id });
    await shop.deliver(order?.id ?? '', 9, 'DELIVERED');
    const done = await eventually(
      () => shop.order(viewer, order?.id ?? ''),
      (read) => read?.status === 'COMPLETED',
    );
    delete shop.state.modes['cancelDelivery'];
    expect(done?.cancellation).toBeNull();
  });

  it('expires what is not paid in time and gives the stock back', async () => {
    const viewer = await shop.shopper('usr_expire', 'prd_expire', 2);
    const { order } = await shop.place(viewer, card('sim_confirm'));
    expect(shop.state.products.get('prd_expire')?.available).toBe(98);
    clockAheadMs += 10 * 60_000 + 1_000;
    const read = await eventually(
      () => shop.order(viewer, order?.id ?? ''),
      (current) => current?.payment.status === 'CANCELLED',
    );
    expect(read?.status).toBe('EXPIRED');
    expect(read?.events.at(-1)?.kind).toBe('EXPIRED');
    await eventually(
      () => shop.state.products.get('prd_expire')?.available,
      (available) => available === 100,
    );
    const late = { id: order?.id, r: order?.payment.providerReference, k: 'late' };
    expect(codes(await shop.mutate(viewer, confirmMutation, late))).toEqual(['ALREADY_CANCELLED']);
    expect(codes(await shop.mutate(viewer, retryMutation, { id: order?.id, m: 'COD', t: null, k: 'x' }))).toEqual([
      'ALREADY_CANCELLED',
    ]);
  });
});

describe('refunding', () => {
  it('adds up: item by item, by amount, and never beyond the payment under fifty at once', async () => {
    const viewer = await shop.shopper('usr_refund', 'prd_refund', 3);
    const { order } = await shop.place(viewer, card('sim_approve'));
    const refund = (input: object) =>
      shop.mutate(operator(), refundMutation, {
        input: { orderId: order?.id, idempotencyKey: shop.newKey(), reason: 'Damaged', ...input },
      });
    const one = await refund({ items: [{ orderItemId: order?.items[0]?.id, quantity: 1 }] });
    expect(one.order).toMatchObject({
      payment: { status: 'PARTIALLY_REFUNDED', refunds: [{ amount: { amount: 5_000 } }] },
      items: [{ refundedQuantity: 1 }],
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => refund({ amount: 1_000 })));
    expect(answers.filter((answer) => codes(answer).length === 0)).toHaveLength(12);
    const last = await refund({});
    expect(last.order?.payment.status).toBe('REFUNDED');
    const sum = last.order?.payment.refunds.reduce((total, { amount }) => total + amount.amount, 0);
    expect(sum).toBe(17_900);
    expect((await ledgerOf(order?.id ?? ''))[0]?.['refundedAmount']).toBe(17_900);
    const sequences = last.order?.events.map(({ sequence }) => sequence) ?? [];
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });
});
