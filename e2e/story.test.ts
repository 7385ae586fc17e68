import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGraphqlClient, createSubscriptionClient } from '@swiftcart/testkit';
import { describe, expect, it } from 'vitest';
import * as ops from './support/shop-operations.ts';
import { startShop, type Wiring } from './support/start-shop.ts';

// biome-ignore lint/suspicious/noExplicitAny: replies are read by the shape of the operation beside them.
type Reply = any;

describe.each<Wiring>(['in-process', 'five-ports'])('the whole story, %s wiring', (wiring) => {
  it('sells, packs, delivers and streams an order, and still knows it after a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'swiftcart-story-'));
    try {
      const before = await playStory(wiring, directory);
      await using shop = await startShop(wiring, directory);
      const client = createGraphqlClient(shop.url);
      const send = async (query: string, variables: Record<string, unknown>, token: string): Promise<Reply> => {
        const reply = await client.request<Reply>(query, variables, { headers: { authorization: `Bearer ${token}` } });
        expect(reply.errors).toBeUndefined();
        return reply.data;
      };
      const again = await client.request<Reply>(ops.LOGIN, { email: before.email, password: before.password });
      const token = again.data.login.session.accessToken;
      const history = await send(ops.HISTORY, {}, token);
      expect(history.me.orders.nodes).toEqual([
        {
          id: before.orderId,
          number: before.orderNumber,
          status: 'COMPLETED',
          deliveryStatus: { status: 'DELIVERED' },
        },
      ]);
      const operator = await client.request<Reply>(ops.LOGIN, operatorLogin);
      expect(await send(ops.STOCK, { id: before.productId }, operator.data.login.session.accessToken)).toEqual(
        before.stock,
      );
      expect(await shop.stop('SIGTERM')).toBe(0);
      expect(shop.output()).toMatch(/stopped\s*$/);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

const operatorLogin = { email: 'operator@swiftcart.test', password: 'swiftcart-demo-1' };

async function playStory(wiring: Wiring, directory: string) {
  await using shop = await startShop(wiring, directory);
  const client = createGraphqlClient(shop.url);
  const send = async (
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const reply = await client.request<Reply>(query, variables, { headers });
    expect(reply.errors, JSON.stringify(reply.errors)).toBeUndefined();
    return reply.data;
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const operator = bearer((await send(ops.LOGIN, operatorLogin)).login.session.accessToken);

  // Browse, search, and fill a cart as a guest.
  const browse = await send(ops.SEARCH, { first: 5 });
  expect(browse.products.totalCount).toBeGreaterThanOrEqual(200);
  const search = await send(ops.SEARCH, { search: 'milk', first: 20 });
  const [first, second] = search.products.nodes;
  expect(first.name.toLowerCase() + second.name.toLowerCase()).toContain('milk');
  const stockBefore = await send(ops.STOCK, { id: first.id }, operator);
  const guest = (await send(ops.ADD_TO_CART, { productId: first.id, quantity: 2 })).addToCart;
  expect(guest).toMatchObject({
    userErrors: [],
    cart: { totalQuantity: 2, subtotal: { amount: 2 * first.price.amount } },
  });
  const guestToken: string = guest.cart.guestToken;
  const more = (await send(ops.ADD_TO_CART, { productId: second.id }, { 'x-cart-token': guestToken })).addToCart;
  expect(more.cart).toMatchObject({ id: guest.cart.id, totalQuantity: 3 });

  // Sign up, merge, and see the same cart signed in.
  const email = `meera.${Date.now()}@example.test`;
  const password = 'correct horse battery 9';
  const registered = await send(ops.REGISTER, { input: { name: 'Meera Iyer', email, password } });
  expect(registered.register.userErrors).toEqual([]);
  const customer = bearer(registered.register.session.accessToken);
  const merged = await send(ops.MERGE_CART, { token: guestToken }, customer);
  expect(merged.mergeCart).toMatchObject({ userErrors: [], cart: { totalQuantity: 3 } });
  const repeated = await send(ops.MERGE_CART, { token: guestToken }, customer);
  expect(repeated.mergeCart).toMatchObject({ userErrors: [], cart: { totalQuantity: 3 } });
  const address = { label: 'Home', line1: '12 Lake View Road', city: 'Bengaluru', pincode: '560034', isDefault: true };
  const saved = await send(ops.SAVE_ADDRESS, { input: address }, customer);
  expect(saved.saveAddress.userErrors).toEqual([]);
  const addressId = saved.saveAddress.user.addresses[0].id;

  // Check out at the quoted total.
  const { quote } = await send(ops.QUOTE, { addressId }, customer);
  expect(quote.itemTotal.amount).toBe(2 * first.price.amount + second.price.amount);
  const input = {
    idempotencyKey: `story-${Date.now()}`,
    addressId,
    paymentMethod: 'COD',
    expectedGrandTotal: quote.grandTotal.amount,
  };
  const placed = (await send(ops.PLACE_ORDER, { input }, customer)).placeOrder;
  expect(placed).toMatchObject({
    userErrors: [],
    order: { status: 'CONFIRMED', bill: { grandTotal: quote.grandTotal } },
  });
  const replayed = (await send(ops.PLACE_ORDER, { input }, customer)).placeOrder;
  expect(replayed.order.id).toBe(placed.order.id);
  const orderId: string = placed.order.id;
  expect((await send(ops.HISTORY, {}, customer)).cart?.totalQuantity ?? 0).toBe(0);

  // Watch it live while the store works.
  await using sockets = createSubscriptionClient(shop.socketUrl, { connectionParams: customer });
  const stream = sockets.subscribe(ops.TRACK, { orderId, afterSequence: 0 });
  const event = async (): Promise<Reply> => ((await stream.next(10_000)) as Reply).data.deliveryStatusChanged;
  const events = [await event()];
  expect(events[0]).toMatchObject({
    event: { sequence: 1, to: 'PLACED' },
    deliveryStatus: {
      status: 'PLACED',
      order: {
        number: placed.order.number,
        customer: { name: 'Meera Iyer' },
        items: expect.arrayContaining([
          { productName: first.name, product: { name: first.name, price: { formatted: expect.stringMatching(/^₹/) } } },
        ]),
      },
    },
  });
  const queue = await send(ops.QUEUE, {}, operator);
  expect(queue.deliveryQueue.nodes).toContainEqual({
    orderId,
    status: 'PLACED',
    order: { number: placed.order.number },
  });
  const move = async (status: string, rest: object = {}) =>
    (await send(ops.UPDATE_STATUS, { input: { orderId, status, ...rest } }, operator)).updateStatus;

  expect((await move('DELIVERED')).userErrors[0]).toMatchObject({
    code: 'ILLEGAL_TRANSITION',
    currentStatus: 'PLACED',
  });
  expect(await move('PACKED')).toMatchObject({ hasChanged: true, userErrors: [] });
  expect((await move('OUT_FOR_DELIVERY')).userErrors[0].code).toBe('RIDER_REQUIRED');
  const assigned = await send(ops.ASSIGN_RIDER, { orderId, riderId: queue.riders[0].id }, operator);
  expect(assigned.assignRider.userErrors).toEqual([]);
  expect(await move('OUT_FOR_DELIVERY')).toMatchObject({ hasChanged: true, userErrors: [] });
  const { handoverCode } = (await send(ops.ORDER, { id: orderId }, customer)).order.deliveryStatus;
  expect(handoverCode).toMatch(/^\d{4}$/);
  expect((await send(ops.ORDER, { id: orderId }, operator)).order.deliveryStatus.handoverCode).toBeNull();
  const wrongCode = handoverCode === '0000' ? '0001' : '0000';
  expect((await move('DELIVERED', { handoverCode: wrongCode })).userErrors[0].code).toBe('CODE_MISMATCH');
  expect(await move('DELIVERED', { handoverCode })).toMatchObject({ hasChanged: true, userErrors: [] });

  while (events.at(-1).event.to !== 'DELIVERED') events.push(await event());
  expect(await stream.rest()).toEqual([]);
  expect(events.map((each) => each.event.sequence)).toEqual(events.map((_, index) => index + 1));
  const states = events.filter((each) => each.event.kind === 'STATE_CHANGED').map((each) => each.event.to);
  expect(states).toEqual(['PLACED', 'PACKED', 'OUT_FOR_DELIVERY', 'DELIVERED']);

  // History and stock are right afterwards.
  await expect
    .poll(async () => (await send(ops.ORDER, { id: orderId }, customer)).order.status, { timeout: 10_000 })
    .toBe('COMPLETED');
  const stock = await send(ops.STOCK, { id: first.id }, operator);
  expect(stock.product.stock).toEqual({
    onHand: stockBefore.product.stock.onHand - 2,
    reserved: 0,
    available: stockBefore.product.stock.available - 2,
  });
  expect(await shop.stop('SIGTERM')).toBe(0);
  return { email, password, orderId, orderNumber: placed.order.number, productId: first.id, stock };
}
