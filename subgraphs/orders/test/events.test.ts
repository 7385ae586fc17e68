import { newEvent, type PublishOptions } from '@swiftcart/events';
import { admin, customer } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders({ config: { deliveryReminderMs: 300 } });
});
afterAll(() => shop[Symbol.asyncDispose]());

const publish = (topic: string, kind: string, payload: Record<string, unknown>, options?: PublishOptions) =>
  shop.bus.publish(newEvent({ topic, kind, key: 'k', correlationId: 'test', payload, now: new Date() }), options);

describe('events of others', () => {
  it('let a new account adopt the guest cart it registered with, once', async () => {
    shop.addProduct('prd_1');
    const guest = await shop.add({ kind: 'anonymous' }, 'prd_1', 3);
    const payload = { userId: 'usr_new', name: 'Asha', guestCartToken: guest.cart?.guestToken };
    await publish('users', 'user.registered', payload);
    await publish('users', 'user.registered', payload);
    const read = shop.as(customer('usr_new'))<{ cart: { totalQuantity: number } | null }>;
    // The cart is there before what is put into it: the quantity is the fact to wait for, and both events must be through.
    await eventually(
      async () => (await read('{ cart { totalQuantity } }')).data?.cart?.totalQuantity,
      (quantity) => quantity === 3,
    );
    await publish('users', 'user.registered', payload, { untilSafe: true });
    expect((await read('{ cart { totalQuantity } }')).data?.cart?.totalQuantity).toBe(3);
  });

  it('that ask about an overdue hold get it ended or kept, by what became of the order', async () => {
    const viewer = await shop.shopper('usr_overdue', 'prd_overdue', 1);
    const waiting = await shop.place(viewer, { paymentMethod: 'CARD', paymentToken: 'sim_confirm' });
    const lines = [{ productId: 'prd_overdue', quantity: 1 }];
    for (const orderId of ['ord_lost', waiting.order?.id ?? '']) {
      shop.state.entries.set(orderId, { state: 'held', lines });
      await publish('catalog', 'stock.holdOverdue', { orderId });
    }
    await eventually(
      () => shop.state.entries.get('ord_lost')?.state,
      (state) => state === 'released',
    );
    expect(shop.state.entries.get(waiting.order?.id ?? '')?.state).toBe('held');
  });

  it('of unknown kinds or orders are none of its business', async () => {
    await publish('users', 'user.renamed', {});
    await publish('delivery', 'delivery.event', {
      orderId: 'ord_nowhere',
      sequence: 1,
      to: 'DELIVERED',
      actorKind: 'SYSTEM',
    });
    expect((await shop.as(admin())('{ parkedEvents { nodes { id } } }')).data).toEqual({ parkedEvents: { nodes: [] } });
  });
});

describe('an order that delivery says nothing about', () => {
  it('is told of again until delivery answers, because a message may have died with its process', async () => {
    const viewer = await shop.shopper('usr_unheard');
    const { order } = await shop.place(viewer);
    const confirmations = () =>
      shop.told.filter(({ key, kind }) => key === order?.id && kind === 'order.confirmed').length;
    await eventually(confirmations, (count) => count >= 2);
    await shop.deliver(order?.id ?? '', 1, 'PLACED');
    const count = () => shop.service.database.collection('orders').findOne({ _id: order?.id as never });
    await eventually(count, (document) => document?.['deliverySequence'] === 1);
    const heard = confirmations();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(confirmations()).toBe(heard);
  });
});

describe('events that cannot be handled', () => {
  it('wait for an administrator, who can hand them on again', async () => {
    const parked = {
      ...newEvent({
        topic: 'orders',
        kind: 'order.placed',
        key: 'ord_x',
        correlationId: 'c',
        payload: { orderId: 'ord_x' },
        now: new Date(),
      }),
    };
    await shop.service.database.collection('parkedEvents').insertOne({
      _id: parked.id as never,
      event: parked,
      group: null,
      attempts: 10,
      lastError: 'refused',
      firstFailedAt: new Date(),
      parkedAt: new Date(),
    });
    const list =
      '{ parkedEvents { nodes { id subgraph kind orderId attempts lastError firstFailedAt } edges { cursor } pageInfo { hasNextPage } } }';
    const reply = await shop.as(admin())<{ parkedEvents: { nodes: object[] } }>(list);
    expect(reply.data?.parkedEvents.nodes).toMatchObject([
      { id: parked.id, subgraph: 'orders', kind: 'order.placed', orderId: 'ord_x', attempts: 10, lastError: 'refused' },
    ]);
    const replay = 'mutation ($id: ID!) { replayEvent(eventId: $id) { isReplayed userErrors { code } } }';
    expect((await shop.as(admin())(replay, { id: parked.id })).data).toEqual({
      replayEvent: { isReplayed: true, userErrors: [] },
    });
    await eventually(
      () => shop.told.some(({ id }) => id === parked.id),
      (isTold) => isTold,
    );
    expect((await shop.as(admin())(replay, { id: parked.id })).data).toMatchObject({
      replayEvent: { isReplayed: false },
    });
  });
});

describe('reordering', () => {
  it('puts back what is still sold and names the rest, the same however often', async () => {
    for (const [id, quantity] of [
      ['prd_r1', 2],
      ['prd_r2', 2],
      ['prd_r3', 4],
    ] as const)
      await shop.shopper('usr_again', id, quantity);
    const viewer = customer('usr_again');
    const { order } = await shop.place(viewer);
    shop.addProduct('prd_r2', { isActive: false });
    shop.addProduct('prd_r3', { available: 3 });
    const text =
      'mutation ($o: ID!) { reorder(orderId: $o) { cart { items { productName quantity } } userErrors { code productId } } }';
    for (let round = 0; round < 2; round += 1) {
      expect((await shop.as(viewer)(text, { o: order?.id })).data).toEqual({
        reorder: {
          cart: {
            items: [
              { productName: 'Product prd_r1', quantity: 2 },
              { productName: 'Product prd_r3', quantity: 3 },
            ],
          },
          userErrors: [
            { code: 'PRODUCT_UNAVAILABLE', productId: 'prd_r2' },
            { code: 'INSUFFICIENT_STOCK', productId: 'prd_r3' },
          ],
        },
      });
    }
  });
});
