import type { Basket } from '../load/shopper.ts';
import { type Check, checkEach, groupBy, type StoredOrder, sum, wasConfirmed } from './evidence.ts';

/** A confirmed order's cart has moved on from the version that was ordered: emptied, or changed by its owner meanwhile. */
export const orderedCartsMovedOn: Check = ({ orders, carts }) => {
  const byId = new Map(carts.map((cart) => [cart._id, cart]));
  return checkEach(
    'a placed order leaves its cart cleared',
    orders.filter(wasConfirmed),
    ({ _id, cartId, cartVersion }) => {
      const cart = byId.get(cartId);
      if (cart === undefined) return [`cart ${cartId} of order ${_id} is gone`];
      return cart.version > cartVersion ? [] : [`cart ${cartId} is still as order ${_id} took it`];
    },
  );
};

/** Versions of one cart are ordered once: two confirmed orders of the same cart and version sold it twice. */
export const cartVersionsAreOrderedOnce: Check = ({ orders }) =>
  checkEach(
    'a cart version is ordered once',
    groupBy(orders.filter(wasConfirmed), ({ cartId, cartVersion }) => `${cartId} ${cartVersion}`),
    ([key, group]) => {
      const live = group.filter(({ status }) => status !== 'CANCELLED');
      return live.length > 1 ? [`cart ${key}: orders ${live.map(({ _id }) => _id).join(', ')}`] : [];
    },
  );

interface Tally {
  readonly customerId: string;
  readonly productId: string;
  readonly added: number;
  readonly perhapsAdded: number;
  readonly accounted: number;
}

/**
 * For customers who do one thing at a time: what went into the cart was ordered, taken out, or is still there. Left out are
 * customers of whom a removal or an order was never settled, and the hasty ones, whose carts may rightly stay as they were.
 */
export const cartsLoseNothing: Check = (evidence) =>
  checkEach(
    'carts lose and keep nothing',
    tallies(evidence),
    ({ customerId, productId, added, perhapsAdded, accounted }) =>
      accounted < added || accounted > added + perhapsAdded
        ? [
            `customer ${customerId}, product ${productId}: ${added} (+${perhapsAdded}?) added, ${accounted} accounted for`,
          ]
        : [],
  );

function tallies({ operations, orders, carts }: Parameters<Check>[0]): Tally[] {
  const customerOf = (input: Readonly<Record<string, unknown>>) => String(input['customerId']);
  const doubtful = new Set(
    operations
      .filter(
        ({ kind, outcome }) => kind === 'gaveUp' || kind === 'raced' || (kind === 'clearCart' && outcome !== 'ok'),
      )
      .map(({ input }) => customerOf(input)),
  );
  const additions = operations.filter(({ kind, input }) => kind === 'addToCart' && !doubtful.has(customerOf(input)));
  const pairs = groupBy(additions, ({ input }) => `${customerOf(input)} ${input['productId']}`);
  const ordersOf = groupBy(orders.filter(wasConfirmed), ({ customerId }) => customerId);
  const cartOf = new Map(carts.map((cart) => [cart.ownerId, cart]));
  const removalsOf = groupBy(
    operations.filter(({ kind }) => kind === 'clearCart'),
    ({ input }) => customerOf(input),
  );
  return [...pairs.values()].map((group) => {
    const customerId = customerOf(group[0]?.input ?? {});
    const productId = String(group[0]?.input['productId']);
    const quantityIn = (lines: StoredOrder['items']) =>
      sum(lines.filter((line) => line.productId === productId).map(({ quantity }) => quantity));
    const added = (outcome: string) =>
      sum(group.filter((each) => each.outcome === outcome).map(({ input }) => Number(input['quantity'])));
    const removed = (removalsOf.get(customerId) ?? []).map(({ input }) => (input['removed'] as Basket)[productId] ?? 0);
    const ordered = (ordersOf.get(customerId) ?? []).map(({ items }) => quantityIn(items));
    return {
      customerId,
      productId,
      added: added('ok'),
      perhapsAdded: added('unknown'),
      accounted: sum(ordered) + sum(removed) + quantityIn(cartOf.get(customerId)?.items ?? []),
    };
  });
}

/**
 * What was added while an order was being placed is in that order, and then gone from the cart, or it is still in the cart.
 * Left out are customers who added the same product another time without an answer: it may be either of the two.
 */
export const racedAdditionsAreKept: Check = ({ operations }) => {
  const pair = (customerId: unknown, productId: unknown) => `${customerId} ${productId}`;
  const gaveUp = new Set(operations.filter(({ kind }) => kind === 'gaveUp').map(({ input }) => input['customerId']));
  const unsure = new Set(
    operations
      .filter(({ kind, outcome }) => kind === 'addToCart' && outcome === 'unknown')
      .map(({ input }) => pair(input['customerId'], input['productId'])),
  );
  const looks = operations.filter(
    ({ kind, input, answer }) =>
      kind === 'lookedAfterRace' &&
      !gaveUp.has(input['customerId']) &&
      !unsure.has(pair(input['customerId'], answer['productId'])),
  );
  return checkEach('only the ordered version of a cart is cleared', looks, ({ input, answer }) => {
    const { productId, ordered, before, cart } = answer as {
      productId: string;
      ordered: Basket | null;
      before: Basket;
      cart: Basket;
    };
    if (ordered === null) return [];
    const wasOrdered = (ordered[productId] ?? 0) > (before[productId] ?? 0);
    const isInCart = (cart[productId] ?? 0) > 0;
    return wasOrdered === isInCart
      ? [
          `customer ${input['customerId']}: ${productId} is ${isInCart ? 'ordered and still' : 'neither ordered nor'} in the cart`,
        ]
      : [];
  });
};
