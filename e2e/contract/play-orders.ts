import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { buy, newCustomer, type Reply, type Shopper } from '../support/shop-client.ts';
import { guest } from './contract-recorder.ts';
import type { playCatalogue } from './play-catalogue.ts';
import type { Stage } from './stage.ts';

/** Every operation and refusal of carts, coupons, checkout, payments, cancellation and refunds. */
export async function playOrders(stage: Stage, goods: Awaited<ReturnType<typeof playCatalogue>>): Promise<void> {
  const { product, soldOut, archived } = goods;
  await playCart(stage, goods);
  await playCoupons(stage, product.id);
  await playPlacing(stage, { productId: product.id, soldOutId: soldOut.id, archivedId: archived.id });
  await playPayments(stage);
  await playOperations(stage);
  await vi.waitFor(async () => {
    const movements = await stage.recorder.call(
      stage.operator,
      'query',
      'stockMovements',
      `(productId: "${product.id}", first: 100)`,
    );
    expect(movements.nodes.some((each: Reply) => each.orderId !== null)).toBe(true);
  }, 10_000);
}

async function playCart(
  { recorder, url, operator }: Stage,
  { product, soldOut, archived }: Awaited<ReturnType<typeof playCatalogue>>,
) {
  const start = (await recorder.call(guest(url), 'mutation', 'addToCart', `(productId: "${product.id}", quantity: 1)`))
    .cart;
  const shopper = guest(url, start.guestToken);
  const change = (field: string, args = '') => recorder.call(shopper, 'mutation', field, args);
  const itemId = start.items[0].id;
  await change('addToCart', `(productId: "${product.id}", quantity: 0)`); // INVALID
  await change('addToCart', '(productId: "prd_unknown")'); // NOT_FOUND or PRODUCT_UNAVAILABLE
  await change('addToCart', `(productId: "${archived.id}")`); // PRODUCT_UNAVAILABLE
  await change('addToCart', `(productId: "${soldOut.id}")`); // OUT_OF_STOCK
  await change('addToCart', `(productId: "${product.id}", quantity: 100)`); // LIMIT_EXCEEDED
  await change('incrementCartItem', `(itemId: "${itemId}")`);
  await change('decrementCartItem', `(itemId: "${itemId}")`);
  await change('setCartItemQuantity', `(itemId: "${itemId}", quantity: 3)`);
  await change('removeFromCart', '(itemId: "cit_unknown")'); // NOT_FOUND
  const scarce = await createProduct(operator, product.category.id, 2);
  await change('addToCart', `(productId: "${scarce}", quantity: 3)`); // INSUFFICIENT_STOCK
  await recorder.call(operator, 'mutation', 'updateProduct', `(id: "${product.id}", input: { price: 9800 })`);
  await recorder.call(shopper, 'query', 'cart');
  await recorder.call(shopper, 'query', 'products', '(search: "contract")');
  await change('addToCart', `(productId: "${scarce}", quantity: 2)`);
  await recorder.call(
    operator,
    'mutation',
    'adjustStock',
    `(input: { rows: [{ productId: "${scarce}", delta: -1 }], reason: "Broken", idempotencyKey: "${randomUUID()}" })`,
  );
  await recorder.call(shopper, 'query', 'cart');
  await change('removeFromCart', `(itemId: "${itemId}")`);
  const customer = await newCustomer(url);
  await recorder.call(customer, 'mutation', 'mergeCart', `(guestCartToken: "${start.guestToken}")`);
  await recorder.call(customer, 'mutation', 'mergeCart', '(guestCartToken: "unknown")');
  await recorder.call(customer, 'query', 'me');
  await recorder.call(customer, 'mutation', 'clearCart');
}

