import { operator } from '@swiftcart/testkit';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelMutation, confirmMutation, refundMutation, retryMutation } from './operations.ts';
import { type FakeStripe, type Fault, startFakeStripe } from './start-fake-stripe.ts';
import { eventually, type OrdersUnderTest, startOrders } from './start-orders.ts';

const webhookSecret = 'whsec_test_only';
let provider: FakeStripe;
let shop: OrdersUnderTest;
let clockAheadMs = 0;
beforeAll(async () => {
  provider = await startFakeStripe();
  shop = await startOrders({
    now: () => new Date(Date.now() + clockAheadMs),
    config: {
      payments: { provider: 'stripe', secretKey: 'sk_test_only', webhookSecret, apiUrl: provider.url, timeoutMs: 600 },
    },
  });
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const card = (paymentToken: string | null) => ({ paymentMethod: 'CARD', paymentToken });
const codes = (reply: { userErrors: { code: string }[] }) => reply.userErrors.map(({ code }) => code);
const intentsOf = (orderId: string | undefined) =>
  [...provider.intents.values()].filter(({ metadata }) => metadata['orderId'] === orderId);
const statusOf = async (viewer: Parameters<typeof shop.order>[0], id: string | undefined, status: string) =>
  eventually(
    () => shop.order(viewer, id ?? ''),
    (order) => order?.status === status,
    10_000,
  );

async function webhook(type: string, intent: object, { secret = webhookSecret } = {}): Promise<number> {
  const payload = JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object: intent } });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
  const response = await fetch(`${shop.server.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'stripe-signature': signature, 'content-type': 'application/json' },
    body: payload,
  });
  return response.status;
}

describe('paying through Stripe', () => {
  it('captures an approved card, and refunds it when the order is cancelled', async () => {
    const viewer = await shop.shopper('usr_ok');
    const { order } = await shop.place(viewer, card('pm_card_visa'));
    expect(order).toMatchObject({ status: 'CONFIRMED', payment: { status: 'CAPTURED' } });
    const cancelled = await shop.mutate(viewer, cancelMutation, { id: order?.id });
    expect(cancelled.order?.payment.status).toBe('REFUNDED');
    const [intent] = intentsOf(order?.id);
    expect(provider.refunds.filter((refund) => refund.payment_intent === intent?.id)).toEqual([
      { payment_intent: intent?.id, amount: 7_900 },
    ]);
  });

  it('says why a card was declined, and takes another', async () => {
    const viewer = await shop.shopper('usr_no');
    const { order, userErrors } = await shop.place(viewer, card('pm_card_chargeDeclined'));
    expect(userErrors).toMatchObject([{ code: 'PAYMENT_DECLINED', message: 'Your card was declined.' }]);
    const retried = await shop.mutate(viewer, retryMutation, {
      id: order?.id,
      m: 'CARD',
      t: 'pm_card_visa',
      k: 'again',
    });
    expect(retried.order?.status).toBe('CONFIRMED');
    expect(intentsOf(order?.id).map(({ status }) => status)).toEqual(['canceled', 'succeeded']);
  });

  it('gives the client secret where the customer must act, and believes only Stripe that he did', async () => {
    const viewer = await shop.shopper('usr_3ds');
    const { order } = await shop.place(viewer, card('pm_card_authenticationRequired'));
    const reference = order?.payment.providerReference ?? '';
    const intent = provider.intents.get(reference);
    expect(order).toMatchObject({ status: 'PENDING_PAYMENT', payment: { clientSecret: intent?.client_secret } });
    const confirm = () => shop.mutate(viewer, confirmMutation, { id: order?.id, r: reference, k: 'c' });
    expect((await confirm()).order?.status).toBe('PENDING_PAYMENT');
    if (intent) intent.status = 'succeeded';
    expect((await confirm()).order?.status).toBe('CONFIRMED');
    expect((await confirm()).order?.status).toBe('CONFIRMED');
  });

  it('without a token waits for the card in Stripe’s own form, and is told by webhook', async () => {
    const viewer = await shop.shopper('usr_form');
    const { order } = await shop.place(viewer, card(null));
    expect(order?.status).toBe('PENDING_PAYMENT');
    const [intent] = intentsOf(order?.id);
    if (!intent) throw new Error('no intent');
    intent.status = 'succeeded';
    expect(await webhook('payment_intent.succeeded', intent)).toBe(200);
    await statusOf(viewer, order?.id, 'CONFIRMED');
  });

  it('collects an authorised amount when the parcel has been handed over', async () => {
    const viewer = await shop.shopper('usr_manual');
    const { order } = await shop.place(viewer, card('pm_card_manual'));
    expect(order?.payment.status).toBe('AUTHORIZED');
    await shop.deliver(order?.id ?? '', 3, 'DELIVERED');
    await eventually(
      () => intentsOf(order?.id)[0]?.status,
      (status) => status === 'succeeded',
    );
  });
});

describe('a provider in trouble', () => {
  // Before the charge is known the customer is told to ask again; PENDING_PAYMENT alone would say that it is his turn.
  const atOnce = { status: 'CONFIRMED', told: [] };
  const later = { status: 'PENDING_PAYMENT', told: ['IDEMPOTENCY_IN_PROGRESS'] };
  it.each<[string, string, Fault[], typeof atOnce | typeof later]>([
    ['takes the money and loses the answer', 'confirm', ['lost'], atOnce],
    ['answers 500 at first', 'payment_intents', ['error500'], later],
    ['answers 500 to the charge, twice', 'confirm', ['error500', 'error500'], later],
    ['answers nonsense after opening', 'payment_intents', ['garbage'], later],
    ['answers nonsense after taking the money', 'confirm', ['garbage'], atOnce],
    ['speaks of something else after opening', 'payment_intents', ['otherJson'], later],
    ['speaks of something else after taking the money', 'confirm', ['otherJson'], atOnce],
  ])('%s: the order is paid once in the end', async (name, step, faults, first) => {
    const viewer = await shop.shopper(`usr_${name}`);
    const place = () =>
      shop.place(viewer, { ...card('pm_card_visa'), idempotencyKey: name, expectedGrandTotal: 7_900 });
    provider.faults.set(step, [...faults]);
    const placed = await place();
    expect({ status: placed.order?.status, told: codes(placed) }).toEqual(first);
    const { order } = placed;
    await statusOf(viewer, order?.id, 'CONFIRMED');
    const repeated = await eventually(place, ({ userErrors }) => userErrors.length === 0);
    expect(repeated.order).toMatchObject({ id: order?.id, status: 'CONFIRMED' });
    const intents = intentsOf(order?.id);
    expect(intents.reduce((sum, { id }) => sum + (provider.captures.get(id) ?? 0), 0)).toBe(1);
  });

  it.each<[string, Fault[]]>([
    ['loses the answer', ['lost', 'error500']],
    ['answers nonsense', ['garbage', 'error500']],
    ['speaks of something else', ['otherJson', 'error500']],
  ])('%s to a refund: it is given once', async (name, faults) => {
    const viewer = await shop.shopper(`usr_refund_${name}`);
    const { order } = await shop.place(viewer, card('pm_card_visa'));
    provider.faults.set('refunds', [...faults]);
    await shop.mutate(viewer, cancelMutation, { id: order?.id });
    await eventually(
      () => shop.order(viewer, order?.id ?? ''),
      (read) => read?.payment.status === 'REFUNDED',
      10_000,
    );
    const [intent] = intentsOf(order?.id);
    expect(provider.refunds.filter((refund) => refund.payment_intent === intent?.id)).toHaveLength(1);
    // It asked again after each of them: what says nothing about a refund settles none.
    expect(provider.faults.get('refunds')).toEqual([]);
  });
});

describe('a refund that Stripe refuses', () => {
  it('is shown as failed, and its amount can be refunded again', async () => {
    const viewer = await shop.shopper('usr_refund_no');
    const { order } = await shop.place(viewer, card('pm_card_visa'));
    const [intent] = intentsOf(order?.id);
    // Somebody gave it back in Stripe's dashboard already.
    provider.refunds.push({ payment_intent: intent?.id ?? '', amount: 7_900 });
    const item = { orderItemId: order?.items[0]?.id, quantity: 1 };
    const input = { orderId: order?.id, idempotencyKey: 'no', items: [item], reason: 'Damaged' };
    const reply = await shop.mutate(operator(), refundMutation, { input });
    expect(codes(reply)).toEqual(['PAYMENT_DECLINED']);
    expect(reply.order).toMatchObject({
      payment: { status: 'CAPTURED', refunds: [{ status: 'FAILED' }] },
      items: [{ refundedQuantity: 0 }],
    });
  });
});

describe('webhooks', () => {
  it('without Stripe’s signature are refused and change nothing', async () => {
    const viewer = await shop.shopper('usr_forged');
    const { order } = await shop.place(viewer, card('pm_card_authenticationRequired'));
    const [intent] = intentsOf(order?.id);
    const forged = { ...intent, status: 'succeeded' };
    expect(await webhook('payment_intent.succeeded', forged, { secret: 'whsec_guess' })).toBe(400);
    expect((await shop.order(viewer, order?.id ?? ''))?.status).toBe('PENDING_PAYMENT');
  });

  it('that come twice, late or out of order change nothing, because Stripe itself is asked', async () => {
    const viewer = await shop.shopper('usr_order');
    const { order } = await shop.place(viewer, card('pm_card_authenticationRequired'));
    const [intent] = intentsOf(order?.id);
    if (!intent) throw new Error('no intent');
    expect(await webhook('payment_intent.succeeded', { ...intent, status: 'succeeded' })).toBe(200);
    expect((await shop.order(viewer, order?.id ?? ''))?.status).toBe('PENDING_PAYMENT');
    intent.status = 'succeeded';
    const hooks = ['payment_intent.succeeded', 'payment_intent.payment_failed', 'payment_intent.succeeded'];
    expect(await Promise.all(hooks.map((type) => webhook(type, intent)))).toEqual([200, 200, 200]);
    const done = await statusOf(viewer, order?.id, 'CONFIRMED');
    expect(done?.events.filter(({ kind }) => kind === 'PAYMENT_CAPTURED')).toHaveLength(1);
  });

  it('about an order that has expired meanwhile give the money back', async () => {
    const viewer = await shop.shopper('usr_too_late');
    const { order } = await shop.place(viewer, card('pm_card_authenticationRequired'));
    const [intent] = intentsOf(order?.id);
    if (!intent) throw new Error('no intent');
    // The customer pays in the same moment: cancelling finds it captured.
    intent.status = 'succeeded';
    clockAheadMs += 11 * 60_000;
    await eventually(
      () => shop.order(viewer, order?.id ?? ''),
      (read) => read?.payment.status === 'REFUNDED',
      10_000,
    );
    expect(await webhook('payment_intent.succeeded', intent)).toBe(200);
    expect(provider.refunds.filter((refund) => refund.payment_intent === intent.id)).toHaveLength(1);
    expect(codes(await shop.mutate(viewer, cancelMutation, { id: order?.id }))).toEqual(['ALREADY_CANCELLED']);
  });
});
