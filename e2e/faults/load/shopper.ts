import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../history.ts';
import type { Random } from '../random.ts';
import { insist, isUndecided } from './insist.ts';
import { type LoadContext, pause } from './load-context.ts';
import type { RunCustomer } from './open-shop.ts';
import * as ops from './operations.ts';
import { createShopCaller, type ShopCaller } from './shop-caller.ts';

/** Quantity by product id. */
export type Basket = Record<string, number>;

const paymentTokens = ['sim_approve', 'sim_approve', 'sim_approve', 'sim_timeout', 'sim_authorize', 'sim_decline'];
const maxKeysPerCart = 6;

/**
 * One customer: fills the cart, checks out with one key until the answer is definite, and sometimes changes his mind.
 * `isHasty` ones put something more into the cart while the order is being placed.
 */
export async function runShopper(
  context: LoadContext,
  customer: RunCustomer,
  { index, random, isHasty }: { index: number; random: Random; isHasty: boolean },
): Promise<void> {
  const caller = createShopCaller({
    actor: `shopper-${index}`,
    url: context.url,
    headers: customer.headers,
    history: context.history,
  });
  let keys = 0;
  const nextKey = () => `k-${index}-${++keys}`;
  while (!context.isClosing()) {
    await pause(context, random.between(100, 1_600));
    if (context.isClosing()) return;
    const basket = await fillCart(context, caller, customer, random);
    if (Object.keys(basket).length === 0) continue;
    await checkOut(context, { caller, customer, random, basket, nextKey, isHasty });
  }
}

async function fillCart(
  context: LoadContext,
  caller: ShopCaller,
  customer: RunCustomer,
  random: Random,
): Promise<Basket> {
  let basket: Basket = {};
  for (let line = random.between(1, 2); line > 0; line -= 1) {
    const added = await add(context, caller, customer, random);
    if (added.outcome === 'ok') basket = added.answer['basket'] as Basket;
  }
  return basket;
}

function add(
  context: LoadContext,
  caller: ShopCaller,
  { userId: customerId }: RunCustomer,
  random: Random,
): Promise<Operation> {
  const isHot = random.chance(0.5);
  const { id } = random.pick(context.cast.products.filter((product) => product.isHot === isHot));
  const input = { productId: id, quantity: random.between(1, 2), customerId };
  return caller.mutate('addToCart', ops.ADD_TO_CART, input, ({ cart }) => ({ basket: basketOf(cart) }));
}

interface Checkout {
  readonly caller: ShopCaller;
  readonly customer: RunCustomer;
  readonly random: Random;
  readonly basket: Basket;
  readonly nextKey: () => string;
  readonly isHasty: boolean;
}

async function checkOut(context: LoadContext, checkout: Checkout): Promise<void> {
  const { caller, customer, random, nextKey, isHasty } = checkout;
  let total = totalOf(context, checkout.basket);
  const isCash = random.chance(0.35);
  const method = isCash
    ? { paymentMethod: 'COD' }
    : { paymentMethod: 'CARD', paymentToken: random.chance(0.08) ? 'sim_confirm' : random.pick(paymentTokens) };
  for (let tries = 0; tries < maxKeysPerCart; tries += 1) {
    const input = { idempotencyKey: nextKey(), addressId: customer.addressId, expectedGrandTotal: total, ...method };
    const place = (idempotencyKey: string) => () =>
      caller.mutate(
        'placeOrder',
        ops.PLACE_ORDER,
        { input: { ...input, idempotencyKey }, customerId: customer.userId },
        keepOrder,
      );
    const raced = isHasty && random.chance(0.5) ? add(context, caller, customer, random) : undefined;
    // Another key for the same cart: at most one of the two may get it.
    const rival = isHasty && !raced && random.chance(0.4) ? insist(context, random, place(nextKey())) : undefined;
    if (raced || rival) note(context, checkout, 'raced', {});
    // A double click: the same key twice at once.
    const again = random.chance(0.1) ? place(input.idempotencyKey)() : undefined;
    const placed = await insist(context, random, place(input.idempotencyKey));
    const late = await raced;
    if (late?.outcome === 'ok' && placed.outcome === 'ok') await lookAfterRace(context, checkout, placed, late);
    await Promise.all([rival, again]);
    if (isUndecided(placed)) {
      // Whatever happens to this key from now on, nobody here will learn of it.
      note(context, checkout, 'gaveUp', { key: input.idempotencyKey });
      return;
    }
    const orderId = placed.answer['orderId'] as string | null;
    if (orderId) return afterwards(context, checkout, placed, orderId);
    const { refusal } = placed.answer as { refusal?: { currentGrandTotal?: { amount: number } } };
    const current = refusal?.currentGrandTotal?.amount;
    if (placed.code === 'PRICE_CHANGED' && current !== undefined) {
      total = current;
      continue;
    }
    if (placed.code === 'EMPTY_CART') return;
    return emptyCart(context, checkout);
  }
}

