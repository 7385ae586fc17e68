import { customer, operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelMutation, confirmMutation, refundMutation, retryMutation } from './operations.ts';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders({
    config: {
      fees: { minimumOrderMinor: 2_000, freeDeliveryFromMinor: 19_900, deliveryFeeMinor: 2_500, handlingFeeMinor: 400 },
      serviceablePincodes: ['5600'],
    },
  });
});
afterAll(() => shop[Symbol.asyncDispose]());

const codes = (reply: { userErrors: { code: string }[] }) => reply.userErrors.map(({ code }) => code);

describe('checkout refuses', () => {
  it('an empty cart', async () => {
    expect(codes(await shop.place(customer('usr_empty'), { expectedGrandTotal: 1 }))).toEqual(['EMPTY_CART']);
  });

  it('a total that moved, with the new one, and nothing stays held', async () => {
    const viewer = await shop.shopper('usr_moved');
    const refused = await shop.place(viewer, { expectedGrandTotal: 7_899 });
    expect(refused).toMatchObject({
      order: null,
      userErrors: [{ code: 'PRICE_CHANGED', currentGrandTotal: { amount: 7_900 } }],
    });
    expect([...shop.state.entries.values()].filter(({ state }) => state === 'held')).toEqual([]);
    expect(codes(await shop.place(viewer, { expectedGrandTotal: 7_900 }))).toEqual([]);
  });

  it('replays a refusal for its key, and places for a new one', async () => {
    const viewer = await shop.shopper('usr_replay');
    const input = { idempotencyKey: 'r', expectedGrandTotal: 1 };
    expect(codes(await shop.place(viewer, input))).toEqual(['PRICE_CHANGED']);
    const calls = shop.state.calls['reserveStock'];
    expect(codes(await shop.place(viewer, input))).toEqual(['PRICE_CHANGED']);
    expect(shop.state.calls['reserveStock']).toBe(calls);
  });

  it.each([
    ['OUT_OF_STOCK', { available: 0 }],
    ['INSUFFICIENT_STOCK', { available: 1 }],
    ['LIMIT_EXCEEDED', { maxPerOrder: 1 }],
    ['PRODUCT_UNAVAILABLE', { isActive: false }],
  ])('with %s what the catalogue does not hold', async (code, later) => {
    const viewer = await shop.shopper(`usr_${code}`, `prd_${code}`, 2);
    shop.addProduct(`prd_${code}`, later);
    const refused = await shop.place(viewer, { expectedGrandTotal: 12_900 });
    expect(refused).toMatchObject({ order: null, userErrors: [{ code, productId: `prd_${code}` }] });
  });

  it('an order below the minimum', async () => {
    shop.addProduct('prd_cheap', { price: 1_000, mrp: 1_000 });
    const viewer = await shop.shopper('usr_cheap', 'prd_cheap');
    const read = await shop.as(viewer)<{ cart: { issues: { code: string }[] } }>('{ cart { issues { code } } }');
    expect(read.data?.cart.issues).toEqual([{ code: 'BELOW_MINIMUM_ORDER' }]);
    expect(codes(await shop.place(viewer))).toEqual(['BELOW_MINIMUM_ORDER']);
  });

  it('an address out of reach, unknown, or of somebody else', async () => {
    const viewer = await shop.shopper('usr_far');
    shop.state.addresses.set('adr_usr_far', { customerId: 'usr_far', pincode: '110001' });
    expect(codes(await shop.place(viewer, { expectedGrandTotal: 7_900 }))).toEqual(['NOT_SERVICEABLE']);
    const read = await shop.as(viewer)<{ cart: { issues: { code: string; isBlocking: boolean }[] } }>(
      '{ cart { issues { code isBlocking } } }',
    );
    expect(read.data?.cart.issues).toEqual([{ code: 'NOT_SERVICEABLE', isBlocking: false }]);
    await shop.shopper('usr_neighbour');
    for (const addressId of ['adr_nowhere', 'adr_usr_neighbour']) {
      expect(codes(await shop.place(viewer, { addressId, expectedGrandTotal: 7_900 }))).toEqual(['NOT_FOUND']);
    }
  });

  it.each([
    ['an empty key', { idempotencyKey: '' }],
    ['a key of 129 signs', { idempotencyKey: 'k'.repeat(129) }],
    ['a negative tip', { tip: -1 }],
    ['an enormous tip', { tip: 100_001 }],
    ['a negative total', { expectedGrandTotal: -1 }],
    ['a note of 501 signs', { note: 'n'.repeat(501) }],
    ['a note with NUL', { note: 'a\0b' }],
  ])('%s as INVALID', async (_name, input) => {
    const viewer = await shop.shopper('usr_invalid');
    expect(codes(await shop.place(viewer, { expectedGrandTotal: 7_900, ...input }))).toEqual(['INVALID']);
  });

  it('while the catalogue is down, with the key set free for another try', async () => {
    const viewer = await shop.shopper('usr_outage');
    const input = { idempotencyKey: 'o', expectedGrandTotal: 7_900 };
    shop.state.modes['reserveStock'] = 'rejecting';
    expect(codes(await shop.place(viewer, input))).toEqual(['CATALOG_UNAVAILABLE']);
    delete shop.state.modes['reserveStock'];
    expect((await shop.place(viewer, input)).order?.status).toBe('CONFIRMED');
  });

  it('a fourth unpaid order', async () => {
    const viewer = customer('usr_unpaid');
    for (let round = 0; round < 3; round += 1) {
      await shop.shopper('usr_unpaid', `prd_u${round}`);
      const placed = await shop.place(viewer, { paymentMethod: 'CARD', paymentToken: 'sim_confirm' });
      expect(placed.order?.status).toBe('PENDING_PAYMENT');
    }
    await shop.shopper('usr_unpaid', 'prd_u3');
    expect(codes(await shop.place(viewer, { expectedGrandTotal: 1 }))).toEqual(['LIMIT_EXCEEDED']);
  });

  it('a second key on a cart that is being ordered, and on one that was', async () => {
    const viewer = await shop.shopper('usr_twice');
    const waiting = await shop.place(viewer, { paymentMethod: 'CARD', paymentToken: 'sim_confirm' });
    expect(codes(await shop.place(viewer, { expectedGrandTotal: 7_900 }))).toEqual(['IDEMPOTENCY_IN_PROGRESS']);
    await shop.mutate(viewer, cancelMutation, { id: waiting.order?.id });
    expect((await shop.place(viewer, { expectedGrandTotal: 7_900 })).order?.status).toBe('CONFIRMED');
    expect(codes(await shop.place(viewer, { expectedGrandTotal: 7_900 }))).toEqual(['EMPTY_CART']);
  });
});

