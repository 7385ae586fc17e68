import { customer, operator } from '@swiftcart/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders();
});
afterAll(() => shop[Symbol.asyncDispose]());

/** Types right, values hostile: operators, prototype keys, NUL, lone surrogates, length. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '$gt',
    '{"$ne":null}',
    '__proto__',
    'constructor',
    'a\0b',
    '\ud800',
    '\u202e',
    "' OR 1=1 --",
    '.*',
    '#',
  ),
  fc.constant('x'.repeat(100_000)),
  fc.string({ maxLength: 40, unit: 'binary' }),
);
const int = fc.oneof(fc.constantFrom(0, -1, 1, 2_147_483_647, -2_147_483_648), fc.integer({ min: -50, max: 50 }));
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const moment = fc.constantFrom('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-01-01T00:00:00+14:00');
const method = fc.constantFrom('COD', 'UPI', 'CARD', 'WALLET');

const couponInput = fc.record({
  code: text,
  kind: fc.constantFrom('PERCENT', 'FLAT'),
  value: int,
  minSubtotal: orNull(int),
  maxDiscount: orNull(int),
  categoryIds: orNull(fc.array(text, { maxLength: 3 })),
  startsAt: orNull(moment),
  endsAt: orNull(moment),
  maxUses: orNull(int),
  maxUsesPerUser: orNull(int),
});

const errors = 'userErrors { code message field }';
const mutations: [name: string, text: string, variables: fc.Arbitrary<object>][] = [
  [
    'addToCart',
    `mutation ($p: ID!, $q: Int) { addToCart(productId: $p, quantity: $q) { ${errors} } }`,
    fc.record({ p: text, q: orNull(int) }),
  ],
  [
    'incrementCartItem',
    `mutation ($i: ID!, $q: Int) { incrementCartItem(itemId: $i, by: $q) { ${errors} } }`,
    fc.record({ i: text, q: orNull(int) }),
  ],
  [
    'setCartItemQuantity',
    `mutation ($i: ID!, $q: Int!) { setCartItemQuantity(itemId: $i, quantity: $q) { ${errors} } }`,
    fc.record({ i: text, q: int }),
  ],
  ['mergeCart', `mutation ($t: String!) { mergeCart(guestCartToken: $t) { ${errors} } }`, fc.record({ t: text })],
  ['applyCoupon', `mutation ($c: String!) { applyCoupon(code: $c) { ${errors} } }`, fc.record({ c: text })],
  [
    'placeOrder',
    `mutation ($i: PlaceOrderInput!) { placeOrder(input: $i) { ${errors} } }`,
    fc.record({
      i: fc.record({
        idempotencyKey: text,
        addressId: text,
        paymentMethod: method,
        paymentToken: orNull(text),
        expectedGrandTotal: int,
        tip: orNull(int),
        note: orNull(text),
      }),
    }),
  ],
  [
    'confirmPayment',
    `mutation ($o: ID!, $r: String!, $k: String!) { confirmPayment(orderId: $o, providerReference: $r, idempotencyKey: $k) { ${errors} } }`,
    fc.record({ o: text, r: text, k: text }),
  ],
  [
    'retryPayment',
    `mutation ($o: ID!, $m: PaymentMethod!, $t: String, $k: String!) { retryPayment(orderId: $o, method: $m, paymentToken: $t, idempotencyKey: $k) { ${errors} } }`,
    fc.record({ o: text, m: method, t: orNull(text), k: text }),
  ],
  [
    'cancelOrder',
    `mutation ($o: ID!, $n: String) { cancelOrder(orderId: $o, reason: OTHER, note: $n) { ${errors} } }`,
    fc.record({ o: text, n: orNull(text) }),
  ],
  ['reorder', `mutation ($o: ID!) { reorder(orderId: $o) { ${errors} } }`, fc.record({ o: text })],
  [
    'refundOrder',
    `mutation ($i: RefundOrderInput!) { refundOrder(input: $i) { ${errors} } }`,
    fc.record({
      i: fc.record({
        orderId: text,
        idempotencyKey: text,
        reason: text,
        amount: orNull(int),
        items: orNull(fc.array(fc.record({ orderItemId: text, quantity: int }), { maxLength: 3 })),
      }),
    }),
  ],
  [
    'createCoupon',
    `mutation ($i: CouponInput!) { createCoupon(input: $i) { ${errors} } }`,
    fc.record({ i: couponInput }),
  ],
  [
    'updateCoupon',
    `mutation ($c: String!, $i: CouponInput!) { updateCoupon(code: $c, input: $i) { ${errors} } }`,
    fc.record({ c: text, i: couponInput }),
  ],
];

describe('hostile input', () => {
  it.each(mutations)('%s answers it with a code or success, and never breaks', async (name, query, variables) => {
    const isStaff = /refund|Coupon/.test(name) && name !== 'applyCoupon';
    const viewer = isStaff ? operator() : await shop.shopper('usr_hostile');
    await fc.assert(
      fc.asyncProperty(variables, async (values) => {
        const reply = await shop.as(viewer)(query, values);
        const codes = (reply.errors ?? []).map(({ extensions }) => extensions?.['code']);
        expect(codes.filter((code) => code !== 'BAD_USER_INPUT')).toEqual([]);
        expect(reply.status).toBeLessThan(500);
        expect(JSON.stringify(reply.errors ?? [])).not.toMatch(/node_modules|\.ts:\d/);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves the cart and its total as they were', async () => {
    const read = await shop.as(customer('usr_hostile'))<{ cart: { items: { productName: string }[] } }>(
      '{ cart { items { productName } } }',
    );
    expect(read.data?.cart.items).toEqual([{ productName: 'Product prd_1' }]);
  });
});