const keepOrder = ({ order }: { order: OrderAnswer | null }) => ({
  orderId: order?.id ?? null,
  status: order?.status ?? null,
  reference: order?.payment?.providerReference ?? null,
  items: order?.items ? basketOf(order) : null,
});

interface OrderAnswer {
  readonly id: string;
  readonly status: string;
  readonly payment: { readonly providerReference: string | null } | null;
  readonly items: readonly { quantity: number; product: { id: string } | null }[] | null;
}

/** What becomes of an order after it was placed: paid again, confirmed, cancelled, refunded, followed, or just awaited. */
async function afterwards(
  context: LoadContext,
  { caller, customer, random, nextKey }: Checkout,
  placed: Operation,
  orderId: string,
) {
  context.orderPlaced({ orderId, customerId: customer.userId, headers: customer.headers });
  const variables = { orderId, customerId: customer.userId };
  const cancel = () =>
    insist(context, random, () => caller.mutate('cancelOrder', ops.CANCEL_ORDER, variables, keepOrder));
  if (placed.code === 'PAYMENT_DECLINED') {
    if (random.chance(0.5)) return void (await cancel());
    const key = nextKey();
    await insist(context, random, () =>
      caller.mutate('retryPayment', ops.RETRY_PAYMENT, { ...variables, key }, keepOrder),
    );
    return;
  }
  if (placed.answer['status'] === 'PENDING_PAYMENT') {
    const reference = placed.answer['reference'];
    const choice = random.between(1, 3);
    // The third one walks away: the order expires and gives its stock back.
    if (choice === 1) await cancel();
    if (choice === 2 && typeof reference === 'string') {
      const key = nextKey();
      await insist(context, random, () =>
        caller.mutate('confirmPayment', ops.CONFIRM_PAYMENT, { ...variables, reference, key }, keepOrder),
      );
    }
    return;
  }
  context.orderPaid(orderId);
  if (!random.chance(0.2)) return;
  await sleep(random.between(0, 1_500));
  await cancel();
}

/** After an order was placed while something was added: what was added is in the order or still in the cart. */
async function lookAfterRace(context: LoadContext, checkout: Checkout, placed: Operation, late: Operation) {
  const data = await checkout.caller.read(ops.READ_CART);
  if (data === undefined) return;
  const { input } = late;
  note(context, checkout, 'lookedAfterRace', {
    productId: input['productId'],
    ordered: placed.answer['items'],
    before: checkout.basket,
    cart: basketOf(data.cart),
  });
}

/** Takes everything out, and writes down what that was; only done while no order of this cart can still be on its way. */
async function emptyCart(context: LoadContext, checkout: Checkout): Promise<void> {
  const { caller, customer, random } = checkout;
  const data = await caller.read(ops.READ_CART);
  if (data === undefined) return;
  const removed = basketOf(data.cart);
  if (Object.keys(removed).length === 0) return;
  const variables = { customerId: customer.userId, removed };
  await insist(context, random, () => caller.mutate('clearCart', ops.CLEAR_CART, variables, () => ({})));
}

function note(context: LoadContext, { caller, customer }: Checkout, kind: string, answer: Record<string, unknown>) {
  const input = { customerId: customer.userId };
  context.history.record({
    actor: caller.actor,
    kind,
    input,
    invokedAt: Date.now(),
    outcome: 'ok',
    code: null,
    answer,
  });
}

/** The quantities of a cart or an order. */
export function basketOf(
  holder: { items?: readonly { quantity: number; product: { id: string } | null }[] | null } | null,
): Basket {
  const basket: Basket = {};
  for (const { quantity, product } of holder?.items ?? []) {
    if (product !== null) basket[product.id] = (basket[product.id] ?? 0) + quantity;
  }
  return basket;
}

/** What checkout will charge: items, delivery below 199.00, handling. A wrong guess is answered with the right total. */
function totalOf({ cast }: LoadContext, basket: Basket): number {
  const items = cast.products.reduce((sum, { id, price }) => sum + price * (basket[id] ?? 0), 0);
  return items + (items < 19_900 ? 2_500 : 0) + 400;
}
