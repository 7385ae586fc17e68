import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccessTokenSigner, generateKeyPair } from '@swiftcart/identity';
import { createSubscriptionClient } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buy, demoAccount, newCustomer, type Shopper, shopper } from './support/shop-client.ts';
import * as ops from './support/shop-operations.ts';
import { type StartedShop, startShop } from './support/start-shop.ts';

describe('bad input gets a coded answer', () => {
  let directory: string;
  let shop: StartedShop;
  let operator: Shopper;
  let product: { id: string; price: { amount: number } };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-refusals-'));
    shop = await startShop('in-process', directory, { GUEST_CART_TTL_DAYS: '30', ACCESS_TOKEN_TTL_SECONDS: '900' });
    operator = await demoAccount(shop.url, 'operator');
    product = (await operator.send(ops.SEARCH, { search: 'milk', first: 1 })).products.nodes[0];
  });
  afterAll(async () => {
    await shop.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('refuses a wrong password and an unknown account alike', async () => {
    const wrong = { email: 'customer@swiftcart.test', password: 'not the password' };
    const unknown = { email: 'nobody@swiftcart.test', password: 'not the password' };
    const answers = await Promise.all([wrong, unknown].map((each) => shopper(shop.url).send(ops.LOGIN, each)));
    expect(answers[0].login.userErrors[0].code).toBe('INVALID_CREDENTIALS');
    expect(answers[0]).toEqual(answers[1]);
  });

  it('refuses a token that another key signed', async () => {
    const forger = createAccessTokenSigner({
      keyPair: generateKeyPair(),
      issuer: 'swiftcart',
      audience: 'swiftcart-api',
      ttlSeconds: 900,
    });
    const { token } = forger.sign({ userId: 'usr_demo_admin', sessionId: 'ses_forged', roles: ['ADMIN'] }, new Date());
    const reply = await shopper(shop.url, { authorization: `Bearer ${token}` }).ask(ops.HISTORY);
    expect(reply.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', correlationId: expect.any(String) });
    expect(reply.data).toBeNull();
  });

  it('refuses an expired token with a code that tells the client to refresh', async () => {
    await using brief = await startShop('in-process', await mkdtemp(join(directory, 'brief-')), {
      ACCESS_TOKEN_TTL_SECONDS: '5',
    });
    const customer = await newCustomer(brief.url);
    await expect
      .poll(async () => (await customer.ask(ops.HISTORY)).errors?.[0]?.extensions?.['code'], { timeout: 15_000 })
      .toBe('TOKEN_EXPIRED');
  });

  it('hides a foreign order exactly as it hides one that does not exist', async () => {
    const owner = await newCustomer(shop.url);
    const { order } = await buy(owner, [{ productId: product.id, quantity: 1 }]);
    const stranger = await newCustomer(shop.url);
    expect(await stranger.send(ops.ORDER, { id: order.id })).toEqual({ order: null });
    expect(await stranger.send(ops.ORDER, { id: 'ord_00000000000000000000000000' })).toEqual({ order: null });
    const [foreign, missing] = await Promise.all(
      [order.id, 'ord_00000000000000000000000000'].map((orderId) => stranger.send(ops.CANCEL_ORDER, { orderId })),
    );
    expect(foreign.cancelOrder.userErrors[0].code).toBe('NOT_FOUND');
    expect(foreign).toEqual(missing);
  });

  it('ends a subscription to a foreign order with NOT_FOUND', async () => {
    const owner = await newCustomer(shop.url);
    const { order } = await buy(owner, [{ productId: product.id, quantity: 1 }]);
    const stranger = await newCustomer(shop.url);
    await using sockets = createSubscriptionClient(shop.socketUrl, { connectionParams: { ...stranger.headers } });
    const stream = sockets.subscribe(ops.TRACK, { orderId: order.id });
    const outcome = await stream.rest(15_000).then(
      (messages) => messages.flatMap(({ errors }) => errors ?? []),
      (error: Error) => error.cause as { extensions?: { code?: string } }[],
    );
    expect(outcome.map((error) => error.extensions?.['code'])).toContain('NOT_FOUND');
  });

  it('refuses to subscribe without being signed in', async () => {
    await using sockets = createSubscriptionClient(shop.socketUrl);
    const stream = sockets.subscribe(ops.TRACK, { orderId: 'ord_00000000000000000000000000' });
    const outcome = await stream.rest().then(
      (messages) => messages.flatMap(({ errors }) => errors ?? []),
      (error: Error) => error.cause as { extensions?: { code?: string } }[],
    );
    expect(outcome[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });

  it.each([0, -1])('refuses a quantity of %i as INVALID', async (quantity) => {
    const guest = shopper(shop.url);
    const { addToCart } = await guest.send(ops.ADD_TO_CART, { productId: product.id, quantity });
    expect(addToCart.userErrors[0]).toMatchObject({ code: 'INVALID', field: ['quantity'] });
  });

  it('refuses a quantity of 2^31 before anything runs', async () => {
    const reply = await shopper(shop.url).ask(ops.ADD_TO_CART, { productId: product.id, quantity: 2 ** 31 });
    expect(reply.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('refuses more than one order may hold, with the number that helps', async () => {
    const { addToCart } = await shopper(shop.url).send(ops.ADD_TO_CART, { productId: product.id, quantity: 2_000_000 });
    expect(['LIMIT_EXCEEDED', 'INSUFFICIENT_STOCK']).toContain(addToCart.userErrors[0].code);
    expect(addToCart.userErrors[0].availableQuantity).toBeGreaterThan(0);
  });

  it('refuses an unknown product', async () => {
    const { addToCart } = await shopper(shop.url).send(ops.ADD_TO_CART, { productId: 'prd_nothing' });
    expect(['NOT_FOUND', 'PRODUCT_UNAVAILABLE']).toContain(addToCart.userErrors[0].code);
  });

  it('refuses to order an empty cart', async () => {
    const customer = await newCustomer(shop.url);
    const input = {
      idempotencyKey: randomUUID(),
      addressId: customer.addressId,
      paymentMethod: 'COD',
      expectedGrandTotal: 100,
    };
    expect((await customer.send(ops.PLACE_ORDER, { input })).placeOrder).toMatchObject({
      order: null,
      userErrors: [{ code: 'EMPTY_CART' }],
    });
  });

  it('refuses a guest cart token that is not, or no longer, known', async () => {
    const customer = await newCustomer(shop.url);
    const { mergeCart } = await customer.send(ops.MERGE_CART, { token: 'no-such-token' });
    expect(mergeCart.userErrors[0].code).toBe('NOT_FOUND');
    expect(await shopper(shop.url, { 'x-cart-token': 'no-such-token' }).send(ops.CART)).toEqual({ cart: null });
  });

  it('refuses what is out of stock, and says how many there are', async () => {
    const scarce = await scarceProduct(operator, 1);
    const [first, second] = [await newCustomer(shop.url), await newCustomer(shop.url)];
    for (const each of [first, second]) await each.send(ops.ADD_TO_CART, { productId: scarce, quantity: 1 });
    expect((await buy(first, [])).userErrors).toEqual([]);
    const { quote } = await first.ask(ops.QUOTE, { addressId: first.addressId }).then(({ data }) => data ?? {});
    expect(quote ?? null).toBeNull();
    const input = {
      idempotencyKey: randomUUID(),
      addressId: second.addressId,
      paymentMethod: 'COD',
      expectedGrandTotal: 12_900,
    };
    const refused = (await second.send(ops.PLACE_ORDER, { input })).placeOrder;
    expect(refused.order).toBeNull();
    expect(['OUT_OF_STOCK', 'INSUFFICIENT_STOCK']).toContain(refused.userErrors[0].code);
    expect(refused.userErrors[0]).toMatchObject({ productId: scarce, availableQuantity: 0 });
  });

  it('sells the last unit to exactly one of fifty buyers at once', async () => {
    const scarce = await scarceProduct(operator, 1);
    const buyers = await Promise.all(Array.from({ length: 50 }, () => newCustomer(shop.url)));
    const quotes = await Promise.all(
      buyers.map(async (buyer) => {
        await buyer.send(ops.ADD_TO_CART, { productId: scarce, quantity: 1 });
        return (await buyer.send(ops.QUOTE, { addressId: buyer.addressId })).quote.grandTotal.amount as number;
      }),
    );
    const answers = await Promise.all(
      buyers.map(async (buyer, index) => {
        const { addressId } = buyer;
        const input = { idempotencyKey: 'last', addressId, paymentMethod: 'COD', expectedGrandTotal: quotes[index] };
        return (await buyer.send(ops.PLACE_ORDER, { input })).placeOrder;
      }),
    );
    expect(answers.filter(({ order }) => order !== null)).toHaveLength(1);
    for (const { order, userErrors } of answers) {
      if (order === null) expect(['OUT_OF_STOCK', 'INSUFFICIENT_STOCK']).toContain(userErrors[0].code);
    }
    const { product: left } = await operator.send(ops.STOCK, { id: scarce });
    expect(left.stock).toEqual({ onHand: 0, reserved: 0, available: 0 });
  });

  it('declines a card that the provider declines, and sells nothing', async () => {
    const customer = await newCustomer(shop.url);
    const declined = await buy(customer, [{ productId: product.id, quantity: 1 }], {
      paymentMethod: 'CARD',
      paymentToken: 'sim_decline',
    });
    expect(declined.userErrors[0].code).toBe('PAYMENT_DECLINED');
  });
});

/** Creates a product with so many units in stock. */
async function scarceProduct(operator: Shopper, stock: number): Promise<string> {
  const { categories } = await operator.send('{ categories { id children { id } } }');
  const input = {
    sku: `TEST-${randomUUID().slice(0, 8).toUpperCase()}`,
    name: 'Test saffron threads',
    categoryId: categories[0].children[0]?.id ?? categories[0].id,
    packValue: 1,
    packUnit: 'GRAM',
    mrp: 10_000,
    price: 10_000,
    stock,
  };
  const CREATE = `mutation Create($input: CreateProductInput!) { createProduct(input: $input) { product { id } userErrors { code message } } }`;
  const { createProduct } = await operator.send(CREATE, { input });
  expect(createProduct.userErrors).toEqual([]);
  return createProduct.product.id;
}
