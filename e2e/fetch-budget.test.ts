import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedMongodb } from '@swiftcart/embedded-mongodb';
import { Kind, parse, print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CountingProxy, startCountingProxy } from './support/counting-proxy.ts';
import { buy, demoAccount, newCustomer, type Reply, type Shopper } from './support/shop-client.ts';
import * as ops from './support/shop-operations.ts';
import { type StartedShop, startShop } from './support/start-shop.ts';

/** What one screen may cost: fetches by subgraph, and database commands in all of them together. */
interface Budget {
  readonly fetches: Readonly<Record<string, number>>;
  readonly databaseCalls: number;
}

const BUDGETS: Readonly<Record<string, Budget>> = {
  home: { fetches: { catalog: 2, orders: 3 }, databaseCalls: 6 },
  category: { fetches: { catalog: 1, orders: 1 }, databaseCalls: 9 },
  // Products are read by grade of relevance: a page that reaches into the last of the four grades costs this much.
  search: { fetches: { catalog: 1, orders: 1 }, databaseCalls: 12 },
  product: { fetches: { catalog: 1, orders: 1 }, databaseCalls: 3 },
  cart: { fetches: { catalog: 1, orders: 3 }, databaseCalls: 7 },
  checkout: { fetches: { orders: 1, users: 1 }, databaseCalls: 9 },
  'order-tracking': { fetches: { catalog: 1, delivery: 1, orders: 1, users: 1 }, databaseCalls: 4 },
  'operator-queue': { fetches: { catalog: 1, delivery: 1, orders: 1, users: 1 }, databaseCalls: 6 },
};

/** The file's query with the fragments it needs; subscriptions and mutations in the file are other operations. */
function queryOf(file: string): { name: string; text: string } {
  const document = parse(readFileSync(new URL(`../docs/operations/${file}.graphql`, import.meta.url), 'utf8'));
  const definitions = document.definitions.filter((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.operation === 'query' : true,
  );
  const [operation] = definitions.flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? [each] : []));
  return { name: operation?.name?.value ?? '', text: print({ ...document, definitions }) };
}

describe('fetch budget of the documents in docs/operations', () => {
  let directory: string;
  let database: Awaited<ReturnType<typeof startEmbeddedMongodb>>;
  let proxy: CountingProxy;
  let shop: StartedShop;
  let operator: Shopper;
  let products: { id: string; slug: string }[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-budget-'));
    database = await startEmbeddedMongodb({ port: 0, memory: true });
    proxy = await startCountingProxy(database.url);
    // Sweepers look at the database too: here they pause as long as they may.
    const quiet = {
      SAGA_SWEEP_INTERVAL_MS: '10000',
      CATALOG_UPKEEP_INTERVAL_MS: '600000',
      DELIVERY_HOUSEKEEPING_MS: '600000',
    };
    shop = await startShop('five-ports', directory, { ...quiet, MONGODB_URI: proxy.url });
    operator = await demoAccount(shop.url, 'operator');
    products = (await operator.send(ops.SEARCH, { first: 40 })).products.nodes;
  });
  afterAll(async () => {
    await shop.stop();
    await proxy[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** Planner names fetches `Operation__subgraph__n`; the servers count them by that name. */
  async function fetchesSoFar(operation: string): Promise<Record<string, number>> {
    const text = await (await fetch(shop.url.replace('/graphql', '/metrics'))).text();
    const counts: Record<string, number> = {};
    for (const [, subgraph = '', count] of text.matchAll(
      new RegExp(
        `^swiftcart_operation_seconds_count\\{[^}]*operation="${operation}__(\\w+?)__\\d+"[^}]*\\} (\\d+)$`,
        'gm',
      ),
    )) {
      counts[subgraph] = (counts[subgraph] ?? 0) + Number(count);
    }
    return counts;
  }

  async function measure(screen: string, viewer: Shopper, variables: Record<string, unknown>): Promise<Budget> {
    const { name, text } = queryOf(screen);
    expect(await viewer.send(text, variables)).toBeTruthy();
    let best: string[] | undefined;
    const before = await fetchesSoFar(name);
    const runs = 5;
    for (let run = 0; run < runs; run += 1) {
      proxy.take();
      await viewer.send(text, variables);
      const commands = proxy.take();
      // What still runs beside it is not in every run: the quietest of five is the operation alone.
      if (best === undefined || commands.length < best.length) best = commands;
    }
    const after = await fetchesSoFar(name);
    const fetches = Object.fromEntries(
      Object.entries(after).map(([subgraph, count]) => [subgraph, (count - (before[subgraph] ?? 0)) / runs]),
    );
    return { fetches, databaseCalls: best?.length ?? 0 };
  }

  async function customerWith(lines: number): Promise<Shopper & { addressId: string }> {
    const customer = await newCustomer(shop.url);
    for (const { id } of products.slice(0, lines)) await customer.send(ops.ADD_TO_CART, { productId: id });
    return customer;
  }
  async function orderWith(lines: number): Promise<{ customer: Shopper; id: string }> {
    const customer = await newCustomer(shop.url);
    const cart = products.slice(0, lines).map(({ id }) => ({ productId: id, quantity: 1 }));
    const { order } = await buy(customer, cart);
    const isTracked = async (): Promise<Reply> =>
      (await customer.send(ops.ORDER, { id: order.id })).order.deliveryStatus;
    await expect.poll(isTracked).not.toBeNull();
    return { customer, id: order.id };
  }

  it.each(['home', 'category', 'search'])('%s costs the same for 40 products as for 100', async (screen) => {
    const viewer = await customerWith(2);
    const { categories } = await viewer.send('{ categories { id } }');
    const variables = (first: number) => ({
      category: { id: categories[0].id, filter: { categoryId: categories[0].id }, first },
      search: { text: 'a', first },
    });
    const few = await measure(screen, viewer, variables(40)[screen as 'search'] ?? {});
    const many = await measure(screen, viewer, variables(100)[screen as 'search'] ?? {});
    expect(few).toEqual(BUDGETS[screen]);
    expect(many).toEqual(BUDGETS[screen]);
  });

  it('product costs the same with an empty cart and a full one', async () => {
    const variables = { slug: products[0]?.slug };
    expect(await measure('product', await customerWith(1), variables)).toEqual(BUDGETS['product']);
    expect(await measure('product', await customerWith(12), variables)).toEqual(BUDGETS['product']);
  });

  it.each([2, 12])('cart and checkout cost the same with %i lines', async (lines) => {
    const customer = await customerWith(lines);
    expect(await measure('cart', customer, {})).toEqual(BUDGETS['cart']);
    expect(await measure('checkout', customer, { addressId: customer.addressId })).toEqual(BUDGETS['checkout']);
  });

  it.each([1, 12])('order tracking costs the same for %i lines', async (lines) => {
    const { customer, id } = await orderWith(lines);
    expect(await measure('order-tracking', customer, { id })).toEqual(BUDGETS['order-tracking']);
  });

  it('the operator queue costs the same for 3 orders as for 8', async () => {
    await orderWith(1);
    expect(await measure('operator-queue', operator, { first: 3 })).toEqual(BUDGETS['operator-queue']);
    for (let order = 0; order < 5; order += 1) await orderWith(2);
    expect(await measure('operator-queue', operator, { first: 20 })).toEqual(BUDGETS['operator-queue']);
  });
});
