import { customer } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartFields } from './operations.ts';
import { type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
let clockAheadMs = 0;
beforeAll(async () => {
  shop = await startOrders({ now: () => new Date(Date.now() + clockAheadMs) });
  shop.addProduct('prd_1');
});
afterAll(() => shop[Symbol.asyncDispose]());

const guest = { kind: 'anonymous' } as const;
const day = 86_400_000;
const read = (token: string) =>
  shop.as(guest, { 'x-cart-token': token })<{ cart: { id: string } | null }>('{ cart { id } }');

describe('a guest cart', () => {
  it('lives thirty days after its last change, then its token opens nothing', async () => {
    const { cart } = await shop.add(guest, 'prd_1');
    const token = cart?.guestToken ?? '';
    clockAheadMs += 29 * day;
    expect((await read(token)).data?.cart?.id).toBe(cart?.id);
    await shop.add(guest, 'prd_1', 1, { 'x-cart-token': token });
    clockAheadMs += 29 * day;
    expect((await read(token)).data?.cart?.id).toBe(cart?.id);
    clockAheadMs += 2 * day;
    expect((await read(token)).data).toEqual({ cart: null });
    const merged = await shop.mutate(
      customer('usr_expired'),
      `mutation ($t: String!) { mergeCart(guestCartToken: $t) { ${cartFields} } }`,
      { t: token },
    );
    expect(merged.userErrors.map(({ code }) => code)).toEqual(['NOT_FOUND']);
    const fresh = await shop.add(guest, 'prd_1', 1, { 'x-cart-token': token });
    expect(fresh.cart?.id).not.toBe(cart?.id);
    expect(fresh.cart?.guestToken).not.toBe(token);
  });

  it('keeps its token only as a hash', async () => {
    const { cart } = await shop.add(guest, 'prd_1');
    const stored = await shop.service.database.collection('carts').findOne({ _id: cart?.id as never });
    expect(JSON.stringify(stored)).not.toContain(cart?.guestToken);
    expect(cart?.id).toMatch(/^cart_[0-9a-f]{32}$/);
  });

  it('that was closed for a customer whose merge then died is folded in by the sweeper', async () => {
    const { cart } = await shop.add(guest, 'prd_1', 2);
    const stopped = new Date(Date.now() + clockAheadMs - 60_000);
    await shop.service.database
      .collection('carts')
      .updateOne(
        { _id: cart?.id as never },
        { $set: { mergedInto: 'usr_half', isMergeDone: false, updatedAt: stopped } },
      );
    const quantity = async () =>
      (await shop.as(customer('usr_half'))<{ cart: { totalQuantity: number } | null }>('{ cart { totalQuantity } }'))
        .data?.cart;
    await expect.poll(quantity, { timeout: 5_000 }).toEqual({ totalQuantity: 2 });
  });
});
