import { customer } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartFields } from './operations.ts';
import { type CartReply, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders({ config: { maxCartLines: 50 } });
});
afterAll(() => shop[Symbol.asyncDispose]());

const guest = { kind: 'anonymous' } as const;

async function change(viewer: Parameters<typeof shop.as>[0], field: string, headers: Record<string, string> = {}) {
  const reply = await shop.as(
    viewer,
    headers,
  )<Record<string, CartReply>>(`mutation { cart: ${field} { ${cartFields} } }`);
  const result = reply.data?.['cart'];
  if (!result) throw new Error(JSON.stringify(reply.errors));
  return result;
}

describe('a cart', () => {
  it('is null before the first add and is made by it, with a token for guests that is returned once', async () => {
    shop.addProduct('prd_a');
    expect((await shop.as(guest)('{ cart { id } }')).data).toEqual({ cart: null });
    const first = await shop.add(guest, 'prd_a');
    const token = first.cart?.guestToken ?? '';
    const again = await shop.add(guest, 'prd_a', 2, { 'x-cart-token': token });
    expect(again.cart).toMatchObject({ id: first.cart?.id, guestToken: null, totalQuantity: 3 });
    const read = await shop.as(guest, { 'x-cart-token': token })<{ cart: object }>(
      '{ cart { guestToken totalQuantity } }',
    );
    expect(read.data?.cart).toEqual({ guestToken: null, totalQuantity: 3 });
  });

  it('moves quantities up, down and to a value, and drops a line at zero', async () => {
    shop.addProduct('prd_b');
    const viewer = customer('usr_b');
    const { cart } = await shop.add(viewer, 'prd_b', 2);
    const id = cart?.items[0]?.id;
    expect((await change(viewer, `incrementCartItem(itemId: "${id}", by: 3)`)).cart?.totalQuantity).toBe(5);
    expect((await change(viewer, `decrementCartItem(itemId: "${id}")`)).cart?.totalQuantity).toBe(4);
    expect((await change(viewer, `setCartItemQuantity(itemId: "${id}", quantity: 7)`)).cart?.items[0]?.quantity).toBe(
      7,
    );
    expect((await change(viewer, `decrementCartItem(itemId: "${id}", by: 9)`)).cart?.items).toEqual([]);
    expect((await change(viewer, `removeFromCart(itemId: "${id}")`)).userErrors[0]?.code).toBe('NOT_FOUND');
  });

  it.each([
    ['addToCart(productId: "prd_c", quantity: 0)', 'INVALID'],
    ['addToCart(productId: "prd_c", quantity: -1)', 'INVALID'],
    ['addToCart(productId: "prd_c", quantity: 2147483647)', 'LIMIT_EXCEEDED'],
    ['addToCart(productId: "prd_nowhere")', 'NOT_FOUND'],
    ['addToCart(productId: "prd_archived")', 'PRODUCT_UNAVAILABLE'],
    ['addToCart(productId: "prd_out")', 'OUT_OF_STOCK'],
    ['addToCart(productId: "prd_few", quantity: 3)', 'INSUFFICIENT_STOCK'],
    ['incrementCartItem(itemId: "cit_nowhere")', 'NOT_FOUND'],
    ['decrementCartItem(itemId: "cit_nowhere", by: 0)', 'INVALID'],
    ['setCartItemQuantity(itemId: "cit_nowhere", quantity: 0)', 'INVALID'],
    ['setCartItemQuantity(itemId: "cit_nowhere", quantity: -1)', 'INVALID'],
    ['applyCoupon(code: "NOPE")', 'EMPTY_CART'],
    ['mergeCart(guestCartToken: "nobody-holds-this")', 'NOT_FOUND'],
  ])('refuses %s with %s and changes nothing', async (field, code) => {
    shop.addProduct('prd_c');
    shop.addProduct('prd_archived', { isActive: false });
    shop.addProduct('prd_out', { available: 0 });
    shop.addProduct('prd_few', { available: 2 });
    const result = await change(customer('usr_c'), field);
    expect(result.userErrors.map((error) => error.code)).toEqual([code]);
    expect(result.cart).toBeNull();
  });

  it('refuses a quantity beyond 32 bits as bad input, before anything runs', async () => {
    const reply = await shop.as(guest)(
      'mutation { addToCart(productId: "prd_c", quantity: 2147483648) { cart { id } } }',
    );
    expect(reply.errors?.[0]?.extensions?.['code']).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    const byVariable = await shop.as(guest)(
      'mutation ($q: Int) { addToCart(productId: "prd_c", quantity: $q) { cart { id } } }',
      { q: 2_147_483_648 },
    );
    expect(byVariable.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('holds fifty different products and refuses the next', async () => {
    const viewer = customer('usr_many');
    for (let index = 0; index < 50; index += 1) {
      shop.addProduct(`prd_m${index}`);
      expect((await shop.add(viewer, `prd_m${index}`)).userErrors).toEqual([]);
    }
    shop.addProduct('prd_m50');
    expect((await shop.add(viewer, 'prd_m50')).userErrors[0]?.code).toBe('LIMIT_EXCEEDED');
    expect((await shop.add(viewer, 'prd_m1')).userErrors).toEqual([]);
  });

  it('counts every one of fifty clicks at once', async () => {
    shop.addProduct('prd_clicks', { maxPerOrder: 100 });
    const viewer = customer('usr_clicks');
    const { cart } = await shop.add(viewer, 'prd_clicks');
    const id = cart?.items[0]?.id;
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 ? change(viewer, `incrementCartItem(itemId: "${id}")`) : shop.add(viewer, 'prd_clicks'),
      ),
    );
    const read = await shop.as(viewer)<{ cart: { totalQuantity: number } }>('{ cart { totalQuantity } }');
    expect(read.data?.cart.totalQuantity).toBe(51);
  });

  it('takes a guest cart in once, however often and by however many at once it is asked', async () => {
    shop.addProduct('prd_x');
    shop.addProduct('prd_y');
    const token = (await shop.add(guest, 'prd_x', 4)).cart?.guestToken ?? '';
    const viewer = customer('usr_merging');
    await shop.add(viewer, 'prd_x', 2);
    await shop.add(viewer, 'prd_y', 1);
    const field = `mergeCart(guestCartToken: "${token}")`;
    const replies = await Promise.all(Array.from({ length: 50 }, () => change(viewer, field)));
    expect(new Set(replies.map(({ cart }) => cart?.totalQuantity))).toEqual(new Set([5]));
    const id = replies[0]?.cart?.items[0]?.id;
    await change(viewer, `decrementCartItem(itemId: "${id}")`);
    expect((await change(viewer, field)).cart?.totalQuantity).toBe(4);
    expect((await change(customer('usr_other'), field)).userErrors[0]?.code).toBe('NOT_FOUND');
    expect((await shop.as(guest, { 'x-cart-token': token })('{ cart { id } }')).data).toEqual({ cart: null });
  });

  it('gives a guest cart to one of fifty customers who merge it at once', async () => {
    const token = (await shop.add(guest, 'prd_x', 2)).cart?.guestToken ?? '';
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        change(customer(`usr_race_${index}`), `mergeCart(guestCartToken: "${token}")`),
      ),
    );
    expect(replies.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  });

  it('takes away while the catalogue is down, and says CATALOG_UNAVAILABLE where it needs it', async () => {
    const viewer = customer('usr_down');
    const { cart } = await shop.add(viewer, 'prd_x', 3);
    const id = cart?.items[0]?.id;
    shop.state.modes['productSnapshots'] = 'rejecting';
    try {
      expect((await change(viewer, `incrementCartItem(itemId: "${id}")`)).userErrors[0]?.code).toBe(
        'CATALOG_UNAVAILABLE',
      );
      expect((await change(viewer, `decrementCartItem(itemId: "${id}")`)).cart?.totalQuantity).toBe(2);
      const read = await shop.as(viewer)<{ cart: { issues: unknown } }>('{ cart { issues { code } } }');
      expect(read).toMatchObject({ data: { cart: { issues: null } } });
      expect(read.errors).toBeUndefined();
    } finally {
      delete shop.state.modes['productSnapshots'];
    }
  });
});