describe('later operations refuse', () => {
  it('orders of others and unknown ones alike', async () => {
    const owner = await shop.shopper('usr_own');
    const { order } = await shop.place(owner);
    const stranger = customer('usr_foreign');
    for (const id of [order?.id, 'ord_nowhere']) {
      const answers = [
        await shop.mutate(stranger, cancelMutation, { id }),
        await shop.mutate(stranger, retryMutation, { id, m: 'COD', t: null, k: 'k' }),
        await shop.mutate(stranger, confirmMutation, { id, r: 'sim_x', k: 'k' }),
      ];
      expect(answers.map(codes)).toEqual([['NOT_FOUND'], ['NOT_FOUND'], ['NOT_FOUND']]);
    }
  });

  it('cancelling what is packed, delivered or cancelled', async () => {
    const viewer = await shop.shopper('usr_late');
    const { order } = await shop.place(viewer);
    const id = order?.id ?? '';
    shop.state.packed.add(id);
    const refused = await shop.mutate(viewer, cancelMutation, { id });
    expect(refused).toMatchObject({ order: { status: 'CONFIRMED' }, userErrors: [{ code: 'NOT_CANCELLABLE' }] });
    expect((await shop.mutate(operator(), cancelMutation, { id })).order?.status).toBe('CANCELLED');
    expect(codes(await shop.mutate(viewer, cancelMutation, { id }))).toEqual(['ALREADY_CANCELLED']);

    const other = await shop.place(await shop.shopper('usr_late'));
    await shop.deliver(other.order?.id ?? '', 4, 'DELIVERED');
    await eventually(
      () => shop.order(viewer, other.order?.id ?? ''),
      (read) => read?.status === 'COMPLETED',
    );
    expect(codes(await shop.mutate(viewer, cancelMutation, { id: other.order?.id }))).toEqual(['NOT_CANCELLABLE']);
  });

  it('refunds beyond the payment, of unknown items, and of nothing', async () => {
    const viewer = await shop.shopper('usr_refused_refund', 'prd_1', 2);
    const { order } = await shop.place(viewer, { paymentMethod: 'CARD' });
    const refund = async (input: object) =>
      codes(
        await shop.mutate(operator(), refundMutation, {
          input: { orderId: order?.id, idempotencyKey: shop.newKey(), reason: 'r', ...input },
        }),
      );
    const item = order?.items[0]?.id;
    expect(await refund({ amount: 12_901 })).toEqual(['REFUND_EXCEEDS_PAYMENT']);
    expect(await refund({ items: [{ orderItemId: item, quantity: 3 }] })).toEqual(['REFUND_EXCEEDS_PAYMENT']);
    expect(await refund({ items: [{ orderItemId: item, quantity: 0 }] })).toEqual(['INVALID']);
    expect(await refund({ items: [{ orderItemId: 'oit_nowhere', quantity: 1 }] })).toEqual(['NOT_FOUND']);
    expect(await refund({ amount: 0 })).toEqual(['INVALID']);
    expect(await refund({ amount: -5 })).toEqual(['INVALID']);
    expect(await refund({ orderId: 'ord_nowhere' })).toEqual(['NOT_FOUND']);
    const key = { idempotencyKey: 'k', amount: 100 };
    expect(await refund(key)).toEqual([]);
    expect(await refund(key)).toEqual([]);
    expect(await refund({ ...key, amount: 101 })).toEqual(['IDEMPOTENCY_MISMATCH']);
  });
});
