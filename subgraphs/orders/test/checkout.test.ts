import { customer } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartFields, orderView } from './operations.ts';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders();
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('placing an order', () => {
  it('confirms cash on delivery, clears the cart, and tells the others', async () => {
    const viewer = await shop.shopper('usr_cod', 'prd_1', 2);
    const quoted = await shop.quote(viewer, 1_000);
    const { order, userErrors } = await shop.place(viewer, { tip: 1_000, note: 'Ring twice' });
    expect(userErrors).toEqual([]);
    expect(order).toMatchObject({
      status: 'CONFIRMED',
      customerId: 'usr_cod',
      payment: { status: 'PENDING', method: 'COD' },
    });
    expect(order?.bill['grandTotal']?.amount).toBe(10_000 + 2_500 + 400 + 1_000);
    expect(quoted?.['grandTotal']).toEqual({ amount: order?.bill['grandTotal']?.amount });
    expect(order?.events.map(({ sequence, kind }) => `${sequence} ${kind}`)).toEqual([
      '1 PLACED',
      '2 STOCK_RESERVED',
      '3 CONFIRMED',
    ]);
    expect(shop.state.entries.get(order?.id ?? '')?.state).toBe('committed');
    const cart = await shop.as(viewer)<{ cart: { items: unknown[] } }>('{ cart { items { id } } }');
    expect(cart.data?.cart.items).toEqual([]);
    const kinds = () => shop.told.filter((event) => event.key === order?.id).map((event) => event.kind);
    await eventually(kinds, (told) => told.length === 2);
    expect(kinds()).toEqual(['order.placed', 'order.confirmed']);
    expect(shop.told.find(({ key, kind }) => key === order?.id && kind === 'order.confirmed')?.payload).toMatchObject({
      customerId: 'usr_cod',
      destination: { recipientName: 'Asha Rao', pincode: '560001' },
      itemCount: 2,
    });
  });

  it('captures an approved card once and shows it in the history', async () => {
    const viewer = await shop.shopper('usr_card');
    const { order } = await shop.place(viewer, { paymentMethod: 'CARD', paymentToken: 'sim_approve' });
    expect(order).toMatchObject({ status: 'CONFIRMED', payment: { status: 'CAPTURED', clientSecret: null } });
    expect(order?.events.map(({ kind }) => kind)).toEqual([
      'PLACED',
      'STOCK_RESERVED',
      'PAYMENT_CAPTURED',
      'CONFIRMED',
    ]);
  });

  it('keeps order and stock after a decline, so that it can be paid another way', async () => {
    const viewer = await shop.shopper('usr_decline');
    const { order, userErrors } = await shop.place(viewer, { paymentMethod: 'CARD', paymentToken: 'sim_decline' });
    expect(userErrors.map(({ code }) => code)).toEqual(['PAYMENT_DECLINED']);
    expect(order).toMatchObject({ status: 'PAYMENT_FAILED', payment: { status: 'FAILED' } });
    expect(shop.state.entries.get(order?.id ?? '')?.state).toBe('held');
  });

  it('answers a repeated key with the first order, and another input under it with a mismatch', async () => {
    const viewer = await shop.shopper('usr_repeat');
    const input = { idempotencyKey: 'same', expectedGrandTotal: 7_900 };
    const first = await shop.place(viewer, input);
    const again = await shop.place(viewer, input);
    expect(again.order?.id).toBe(first.order?.id);
    expect(again.userErrors).toEqual([]);
    const other = await shop.place(viewer, { ...input, note: 'another' });
    expect(other).toMatchObject({ order: null, userErrors: [{ code: 'IDEMPOTENCY_MISMATCH' }] });
  });

  it('is found by id, by number and in the list of its owner', async () => {
    const viewer = await shop.shopper('usr_find');
    const { order } = await shop.place(viewer);
    const found = await shop.as(viewer)<Record<string, { id: string }>>(
      `query ($n: String!) { orderByNumber(number: $n) { ${orderView} } }`,
      { n: order?.number.toLowerCase() },
    );
    expect(found.data?.['orderByNumber']?.id).toBe(order?.id);
    const list = await shop.as(viewer)<{ _entities: { orders: { totalCount: number; nodes: { id: string }[] } }[] }>(
      'query { _entities(representations: [{ __typename: "User", id: "usr_find" }]) { ... on User { orders { totalCount nodes { id } } } } }',
    );
    expect(list.data?._entities[0]?.orders).toEqual({ totalCount: 1, nodes: [{ id: order?.id }] });
    const stranger = shop.as(customer('usr_stranger'));
    expect((await stranger('query ($id: ID!) { order(id: $id) { id } }', { id: order?.id })).data).toEqual({
      order: null,
    });
  });

  it('adds to a cart what a guest collected before signing in', async () => {
    shop.addProduct('prd_guest');
    const guest = await shop.add({ kind: 'anonymous' }, 'prd_guest', 3);
    expect(guest.cart?.guestToken).toMatch(/^[\w-]{22}$/);
    const viewer = await shop.shopper('usr_merge', 'prd_guest', 1);
    const merged = await shop.mutate<'mergeCart'>(
      viewer,
      `mutation ($t: String!) { mergeCart(guestCartToken: $t) { ${cartFields} } }`,
      { t: guest.cart?.guestToken },
    );
    expect(merged).toMatchObject({ cart: { totalQuantity: 3 }, userErrors: [] });
  });
});