describe('totals that need the catalogue', () => {
  const entity = async (representation: object, fields: string) => {
    const reply = await shop.as(guest)<{ _entities: Record<string, unknown>[] }>(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ${fields} } }`,
      { r: [representation] },
    );
    return reply.data?._entities[0];
  };
  const priced = (sku: string, amount: number) => ({ product: { sku, price: { amount, currency: 'INR' } } });

  it('are matched by sku, never by place, and a missing price gives null, never a smaller sum', async () => {
    const viewer = customer('usr_totals');
    await shop.add(viewer, 'prd_x', 2);
    const { cart } = await shop.add(viewer, 'prd_y', 1);
    const representation = { __typename: 'Cart', id: cart?.id };
    const fields = '... on Cart { subtotal { amount } freeDeliveryShortfall { amount } }';
    const items = [priced('SKU-prd_y', 700), priced('SKU-prd_x', 5_000)];
    expect(await entity({ ...representation, items }, fields)).toEqual({
      subtotal: { amount: 10_700 },
      freeDeliveryShortfall: { amount: 9_200 },
    });
    const nothing = { subtotal: null, freeDeliveryShortfall: null };
    expect(await entity({ ...representation, items: items.slice(1) }, fields)).toEqual(nothing);
    expect(await entity({ ...representation, items: [{ product: null }, items[1]] }, fields)).toEqual(nothing);
    expect(await entity(representation, fields)).toEqual(nothing);
  });

  it('tell per line what it costs now and whether that changed', async () => {
    const { cart } = await shop.add(customer('usr_line'), 'prd_x', 2);
    const representation = { __typename: 'CartItem', id: cart?.items[0]?.id };
    const fields = '... on CartItem { lineTotal { amount } hasPriceChanged }';
    const product = (amount: number) => ({ ...representation, product: { price: { amount, currency: 'INR' } } });
    expect(await entity(product(5_000), fields)).toEqual({ lineTotal: { amount: 10_000 }, hasPriceChanged: false });
    expect(await entity(product(4_000), fields)).toEqual({ lineTotal: { amount: 8_000 }, hasPriceChanged: true });
    expect(await entity(representation, fields)).toEqual({ lineTotal: null, hasPriceChanged: null });
  });

  it('show how many of a product the caller has in the cart', async () => {
    const viewer = customer('usr_stepper');
    await shop.add(viewer, 'prd_x', 4);
    const reply = await shop.as(viewer)<{ _entities: unknown }>(
      'query { _entities(representations: [{ __typename: "Product", id: "prd_x" }, { __typename: "Product", id: "prd_y" }]) { ... on Product { quantityInCart } } }',
    );
    expect(reply.data?._entities).toEqual([{ quantityInCart: 4 }, { quantityInCart: 0 }]);
  });
});

describe('issues of a cart', () => {
  it('tell everything that would stop or change checkout', async () => {
    const lines = ['price', 'out', 'few', 'gone', 'limit'];
    const viewer = customer('usr_issues');
    for (const name of lines) {
      shop.addProduct(`prd_i_${name}`);
      await shop.add(viewer, `prd_i_${name}`, 4);
    }
    shop.addProduct('prd_i_price', { price: 5_500 });
    shop.addProduct('prd_i_out', { available: 0 });
    shop.addProduct('prd_i_few', { available: 2 });
    shop.addProduct('prd_i_gone', { isActive: false });
    shop.addProduct('prd_i_limit', { maxPerOrder: 3 });
    const read = await shop.as(viewer)<{ cart: { issues: { code: string; isBlocking: boolean }[] } }>(
      '{ cart { issues { code message itemId isBlocking availableQuantity } } }',
    );
    expect(read.data?.cart.issues.map(({ code, isBlocking }) => `${code} ${isBlocking}`)).toEqual([
      'PRICE_CHANGED false',
      'OUT_OF_STOCK true',
      'INSUFFICIENT_STOCK true',
      'PRODUCT_UNAVAILABLE true',
      'LIMIT_EXCEEDED true',
    ]);
  });
});