async function playCoupons({ recorder, url, operator }: Stage, productId: string) {
  const code = `CT${Date.now()}`;
  const rules = 'minSubtotal: 100, maxDiscount: 500, startsAt: "2026-01-01T00:00:00Z", endsAt: "2099-01-01T00:00:00Z"';
  const create = (name: string, rest: string) =>
    recorder.call(operator, 'mutation', 'createCoupon', `(input: { code: "${name}", ${rest} })`);
  const categoryId = (
    await operator.send('query ($id: ID!) { product(id: $id) { category { id } } }', { id: productId })
  ).product.category.id;
  await create(
    code,
    `kind: PERCENT, value: 10, ${rules}, maxUses: 1, maxUsesPerUser: 1, categoryIds: ["${categoryId}"]`,
  );
  await create(
    `${code}OLD`,
    'kind: FLAT, value: 100, endsAt: "2026-01-02T00:00:00Z", startsAt: "2026-01-01T00:00:00Z"',
  );
  await create('', 'kind: FLAT, value: -1'); // INVALID
  await recorder.call(
    operator,
    'mutation',
    'updateCoupon',
    `(code: "${code}OLD", input: { code: "${code}OLD", kind: FLAT, value: 200, endsAt: "2026-01-02T00:00:00Z" })`,
  );
  await recorder.call(operator, 'query', 'coupons', '(activeOnly: false)');
  const first = await newCustomer(url);
  const apply = (viewer: Shopper, name: string) =>
    recorder.call(viewer, 'mutation', 'applyCoupon', `(code: "${name}")`);
  await first.send(`mutation { addToCart(productId: "${productId}") { userErrors { code } } }`);
  await apply(first, 'NOTHING'); // COUPON_INVALID
  await apply(first, `${code}OLD`); // COUPON_EXPIRED
  await apply(first, code);
  await recorder.call(first, 'mutation', 'removeCoupon');
  await apply(first, code);
  await recorder.call(first, 'query', 'quote', `(addressId: "${first.addressId}", tip: 1000)`);
  await buy(first, [], { tip: 0 });
  const second = await newCustomer(url);
  await second.send(`mutation { addToCart(productId: "${productId}") { userErrors { code } } }`);
  await apply(second, code); // COUPON_LIMIT_REACHED
}

async function playPlacing(
  { recorder, url }: Stage,
  { productId }: { productId: string; soldOutId: string; archivedId: string },
) {
  const customer = await newCustomer(url);
  const place = (viewer: Shopper & { addressId: string }, key: string, total: number, rest = '') =>
    recorder.call(
      viewer,
      'mutation',
      'placeOrder',
      `(input: { idempotencyKey: "${key}", addressId: "${viewer.addressId}", paymentMethod: COD, expectedGrandTotal: ${total}${rest} })`,
    );
  await place(customer, 'empty', 100); // EMPTY_CART
  await customer.send(`mutation { addToCart(productId: "${productId}", quantity: 2) { userErrors { code } } }`);
  await place(customer, 'wrong-total', 1); // PRICE_CHANGED
  const { quote } = await customer.send(`{ quote(addressId: "${customer.addressId}") { grandTotal { amount } } }`);
  const total = quote.grandTotal.amount;
  const { order } = await place(customer, 'right', total, ', note: "Ring twice"');
  await place(customer, 'right', total + 1); // IDEMPOTENCY_MISMATCH
  await recorder.call(customer, 'query', 'order', `(id: "${order.id}")`);
  await recorder.call(customer, 'query', 'orderByNumber', `(number: "${order.number}")`);
  await recorder.call(customer, 'query', 'me');
  await recorder.call(customer, 'mutation', 'reorder', `(orderId: "${order.id}")`);
  await recorder.call(customer, 'mutation', 'reorder', '(orderId: "ord_unknown")'); // NOT_FOUND
  await recorder.call(
    customer,
    'mutation',
    'cancelOrder',
    `(orderId: "${order.id}", reason: TOO_SLOW, note: "Hungry")`,
  );
  await recorder.call(customer, 'mutation', 'cancelOrder', `(orderId: "${order.id}", reason: TOO_SLOW)`); // ALREADY_CANCELLED
}

