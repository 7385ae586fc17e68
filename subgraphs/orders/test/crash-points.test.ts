import { newEvent } from '@swiftcart/events';
import { operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BuiltProcess, buildCrashingProcess } from './build-crashing-process.ts';
import { cancelMutation, cartFields, confirmMutation, refundMutation, retryMutation } from './operations.ts';
import { type CrashingOrders, startCrashingOrders } from './start-crashing-orders.ts';
import { eventually, type OrderReply, type OrdersUnderTest, startOrders } from './start-orders.ts';

/** Another replica of the subgraph, on the same database: it sweeps, and answers the retries. */
let shop: OrdersUnderTest;
let built: BuiltProcess;
let round = 0;
/** While a process is on its way to its death the other replica's clock is behind, so that it takes nothing over. */
let clockBehindMs = 0;
beforeAll(async () => {
  built = await buildCrashingProcess();
  shop = await startOrders({
    config: { sagaLeaseMs: 400, sweepIntervalMs: 50 },
    now: () => new Date(Date.now() - clockBehindMs),
  });
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await built[Symbol.asyncDispose]();
});

// Each starts a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

type Viewer = Awaited<ReturnType<OrdersUnderTest['shopper']>>;
interface Case {
  viewer: Viewer;
  product: string;
  coupon: string;
  placing: Record<string, unknown>;
}

const price = 5_000;
const total = (price * 2 * 9) / 10 + 2_500 + 400;

/** A customer with two of a product of his own and a coupon of his own in the cart. */
async function newCase(placing: Record<string, unknown> = {}): Promise<Case> {
  round += 1;
  const [product, coupon] = [`prd_crash_${round}`, `CRASH${round}`];
  shop.addProduct(product, { price });
  const viewer = await shop.shopper(`usr_crash_${round}`, product, 2);
  await shop.as(operator())('mutation ($i: CouponInput!) { createCoupon(input: $i) { userErrors { code } } }', {
    i: { code: coupon, kind: 'PERCENT', value: 10, maxUses: 1 },
  });
  await shop.mutate(viewer, `mutation ($c: String!) { applyCoupon(code: $c) { ${cartFields} } }`, { c: coupon });
  const card = { paymentMethod: 'CARD', paymentToken: 'sim_approve' };
  return {
    viewer,
    product,
    coupon,
    placing: { idempotencyKey: `crash-${round}`, expectedGrandTotal: total, ...card, ...placing },
  };
}

/** Lets a process of its own run into its death at `step`, doing `work`. */
async function dieAt(step: string, work: (crashing: CrashingOrders) => Promise<unknown>): Promise<void> {
  const crashing = await startCrashingOrders(shop, { path: built.path, step });
  clockBehindMs = 3_600_000;
  try {
    shop.goTo(crashing.url);
    await work(crashing).catch(() => undefined);
    const signal = await Promise.race([crashing.died, new Promise((resolve) => setTimeout(resolve, 15_000, 'alive'))]);
    expect(signal).toBe('SIGKILL');
  } finally {
    shop.goTo(null);
    clockBehindMs = 0;
    crashing.process.kill('SIGKILL');
  }
}

const collection = (name: string) => shop.service.database.collection(name);
const ordersOf = (viewer: Viewer) =>
  collection('orders')
    .find({ customerId: viewer.kind === 'user' ? viewer.userId : '' })
    .toArray();
const settledOrders = (viewer: Viewer) =>
  eventually(
    () => ordersOf(viewer),
    (orders) => orders.every((order) => order['saga'].todo.length === 0),
    15_000,
  );

