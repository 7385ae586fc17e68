import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedMongodb } from '@swiftcart/embedded-mongodb';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccount, newCustomer, shopper } from '../support/shop-client.ts';
import { ADD_TO_CART, CART, MERGE_CART, SEARCH } from '../support/shop-operations.ts';
import { type StartedShop, startShop } from '../support/start-shop.ts';
import { createContractRecorder } from './contract-recorder.ts';
import { playAccounts } from './play-accounts.ts';
import { playCatalogue } from './play-catalogue.ts';
import { playDelivery } from './play-delivery.ts';
import { playOrders } from './play-orders.ts';
import { startShopWithoutCatalogue } from './shop-without-catalogue.ts';
import type { Stage } from './stage.ts';

/** The play asks for everything at once, which is more than any screen may. */
const ROOMY = {
  MAX_TOKENS: '200000',
  MAX_COST: '100000000',
  MAX_DEPTH: '30',
  MAX_FIELDS: '100000',
  MAX_ALIASES: '1000',
  MAX_BODY_BYTES: '1000000',
};

/** Those a shop in good health gives; the gateway's own tests receive the others, of overload, persisted operations and streams. */
const TOP_LEVEL_CODES = [
  ...['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ...['OPERATION_TOO_LARGE', 'OPERATION_TOO_COSTLY', 'SUBGRAPH_UNAVAILABLE'],
];

describe('the whole contract is real', () => {
  const recorder = createContractRecorder();
  let directory: string;
  let shop: StartedShop;
  let stage: Stage;
  let server: Awaited<ReturnType<typeof startEmbeddedMongodb>>;
  let database: MongoClient;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-contract-'));
    server = await startEmbeddedMongodb({ port: 0, memory: true });
    database = await MongoClient.connect(server.url);
    shop = await startShop('in-process', directory, { ...ROOMY, MONGODB_URI: server.url });
    const [operator, admin, rider] = await Promise.all(
      ['operator', 'admin', 'rider'].map((role) => demoAccount(shop.url, role)),
    );
    if (!operator || !admin || !rider) throw new Error('demo accounts are missing');
    stage = {
      recorder,
      url: shop.url,
      socketUrl: shop.socketUrl,
      dataDirectory: directory,
      database,
      operator,
      admin,
      rider,
    };
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.close();
    await server?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('plays accounts', () => playAccounts(stage));
  it('plays the catalogue and orders', async () => playOrders(stage, await playCatalogue(stage)));
  it('plays deliveries', () => playDelivery(stage));

  it('forgets a guest cart whose token has expired, for reading and merging alike', async () => {
    const { nodes } = (await stage.operator.send(SEARCH, { first: 1 })).products;
    const { addToCart } = await shopper(shop.url).send(ADD_TO_CART, { productId: nodes[0].id });
    const { id, guestToken } = addToCart.cart;
    const carts = database.db('swiftcart_orders').collection<{ _id: string }>('carts');
    const { modifiedCount } = await carts.updateOne({ _id: id }, { $set: { expiresAt: new Date(0) } });
    expect(modifiedCount).toBe(1);
    expect(await shopper(shop.url, { 'x-cart-token': guestToken }).send(CART)).toEqual({ cart: null });
    const customer = await newCustomer(shop.url);
    const { mergeCart } = await customer.send(MERGE_CART, { token: guestToken });
    expect(mergeCart.userErrors[0].code).toBe('NOT_FOUND');
  });

  it('plays a shop that serves few places and wants large orders', async () => {
    const picky = { ...ROOMY, SERVICEABLE_PINCODES: '110', MINIMUM_ORDER_MINOR: '10000000' };
    const folder = join(directory, 'picky');
    for (const env of [picky, { ...picky, SERVICEABLE_PINCODES: '' }]) {
      await using other = await startShop('in-process', folder, env);
      const customer = await newCustomer(other.url);
      const { nodes } = (await customer.send(SEARCH, { first: 1 })).products;
      await customer.send(ADD_TO_CART, { productId: nodes[0].id });
      const input = `idempotencyKey: "picky", addressId: "${customer.addressId}", paymentMethod: COD, expectedGrandTotal: 1`;
      await recorder.call(customer, 'mutation', 'placeOrder', `(input: { ${input} })`);
      await other.stop();
    }
  });

  it('plays a shop that counts attempts and keeps its limits', async () => {
    await using other = await startShop('in-process', join(directory, 'counting'), { RATE_LIMITS: 'on' });
    const twice = () => recorder.call(shopper(other.url), 'mutation', 'requestOtp', '(phone: "+919812345678")');
    expect((await twice()).userErrors).toEqual([]);
    expect((await twice()).userErrors[0]).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: expect.any(Number),
    });
    const customer = await newCustomer(other.url);
    const refused: [viewer: typeof customer, text: string, code: string][] = [
      [shopper(other.url) as typeof customer, '{ quote(addressId: "x") { grandTotal { amount } } }', 'UNAUTHENTICATED'],
      [customer, '{ riders { id } }', 'FORBIDDEN'],
      [customer, '{ products(first: 101) { nodes { id } } }', 'BAD_USER_INPUT'],
      [customer, '{ me { id ', 'GRAPHQL_PARSE_FAILED'],
      [customer, '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      [customer, `{ categories ${'{ children '.repeat(12)} { id } ${'}'.repeat(12)} }`, 'OPERATION_TOO_LARGE'],
      [
        customer,
        '{ products(first: 100) { nodes { category { products(first: 100) { nodes { category { products(first: 100) { nodes { id } } } } } } } } }',
        'OPERATION_TOO_COSTLY',
      ],
    ];
    for (const [viewer, text, code] of refused) {
      const reply = await viewer.ask(text);
      recorder.note(reply);
      expect(
        reply.errors?.map(({ extensions }) => extensions?.['code']),
        text,
      ).toContain(code);
    }
    await other.stop();
  });

  it('plays a shop whose catalogue is down: the cart says so and loses nothing', async () => {
    await using other = await startShopWithoutCatalogue(server.url);
    const refused = await recorder.call(shopper(other.url), 'mutation', 'addToCart', '(productId: "prd_any")', 1);
    expect(refused.userErrors[0].code).toBe('CATALOG_UNAVAILABLE');
    recorder.note(await shopper(other.url).ask('{ products(first: 1) { nodes { id } } }'));
  });

  it('received a value for every public field and every error code', () => {
    expect({ fields: recorder.missingFields(), codes: recorder.missingCodes(TOP_LEVEL_CODES) }).toEqual({
      fields: [],
      codes: [],
    });
  });
});
