import { admin, anonymous, customer, operator, rider, service } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
let orderId = '';
let number = '';
const owner = customer('usr_owner');
const callers = {
  anonymous: anonymous(),
  stranger: customer('usr_stranger'),
  owner,
  assignedRider: rider('usr_assigned'),
  otherRider: rider('usr_other_rider'),
  operator: operator(),
  admin: admin(),
  service: service('gateway'),
};
type CallerName = keyof typeof callers;

beforeAll(async () => {
  shop = await startOrders();
  const placed = await shop.place(await shop.shopper('usr_owner'));
  orderId = placed.order?.id ?? '';
  number = placed.order?.number ?? '';
  await shop.deliver(orderId, 2, 'PACKED', { eventKind: 'RIDER_ASSIGNED', riderUserId: 'usr_assigned' });
  await eventually(
    () => shop.order(callers.assignedRider, orderId),
    (order) => order !== null,
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

/** Answers: `ok`, `null` (hidden), a top-level code, or a refusal's code. Anybody not named gets `rest`. */
const signedIn = { anonymous: 'UNAUTHENTICATED', service: 'FORBIDDEN' };
const sees = { owner: 'ok', assignedRider: 'ok', operator: 'ok', admin: 'ok' };
const staff = { operator: 'ok', admin: 'ok', anonymous: 'UNAUTHENTICATED' };
const chief = { admin: 'ok', anonymous: 'UNAUTHENTICATED' };
const coupon = 'input: { code: "X", kind: FLAT, value: 0 }';
const refused = (code: string) => ({ operator: code, admin: code, anonymous: 'UNAUTHENTICATED' });

const operations: { text: string; expected: Partial<Record<CallerName, string>>; rest: string }[] = [
  { text: '{ answer: cart { id } }', expected: { owner: 'ok' }, rest: 'null' },
  { text: '{ answer: quote(addressId: "adr_none") { tip { amount } } }', expected: signedIn, rest: 'null' },
  { text: 'query ($o: ID!) { answer: order(id: $o) { id } }', expected: { ...sees, ...signedIn }, rest: 'null' },
  {
    text: 'query ($n: String!) { answer: orderByNumber(number: $n) { id } }',
    expected: { ...sees, ...signedIn },
    rest: 'null',
  },
  { text: '{ answer: orders { nodes { id } } }', expected: staff, rest: 'FORBIDDEN' },
  { text: '{ answer: coupons { nodes { code } } }', expected: staff, rest: 'FORBIDDEN' },
  { text: '{ answer: parkedEvents { nodes { id } } }', expected: chief, rest: 'FORBIDDEN' },
  {
    text: 'mutation { answer: addToCart(productId: "none") { userErrors { code } } }',
    expected: {},
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation { answer: incrementCartItem(itemId: "none") { userErrors { code } } }',
    expected: {},
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation { answer: decrementCartItem(itemId: "none") { userErrors { code } } }',
    expected: {},
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation { answer: setCartItemQuantity(itemId: "none", quantity: 1) { userErrors { code } } }',
    expected: {},
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation { answer: removeFromCart(itemId: "none") { userErrors { code } } }',
    expected: {},
    rest: 'NOT_FOUND',
  },
  { text: 'mutation { answer: clearCart { userErrors { code } } }', expected: {}, rest: 'ok' },
  { text: 'mutation { answer: applyCoupon(code: "X") { userErrors { code } } }', expected: {}, rest: 'EMPTY_CART' },
  { text: 'mutation { answer: removeCoupon { userErrors { code } } }', expected: {}, rest: 'ok' },
  {
    text: 'mutation { answer: mergeCart(guestCartToken: "none") { userErrors { code } } }',
    expected: signedIn,
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation { answer: placeOrder(input: { idempotencyKey: "a", addressId: "x", paymentMethod: COD, expectedGrandTotal: 0 }) { userErrors { code } } }',
    expected: signedIn,
    rest: 'EMPTY_CART',
  },
  {
    text: 'mutation ($o: ID!) { answer: confirmPayment(orderId: $o, providerReference: "r", idempotencyKey: "k") { userErrors { code } } }',
    expected: signedIn,
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation ($o: ID!) { answer: retryPayment(orderId: $o, method: COD, idempotencyKey: "k") { userErrors { code } } }',
    expected: { ...signedIn, owner: 'INVALID' },
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation ($o: ID!) { answer: reorder(orderId: $o) { userErrors { code } } }',
    expected: { ...signedIn, owner: 'ok' },
    rest: 'NOT_FOUND',
  },
  {
    text: 'mutation ($o: ID!) { answer: refundOrder(input: { orderId: $o, idempotencyKey: "k", reason: "r" }) { userErrors { code } } }',
    expected: refused('REFUND_EXCEEDS_PAYMENT'),
    rest: 'FORBIDDEN',
  },
  {
    text: `mutation { answer: createCoupon(${coupon}) { userErrors { code } } }`,
    expected: refused('INVALID'),
    rest: 'FORBIDDEN',
  },
  {
    text: `mutation { answer: updateCoupon(code: "X", ${coupon}) { userErrors { code } } }`,
    expected: refused('INVALID'),
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation { answer: replayEvent(eventId: "evt_none") { userErrors { code } } }',
    expected: { admin: 'NOT_FOUND', anonymous: 'UNAUTHENTICATED' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'query ($o: ID!) { answer: _entities(representations: [{ __typename: "Order", id: $o }]) { ... on Order { id } } }',
    expected: { ...sees, service: 'ok' },
    rest: 'null',
  },
  {
    text: 'query { answer: _entities(representations: [{ __typename: "User", id: "usr_owner" }]) { ... on User { orders { nodes { id } } } } }',
    expected: { owner: 'ok', operator: 'ok', admin: 'ok' },
    rest: 'hidden',
  },
  // Last, because it changes the order: delivery's judgement decides for owner and operators.
  {
    text: 'mutation ($o: ID!) { answer: cancelOrder(orderId: $o, reason: OTHER) { userErrors { code } } }',
    expected: { ...signedIn, owner: 'NOT_CANCELLABLE', operator: 'ok', admin: 'ALREADY_CANCELLED' },
    rest: 'NOT_FOUND',
  },
];

async function answerTo(name: CallerName, text: string): Promise<string> {
  const reply = await shop.as(callers[name])<{ answer: unknown }>(text, { o: orderId, n: number });
  const code = reply.errors?.[0]?.extensions?.['code'];
  if (code) return String(code);
  const answer = Array.isArray(reply.data?.answer) ? reply.data.answer[0] : reply.data?.answer;
  if (answer === null || answer === undefined) return 'null';
  if (typeof answer === 'object' && 'orders' in answer && answer.orders === null) return 'hidden';
  const errors = (answer as { userErrors?: { code: string }[] }).userErrors;
  return errors?.[0]?.code ?? 'ok';
}

describe('who may do what', () => {
  it.each(operations)('$text', async ({ text, expected, rest }) => {
    shop.state.packed.add(orderId);
    for (const name of Object.keys(callers) as CallerName[]) {
      expect(`${name}: ${await answerTo(name, text)}`).toBe(`${name}: ${expected[name] ?? rest}`);
    }
  });

  it('and nobody at all without an assertion of the gateway', async () => {
    for (const headers of [{}, { 'x-swiftcart-identity': 'forged' }]) {
      const response = await fetch(`${shop.server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ cart { id } }' }),
      });
      const body = (await response.json()) as { errors: { extensions: { code: string } }[] };
      expect(body.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
  });

  it('hides from the rider what only the owner and operators may see', async () => {
    const seen = await shop.order(callers.assignedRider, orderId);
    expect(seen?.payment).toMatchObject({ clientSecret: null, providerReference: null });
    const query = 'query ($id: ID!) { order(id: $id) { events { actorId } } }';
    for (const [viewer, isShown] of [
      [owner, false],
      [callers.operator, true],
    ] as const) {
      const reply = await shop.as(viewer)<{ order: { events: { actorId: string | null }[] } }>(query, { id: orderId });
      expect(reply.data?.order.events.some(({ actorId }) => actorId !== null)).toBe(isShown);
    }
  });
});