/** Stock, money, coupon and history of one customer's only order, all told. */
async function booksOf({ viewer, product, coupon }: Case) {
  const orders = await settledOrders(viewer);
  const ledger = await collection('simulated_payments')
    .find({ orderId: { $in: orders.map(({ _id }) => String(_id)) } })
    .toArray();
  const captured = ledger.filter(({ state }) => state === 'captured');
  const used = await collection('coupons').findOne({ _id: coupon as never });
  const cart = await shop.as(viewer)<{ cart: { totalQuantity: number } }>('{ cart { totalQuantity } }');
  for (const order of orders) {
    const sequences: number[] = order['events'].map((event: { sequence: number }) => event.sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  }
  return {
    orders: orders.length,
    status: orders[0]?.['isVisible'] ? orders[0]['status'] : 'REFUSED',
    sold: 100 - (shop.state.products.get(product)?.available ?? 0),
    captures: captured.length,
    kept: captured.reduce((sum, row) => sum + row['amount'] - row['refundedAmount'], 0),
    couponUses: used?.['usedCount'],
    inCart: cart.data?.cart.totalQuantity,
  };
}

const placed = { orders: 1, status: 'CONFIRMED', sold: 2, captures: 1, kept: total, couponUses: 1, inCart: 0 };
const undone = { orders: 1, status: 'CANCELLED', sold: 0, captures: 1, kept: 0, couponUses: 0, inCart: 0 };

/** Sends the same request until it is not under way any more. */
const retried = (work: () => Promise<OrderReply>) =>
  eventually(work, (reply) => reply.userErrors[0]?.code !== 'IDEMPOTENCY_IN_PROGRESS', 15_000);

describe('killed while placing an order', () => {
  it.each([
    'keyRecorded',
    'reserveStock.done',
    'reserveStock.recorded',
    'claimCoupon.done',
    'claimCoupon.recorded',
    'chargePayment.opened',
    'chargePayment.done',
    'chargePayment.recorded',
    'commitStock.done',
    'commitStock.recorded',
    'clearCart.done',
    'clearCart.recorded',
  ])('after %s: the retried key finds one order, paid once', async (step) => {
    const story = await newCase();
    await dieAt(step, () => shop.place(story.viewer, story.placing));
    const reply = await retried(() => shop.place(story.viewer, story.placing));
    expect(reply).toMatchObject({ order: { status: 'CONFIRMED' }, userErrors: [] });
    expect(await booksOf(story)).toEqual(placed);
  });

  it.each(['reserveStock.recorded', 'releaseCoupon.done', 'releaseStock.done', 'releaseStock.recorded'])(
    'after %s of one that is refused: nothing is held, and the refusal is repeated',
    async (step) => {
      const story = await newCase({ expectedGrandTotal: 1 });
      await dieAt(step, () => shop.place(story.viewer, story.placing));
      const reply = await retried(() => shop.place(story.viewer, story.placing));
      expect(reply).toMatchObject({ order: null, userErrors: [{ code: 'PRICE_CHANGED' }] });
      expect(await booksOf(story)).toEqual({ ...undone, status: 'REFUSED', captures: 0, inCart: 2 });
    },
  );
});

describe('killed after the order was placed', () => {
  it.each([
    'cancelRequested',
    'judgeCancellation.done',
    'judgeCancellation.recorded',
    'settleRefunds.done',
    'settleRefunds.recorded',
    'releaseCoupon.done',
    'releaseCoupon.recorded',
    'releaseStock.done',
    'releaseStock.recorded',
  ])('while cancelling, after %s: money and stock go back once', async (step) => {
    const story = await newCase();
    const { order } = await shop.place(story.viewer, story.placing);
    await dieAt(step, () => shop.mutate(story.viewer, cancelMutation, { id: order?.id }));
    await settledOrders(story.viewer);
    await shop.mutate(story.viewer, cancelMutation, { id: order?.id });
    expect(await booksOf(story)).toEqual(undone);
  });

  it.each(['refundRequested', 'settleRefunds.done', 'settleRefunds.recorded'])(
    'while refunding, after %s: it is given once',
    async (step) => {
      const story = await newCase();
      const { order } = await shop.place(story.viewer, story.placing);
      const input = { orderId: order?.id, idempotencyKey: 'r', amount: 1_000, reason: 'Damaged' };
      await dieAt(step, () => shop.mutate(operator(), refundMutation, { input }));
      await shop.mutate(operator(), refundMutation, { input });
      expect(await booksOf(story)).toEqual({ ...placed, kept: total - 1_000 });
    },
  );

  it.each([
    'deliveryRecorded',
    'collectPayment.done',
    'collectPayment.recorded',
    'settleStock.done',
    'settleStock.recorded',
  ])('while it is completed, after %s: the cash is in the books and the stock settled', async (step) => {
    const story = await newCase({ paymentMethod: 'COD', paymentToken: null });
    const { order } = await shop.place(story.viewer, story.placing);
    const payload = { orderId: order?.id, sequence: 4, to: 'DELIVERED', actorKind: 'RIDER' };
    const event = { topic: 'delivery', kind: 'delivery.event', key: order?.id ?? '', correlationId: 'c', payload };
    await dieAt(step, async (crashing) => crashing.send(newEvent({ ...event, now: new Date() })));
    expect(await booksOf(story)).toEqual({ ...placed, status: 'COMPLETED', captures: 0, kept: 0 });
    expect((await shop.order(story.viewer, order?.id ?? ''))?.payment.status).toBe('CAPTURED');
    expect(shop.state.entries.get(order?.id ?? '')?.state).toBe('settled');
  });
});

describe('killed while an order is unpaid', () => {
  it.each(['retryRequested', 'claimCoupon.done', 'chargePayment.done'])(
    'while paying again, after %s: it is paid once',
    async (step) => {
      const story = await newCase({ paymentToken: 'sim_decline' });
      const { order } = await shop.place(story.viewer, story.placing);
      const again = { id: order?.id, m: 'CARD', t: 'sim_approve', k: 'again' };
      await dieAt(step, () => shop.mutate(story.viewer, retryMutation, again));
      const reply = await retried(() => shop.mutate(story.viewer, retryMutation, again));
      expect(reply).toMatchObject({ order: { status: 'CONFIRMED' }, userErrors: [] });
      expect(await booksOf(story)).toEqual(placed);
    },
  );

  it.each(['confirmRequested', 'settlePayment.done', 'settlePayment.recorded'])(
    'while confirming, after %s: it is paid once',
    async (step) => {
      const story = await newCase({ paymentToken: 'sim_confirm' });
      const { order } = await shop.place(story.viewer, story.placing);
      const confirm = { id: order?.id, r: order?.payment.providerReference, k: 'c' };
      await dieAt(step, () => shop.mutate(story.viewer, confirmMutation, confirm));
      await shop.mutate(story.viewer, confirmMutation, confirm);
      expect(await booksOf(story)).toEqual(placed);
    },
  );

  it.each(['expiryRecorded', 'voidPayment.done', 'voidPayment.recorded'])(
    'while it expires, after %s: the stock goes back and nothing can be paid any more',
    async (step) => {
      const story = await newCase({ paymentToken: 'sim_confirm' });
      const { order } = await shop.place(story.viewer, story.placing);
      await dieAt(step, () =>
        collection('orders').updateOne(
          { _id: order?.id as never },
          { $set: { expiresAt: new Date(Date.now() - 1_000) } },
        ),
      );
      expect(await booksOf(story)).toEqual({ ...undone, status: 'EXPIRED', captures: 0, inCart: 2 });
    },
  );
});
