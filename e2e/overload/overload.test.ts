import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopper } from '../support/shop-client.ts';
import * as ops from '../support/shop-operations.ts';
import { startShop } from '../support/start-shop.ts';
import { FIND_PRODUCT, type KnownProduct, runLoad } from './load-run.ts';
import { startLinkedShop } from './start-linked-shop.ts';

/** The fewest that a shop may be set to serve at once (rules: nothing is shed below a hundred in flight). */
const maxConcurrent = 100;

describe('more requests than the shop can serve', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-overload-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function findProduct(url: string): Promise<KnownProduct> {
    const { nodes } = (await shopper(url).send(ops.SEARCH, { search: 'milk', first: 1 })).products;
    return (await shopper(url).send(FIND_PRODUCT, { search: nodes[0].name })).products.nodes[0];
  }

  it('are shed with OVERLOADED and 503 at twice the limit; what is accepted is right, and it is over with the load', async () => {
    await using shop = await startLinkedShop(directory, {
      MAX_CONCURRENT_REQUESTS: String(maxConcurrent),
      // Only shedding may refuse anything here, however busy the machine is.
      ...{ SUBGRAPH_DEADLINE_MS: '20000', SUBGRAPH_MUTATION_DEADLINE_MS: '20000', REQUEST_DEADLINE_MS: '40000' },
    });
    const product = await findProduct(shop.url);
    // Each request takes at least so long, on a fast machine too: that many guests are more than the limit serves.
    shop.catalogLink.inflict({ kind: 'delay', ms: 100 });
    const { outcome, carts } = await runLoad(shop.url, product, 2 * maxConcurrent, 600);
    shop.catalogLink.heal('late');
    const endedAt = performance.now();
    expect(outcome.wrong.slice(0, 5)).toEqual([]);
    expect(outcome.shed).toBeGreaterThan(0);

    // As many at once as the limit allows are served again; none waits for anything left over.
    const replies = await Promise.all(
      Array.from({ length: maxConcurrent }, () => shopper(shop.url).ask(FIND_PRODUCT, { search: product.name })),
    );
    const recoveredMs = Math.round(performance.now() - endedAt);
    expect(new Set(replies.map(({ status, errors }) => `${status} ${errors ?? 'ok'}`))).toEqual(new Set(['200 ok']));
    expect(recoveredMs).toBeLessThan(10_000);

    for (const { token, quantity } of carts.filter(({ token }) => token !== undefined)) {
      const { cart } = await shopper(shop.url, { 'x-cart-token': token ?? '' }).send(ops.CART);
      expect(cart.totalQuantity).toBe(quantity);
    }
    expect(shop.gateway.child.exitCode, shop.gateway.output()).toBeNull();
    const { accepted, shed } = outcome;
    console.info(
      `overload: ${accepted} served, ${shed} shed, ${carts.length} carts right, recovered in ${recoveredMs} ms`,
    );
  });

  it('are none of 100 in flight with the default settings', async () => {
    await using shop = await startShop('in-process', directory);
    const product = await findProduct(shop.url);
    const operations = [
      [FIND_PRODUCT, { search: product.name }],
      [ops.ADD_TO_CART, { productId: product.id, quantity: 1 }],
    ] as const;
    for (const [query, variables] of operations) {
      const replies = await Promise.all(Array.from({ length: 100 }, () => shopper(shop.url).ask(query, variables)));
      for (const { status, errors, data } of replies) {
        expect({ status, errors }).toEqual({ status: 200, errors: undefined });
        if (query === FIND_PRODUCT) expect(data.products.nodes).toEqual([product]);
        else expect(data.addToCart.cart.totalQuantity).toBe(1);
      }
    }
  });
});
