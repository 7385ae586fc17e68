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

/** What a customer puts into his cart; `isHot` has many buyers and little stock. */
const hotShare = 0.35;

/**
 * One customer: fills the cart, checks out with one key until the answer is definite, and sometimes changes his mind.
 * `isHasty` ones put a treat into the cart while the order is being placed. Who met a sold-out product takes others at once.
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
  let treats = 0;
  const nextTreat = () => context.cast.treats[(index + ++treats) % context.cast.treats.length]?.id;
  let outcome: CheckoutOutcome = 'done';
  while (!context.isClosing()) {
    if (outcome === 'done') await pause(context, random.between(50, 700));
    if (context.isClosing()) return;
    const basket = await fillCart(context, caller, customer, { random, share: outcome === 'soldOut' ? 0 : hotShare });
    if (Object.keys(basket).length === 0) outcome = 'done';
    else outcome = await checkOut(context, { caller, customer, random, basket, nextKey, nextTreat, isHasty });
  }
}

type CheckoutOutcome = 'done' | 'soldOut';

async function fillCart(
  context: LoadContext,
  caller: ShopCaller,
  customer: RunCustomer,
  { random, share }: { random: Random; share: number },
): Promise<Basket> {
  const choose = (isHot: boolean) => random.pick(context.cast.products.filter((product) => product.isHot === isHot)).id;
  let basket: Basket = {};
  for (let line = random.between(1, 2); line > 0; line -= 1) {
    const quantity = random.between(1, 2);
    let added = await add(caller, customer, choose(random.chance(share)), quantity);
    if (isUndecided(added)) await sleep(random.between(200, 600));
    else if (added.outcome === 'failed') added = await add(caller, customer, choose(false), quantity);
    if (added.outcome === 'ok') basket = added.answer['basket'] as Basket;
  }
  return basket;
}

function add(
  caller: ShopCaller,
  { userId: customerId }: RunCustomer,
  productId: string,
  quantity: number,
): Promise<Operation> {
  const input = { productId, quantity, customerId };
  return caller.mutate('addToCart', ops.ADD_TO_CART, input, ({ cart }) => ({ basket: basketOf(cart) }));
}

interface Checkout {
  readonly caller: ShopCaller;
  readonly customer: RunCustomer;
  readonly random: Random;
  readonly basket: Basket;
  readonly nextKey: () => string;
  /** Something that this customer has not added for long, so that finding it says which addition it was. */
  readonly nextTreat: () => string | undefined;
  readonly isHasty: boolean;
}

async function checkOut(context: LoadContext, checkout: Checkout): Promise<CheckoutOutcome> {
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
    const treat = isHasty && random.chance(0.8) ? checkout.nextTreat() : undefined;
    const raced = treat === undefined ? undefined : addMeanwhile(checkout, treat);
    // Another key for the same cart: at most one of the two may get it.
    const rival = isHasty && !raced && random.chance(0.4) ? insist(context, random, place(nextKey())) : undefined;
    if (raced || rival) note(context, checkout, 'raced', {});
    // A double click: the same key twice at once.
    const again = random.chance(0.1) ? place(input.idempotencyKey)() : undefined;
    const placed = await insist(context, random, place(input.idempotencyKey));
    const late = await raced;
    if (late?.outcome === 'ok' && placed.answer['status'] === 'CONFIRMED') {
      await lookAfterRace(context, checkout, placed, late);
    }
    await Promise.all([rival, again]);
    if (isUndecided(placed)) {
      // Whatever happens to this key from now on, nobody here will learn of it.
      note(context, checkout, 'gaveUp', { key: input.idempotencyKey });
      return 'done';
    }
    const orderId = placed.answer['orderId'] as string | null;
    if (orderId) {
      await afterwards(context, checkout, placed, orderId);
      return 'done';
    }
    const { refusal } = placed.answer as { refusal?: { currentGrandTotal?: { amount: number } } };
    const current = refusal?.currentGrandTotal?.amount;
    if (placed.code === 'PRICE_CHANGED' && current !== undefined) {
      total = current;
      continue;
    }
    if (placed.code === 'EMPTY_CART') return 'done';
    await emptyCart(context, checkout);
    return 'soldOut';
  }
  return 'done';
}

/** While the order is on its way; sometimes a little later, so that it meets every step of it. */
async function addMeanwhile({ caller, customer, random }: Checkout, treat: string): Promise<Operation> {
  await sleep(random.between(0, 60));
  return add(caller, customer, treat, 1);
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
  const data = await readCart(checkout);
  if (data === undefined) return;
  const { input } = late;
  note(context, checkout, 'lookedAfterRace', {
    productId: input['productId'],
    ordered: placed.answer['items'],
    before: checkout.basket,
    cart: basketOf(data.cart),
  });
}

const maxCartReads = 12;

/** Nothing else changes the cart meanwhile, so a later look says the same. */
async function readCart({ caller, random }: Checkout) {
  for (let reads = 1; ; reads += 1) {
    const data = await caller.read(ops.READ_CART);
    if (data !== undefined || reads === maxCartReads) return data;
    await sleep(random.between(200, 800));
  }
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
  const items = [...cast.products, ...cast.treats].reduce((sum, { id, price }) => sum + price * (basket[id] ?? 0), 0);
  return items + (items < 19_900 ? 2_500 : 0) + 400;
}
