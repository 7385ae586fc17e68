import { setTimeout as sleep } from 'node:timers/promises';
import { shopper } from '../support/shop-client.ts';
import * as ops from '../support/shop-operations.ts';

/** A product as everybody knows it before the load, to compare answers with. */
export interface KnownProduct {
  readonly id: string;
  readonly name: string;
  readonly price: { readonly amount: number };
}

/** What a run of load came to. */
export interface LoadOutcome {
  accepted: number;
  shed: number;
  /** Descriptions of answers that were neither right nor a proper refusal; empty when all is well. */
  readonly wrong: string[];
}

/** A search rather than a read by id: many reads by id become one at the database, so they hardly are a load. */
export const FIND_PRODUCT =
  'query Find($search: String!) { products(search: $search, first: 1) { nodes { id name price { amount } } } }';

/**
 * Guests that never pause between two requests: each reads a product and adds it to its own cart, in turns, and in the
 * end its cart must hold exactly what was accepted. A refused guest comes back after a moment. Ends once so many
 * requests were served.
 */
export async function runLoad(url: string, product: KnownProduct, guests: number, toServe: number) {
  const outcome: LoadOutcome = { accepted: 0, shed: 0, wrong: [] };
  const carts = await Promise.all(Array.from({ length: guests }, () => loadAsGuest(url, product, toServe, outcome)));
  return { outcome, carts };
}

/** A guest's cart and the quantity that its accepted calls add up to. */
export interface GuestCart {
  readonly token: string | undefined;
  readonly quantity: number;
}

async function loadAsGuest(
  url: string,
  product: KnownProduct,
  toServe: number,
  outcome: LoadOutcome,
): Promise<GuestCart> {
  let token: string | undefined;
  let quantity = 0;
  for (let turn = 0; outcome.accepted < toServe && outcome.wrong.length === 0; turn += 1) {
    const guest = shopper(url, token === undefined ? {} : { 'x-cart-token': token });
    const isAdding = turn % 2 === 1 && quantity < 5;
    const reply = await guest.ask(isAdding ? ops.ADD_TO_CART : FIND_PRODUCT, {
      ...(isAdding ? { productId: product.id, quantity: 1 } : { search: product.name }),
    });
    const code = reply.errors?.[0]?.extensions?.['code'];
    if (code === 'OVERLOADED') {
      outcome.shed += 1;
      const retryAfter = Number(reply.headers.get('retry-after'));
      if (reply.status !== 503 || !(retryAfter >= 1) || reply.data !== null) {
        outcome.wrong.push(`shed with ${reply.status}, retry-after ${retryAfter}, data ${JSON.stringify(reply.data)}`);
      }
      await sleep(100 + Math.random() * 100);
    } else if (reply.status !== 200 || reply.errors !== undefined) {
      outcome.wrong.push(`${reply.status} ${JSON.stringify(reply.errors)}`);
    } else if (isAdding) {
      outcome.accepted += 1;
      const { cart, userErrors } = reply.data.addToCart;
      token ??= cart?.guestToken;
      quantity += 1;
      if (userErrors.length > 0 || cart.totalQuantity !== quantity) {
        outcome.wrong.push(`cart of ${quantity}: ${JSON.stringify(reply.data)}`);
      }
    } else {
      outcome.accepted += 1;
      if (JSON.stringify(reply.data.products.nodes[0]) !== JSON.stringify(product)) {
        outcome.wrong.push(`product: ${JSON.stringify(reply.data)}`);
      }
    }
  }
  return { token, quantity };
}
