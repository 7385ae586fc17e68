import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newCustomer, shopper } from '../support/shop-client.ts';
import * as ops from '../support/shop-operations.ts';
import { type LinkedShop, startLinkedShop } from './start-linked-shop.ts';

const subgraphDeadlineMs = 5_000;

const PAGE = '{ me { name } cart { totalQuantity items { quantity product { name } } } }';
const UNTOUCHED = '{ me { name } cart { totalQuantity } }';

describe('a subgraph that accepts connections and never answers', () => {
  let directory: string;
  let shop: LinkedShop;
  let customer: Awaited<ReturnType<typeof newCustomer>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-hang-'));
    shop = await startLinkedShop(directory, { SUBGRAPH_DEADLINE_MS: String(subgraphDeadlineMs) });
    customer = await newCustomer(shop.url);
    const { nodes } = (await customer.send(ops.SEARCH, { search: 'milk', first: 1 })).products;
    await customer.send(ops.ADD_TO_CART, { productId: nodes[0].id, quantity: 2 });
  });
  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('costs its own fields only, within its deadline, and nobody else any time', async () => {
    const whole = await customer.send(PAGE);
    expect(whole.cart.items[0].product.name).toMatch(/milk/i);
    shop.catalogLink.inflict({ kind: 'blackhole' });

    // A hundred that wait for the catalogue, and behind them those that have nothing to do with it.
    const startedAt = performance.now();
    let answeredPages = 0;
    const hanging = Array.from({ length: 100 }, () => customer.ask(PAGE).finally(() => (answeredPages += 1)));
    const others = await Promise.all(Array.from({ length: 20 }, () => customer.ask(UNTOUCHED)));
    const othersMs = performance.now() - startedAt;
    expect(answeredPages, 'nobody waits behind those that hang').toBe(0);
    for (const { data, errors } of others) {
      expect(errors).toBeUndefined();
      expect(data).toEqual({ me: whole.me, cart: { totalQuantity: 2 } });
    }
    const pages = await Promise.all(hanging);
    const pagesMs = performance.now() - startedAt;
    for (const { status, data, errors } of pages) {
      expect(status).toBe(200);
      expect(data).toEqual({ me: whole.me, cart: { totalQuantity: 2, items: [{ quantity: 2, product: null }] } });
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toSatisfy((codes: string[]) =>
        codes.every((code) => code === 'SUBGRAPH_TIMEOUT' || code === 'SUBGRAPH_UNAVAILABLE'),
      );
      expect(errors?.length).toBeGreaterThan(0);
    }
    console.info(`hanging catalogue: others ${Math.round(othersMs)} ms, pages without it ${Math.round(pagesMs)} ms`);
  });

  it('is asked again soon after it answers again', async () => {
    shop.catalogLink.heal('late');
    await vi.waitFor(
      async () => {
        const { data, errors } = await customer.ask(PAGE);
        expect(errors).toBeUndefined();
        expect(data.cart.items[0].product.name).toMatch(/milk/i);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect((await shopper(shop.url).ask(ops.SEARCH, { search: 'milk', first: 1 })).errors).toBeUndefined();
    expect(shop.gateway.child.exitCode).toBeNull();
  });
});