async function playPayments({ recorder, url, operator }: Stage) {
  const [line] = (await operator.send('{ products(first: 1, filter: { inStockOnly: true }) { nodes { id } } }'))
    .products.nodes;
  const lines = [{ productId: line.id, quantity: 2 }];
  const card = (paymentToken: string) => ({ paymentMethod: 'CARD', paymentToken });

  const declined = await newCustomer(url);
  const refused = await buy(declined, lines, card('sim_decline'));
  const order = refused.order ?? (await declined.send('{ me { orders { nodes { id } } } }')).me.orders.nodes[0];
  const key = () => randomUUID();
  if (order) {
    const retry = (token: string) =>
      recorder.call(
        declined,
        'mutation',
        'retryPayment',
        `(orderId: "${order.id}", method: CARD, paymentToken: "${token}", idempotencyKey: "${key()}")`,
      );
    await retry('sim_decline'); // PAYMENT_DECLINED
    await recorder.call(declined, 'query', 'order', `(id: "${order.id}")`);
    await retry('sim_approve');
  }

  const confirming = await newCustomer(url);
  const pending = (await buy(confirming, lines, card('sim_confirm'))).order;
  const seen = await recorder.call(confirming, 'query', 'order', `(id: "${pending.id}")`);
  // The cart waits for its payment: a second press of the button with another key must not order it twice.
  await recorder.call(
    confirming,
    'mutation',
    'placeOrder',
    `(input: { idempotencyKey: "${key()}", addressId: "${confirming.addressId}", paymentMethod: COD, expectedGrandTotal: 1 })`,
  );
  await recorder.call(
    confirming,
    'mutation',
    'retryPayment',
    `(orderId: "${pending.id}", method: CARD, idempotencyKey: "${key()}")`,
  );
  await recorder.call(
    confirming,
    'mutation',
    'confirmPayment',
    `(orderId: "${pending.id}", providerReference: "${seen.payment.providerReference}", idempotencyKey: "${key()}")`,
  );

  // Paid by card: refunded in part, then beyond what was paid.
  const paying = await newCustomer(url);
  const paid = (await buy(paying, lines, card('sim_approve'))).order;
  const full = await recorder.call(paying, 'query', 'order', `(id: "${paid.id}")`);
  const refund = (rest: string) =>
    recorder.call(
      operator,
      'mutation',
      'refundOrder',
      `(input: { orderId: "${paid.id}", idempotencyKey: "${key()}", reason: "Damaged", ${rest} })`,
    );
  await refund(`items: [{ orderItemId: "${full.items[0].id}", quantity: 1 }]`);
  await refund('amount: 99999999'); // REFUND_EXCEEDS_PAYMENT
  await recorder.call(paying, 'query', 'order', `(id: "${paid.id}")`);
  await recorder.call(paying, 'query', 'me');
}

async function playOperations({ recorder, operator, admin, database }: Stage) {
  await recorder.call(operator, 'query', 'orders', '(first: 5, filter: { statuses: [CONFIRMED] })');
  // An event that nobody could handle, as the relay would have parked it.
  const event: Reply = {
    id: `evt_${randomUUID()}`,
    topic: 'orders',
    kind: 'order.completed',
    key: 'ord_contract',
    occurredAt: new Date().toISOString(),
    correlationId: 'contract',
    payload: { orderId: 'ord_contract' },
  };
  const parked = database.db('swiftcart_orders').collection<{ _id: string }>('parkedEvents');
  const failure = { attempts: 9, lastError: 'refused', firstFailedAt: new Date(), parkedAt: new Date(), group: null };
  await parked.insertOne({ _id: event.id, event, ...failure } as { _id: string });
  await recorder.call(admin, 'query', 'parkedEvents');
  await recorder.call(admin, 'mutation', 'replayEvent', '(eventId: "evt_unknown")');
  await recorder.call(admin, 'mutation', 'replayEvent', `(eventId: "${event.id}")`);
}

/** A plain product with so many units. */
export async function createProduct(operator: Shopper, categoryId: string, stock: number): Promise<string> {
  const sku = `CT-${randomUUID().slice(0, 8)}`;
  const input = {
    sku,
    name: 'Contract clove',
    categoryId,
    packValue: 10,
    packUnit: 'GRAM',
    mrp: 5000,
    price: 4000,
    stock,
  };
  const text =
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } userErrors { code } } }';
  return (await operator.send(text, { input })).createProduct.product.id;
}
