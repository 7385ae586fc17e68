import { newEvent } from '@swiftcart/events';
import type { Viewer } from '@swiftcart/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callers } from './callers.ts';
import { codesOf, signUp, startUsers, topLevelCode, type UsersFixture } from './users-fixture.ts';

let shop: UsersFixture;
beforeAll(async () => {
  shop = await startUsers();
  await shop.service.seedDemoAccounts({ password: 'swiftcart-demo-1' });
});
afterAll(() => shop[Symbol.asyncDispose]());

interface Page {
  nodes: { id: string; kind: string; title: string; body: string; orderId: string | null; readAt: string | null }[];
  edges: { cursor: string }[];
  unreadCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
}

async function notificationsOf(viewer: Viewer, args = ''): Promise<Page> {
  const { data, errors } = await shop.request<{ me: { notifications: Page } }>(
    viewer,
    `{ me { notifications${args} {
      nodes { id kind title body orderId readAt createdAt } edges { cursor } unreadCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.me.notifications;
}

function happened(topic: string, kind: string, payload: Record<string, unknown>) {
  const key = String(payload['orderId'] ?? payload['productId']);
  return newEvent({ topic, kind, key, correlationId: 'req_test', payload, now: shop.now() });
}

const kindsOf = async (viewer: Viewer): Promise<string[]> =>
  (await notificationsOf(viewer, '(first: 50)')).nodes.map(({ kind }) => kind);

test('a customer is told every step of his order, newest first', async () => {
  const { viewer } = await signUp(shop, 'story@example.com');
  const base = { orderId: 'ord_story', orderNumber: 'SC-1001', customerId: viewer.userId };
  const step = { ...base, eventKind: 'STATE_CHANGED', riderUserId: null, note: null, actorKind: 'OPERATOR' };
  const story: [string, string, Record<string, unknown>][] = [
    ['orders', 'order.placed', { ...base, grandTotal: 12_345 }],
    ['orders', 'payment.statusChanged', { ...base, status: 'CAPTURED', amount: 12_345, failureReason: null }],
    ['orders', 'order.confirmed', { ...base }],
    ['delivery', 'delivery.event', { ...step, sequence: 1, from: null, to: 'PLACED' }],
    ['delivery', 'delivery.event', { ...step, sequence: 2, from: 'PLACED', to: 'PACKED' }],
    ['delivery', 'delivery.event', { ...step, sequence: 3, from: 'PACKED', to: 'OUT_FOR_DELIVERY' }],
    ['delivery', 'delivery.event', { ...step, sequence: 4, from: 'OUT_FOR_DELIVERY', to: 'DELIVERED' }],
  ];
  for (const [topic, kind, payload] of story) {
    await shop.bus.publish(happened(topic, kind, payload));
    shop.advance(10);
  }
  await expect.poll(() => kindsOf(viewer)).toContain('ORDER_DELIVERED');
  await expect
    .poll(() => kindsOf(viewer))
    .toEqual([
      'ORDER_DELIVERED',
      'DELIVERY_STATUS_CHANGED',
      'DELIVERY_STATUS_CHANGED',
      'PAYMENT_STATUS_CHANGED',
      'ORDER_PLACED',
    ]);
  const { nodes, unreadCount } = await notificationsOf(viewer);
  expect(nodes.at(-1)).toMatchObject({
    id: expect.stringMatching(/^ntf_/),
    title: 'We have your order SC-1001',
    body: expect.stringContaining('₹123.45'),
    orderId: 'ord_story',
    readAt: null,
  });
  expect(unreadCount).toBe(5);
});

test('an event that comes twice is told once', async () => {
  const { viewer } = await signUp(shop, 'twice@example.com');
  const base = { orderId: 'ord_twice', orderNumber: 'SC-2', customerId: viewer.userId };
  const cancelled = happened('orders', 'order.cancelled', { ...base, reason: 'TOO_SLOW' });
  await Promise.all([cancelled, cancelled, cancelled].map((event) => shop.bus.publish(event)));
  await shop.bus.publish(cancelled);
  await shop.bus.publish(happened('orders', 'refund.issued', { ...base, refundId: 'ref_1', amount: 500 }));
  await expect.poll(async () => (await kindsOf(viewer)).sort()).toEqual(['ORDER_CANCELLED', 'REFUND_ISSUED']);
  const mailed = async () => (await shop.outbox('.eml')).filter((mail) => mail.includes(cancelled.id));
  await expect.poll(async () => (await mailed()).length).toBe(1);
  const mails = await mailed();
  expect(mails[0]).toContain(`Message-ID: <${cancelled.id}@swiftcart>`);
  expect(mails[0]).toContain('To: twice@example.com');
  expect(mails[0]).toContain('Content-Type: text/plain; charset=utf-8');
  expect(mails[0]).toContain('Content-Type: text/html; charset=utf-8');
});

test('low stock is told to everybody who runs the shop and to nobody else', async () => {
  const payload = {
    productId: 'prd_1',
    sku: 'DAL-1',
    name: 'Toor Dal',
    available: 4,
    threshold: 5,
    crossingId: 'crs_1',
  };
  await shop.bus.publish(happened('catalog', 'stock.low', payload));
  await expect.poll(() => kindsOf(callers.operator())).toEqual(['LOW_STOCK']);
  await expect.poll(() => kindsOf(callers.admin())).toEqual(['LOW_STOCK']);
  const [notice] = (await notificationsOf(callers.operator())).nodes;
  expect(notice).toMatchObject({ title: 'Toor Dal is running low', orderId: null });
  expect(await kindsOf(callers.customer())).toEqual([]);
  expect(await kindsOf(callers.rider())).toEqual([]);
});

test('a kind that nobody knows yet and an event of another shape hold nothing up', async () => {
  const { viewer } = await signUp(shop, 'robust@example.com');
  await shop.bus.publish(happened('orders', 'order.giftWrapped', { orderId: 'ord_r', customerId: viewer.userId }));
  await shop.bus.publish(happened('orders', 'order.placed', { orderId: 'ord_bad', customerId: 7 }));
  const base = { orderId: 'ord_ok', orderNumber: 'SC-3', customerId: viewer.userId };
  await shop.bus.publish(happened('orders', 'order.placed', { ...base, grandTotal: 100 }));
  await expect.poll(() => kindsOf(viewer)).toEqual(['ORDER_PLACED']);
});

test('pages, leaves out what was read, and counts all that was not', async () => {
  const { viewer } = await signUp(shop, 'pages@example.com');
  const stranger = await signUp(shop, 'prying@example.com');
  for (let index = 0; index < 5; index += 1) {
    const base = { orderId: `ord_p${index}`, orderNumber: `SC-P${index}`, customerId: viewer.userId };
    await shop.bus.publish(happened('orders', 'order.placed', { ...base, grandTotal: 100 }));
    shop.advance(10);
  }
  await expect.poll(async () => (await notificationsOf(viewer)).unreadCount).toBe(5);
  const first = await notificationsOf(viewer, '(first: 2)');
  expect(first.nodes.map(({ orderId }) => orderId)).toEqual(['ord_p4', 'ord_p3']);
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const second = await notificationsOf(viewer, `(first: 3, after: "${first.pageInfo.endCursor}")`);
  expect(second.nodes.map(({ orderId }) => orderId)).toEqual(['ord_p2', 'ord_p1', 'ord_p0']);
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });

  const ids = first.nodes.map(({ id }) => id);
  const mark = (caller: Viewer, marked: string[]) =>
    shop.request<{ markNotificationsRead: { user: unknown; userErrors: { code: string }[] } }>(
      caller,
      `mutation ($ids: [ID!]!) { markNotificationsRead(ids: $ids) {
        user { notifications(unreadOnly: true) { nodes { orderId } unreadCount } } userErrors { code field } } }`,
      { ids: marked },
    );
  await mark(stranger.viewer, ids);
  expect((await notificationsOf(viewer)).unreadCount).toBe(5);
  const { data, errors } = await mark(viewer, [...ids, 'ntf_unknown']);
  expect(errors).toBeUndefined();
  expect(data?.markNotificationsRead).toEqual({
    user: {
      notifications: { nodes: ['ord_p2', 'ord_p1', 'ord_p0'].map((orderId) => ({ orderId })), unreadCount: 3 },
    },
    userErrors: [],
  });
  expect((await notificationsOf(viewer)).nodes[0]?.readAt).not.toBeNull();
  const tooMany = await mark(
    viewer,
    Array.from({ length: 101 }, (_, index) => `ntf_${index}`),
  );
  expect(tooMany.data && codesOf(tooMany.data.markNotificationsRead)).toEqual(['INVALID']);
});

test.each(['(first: 0)', '(first: 101)', '(after: "x")', '(after: "W251bGwsIngiXQ")'])(
  'refuses %s as a page',
  async (args) => {
    const answer = await shop.request(callers.customer(), `{ me { notifications${args} { nodes { id } } } }`);
    expect(topLevelCode(answer)).toBe('BAD_USER_INPUT');
  },
);
