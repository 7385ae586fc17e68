import { rider } from '@swiftcart/testkit';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliveryUnderTest, floor, startDelivery, waitFor } from './start-delivery.ts';

interface Page {
  deliveryQueue: {
    totalCount: number;
    nodes: { orderId: string; status: string; eta: { isLate: boolean } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}
const queueQuery = `query ($filter: DeliveryQueueFilter, $first: Int, $after: String) {
  deliveryQueue(filter: $filter, first: $first, after: $after) {
    totalCount nodes { orderId status eta { isLate promisedAt } rider { name activeDeliveries user { id } } timeline { actorId } }
    edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

describe('the operator queue', () => {
  let delivery: DeliveryUnderTest;
  const orders: string[] = [];
  const riders: { riderId: string; riderUserId: string }[] = [];
  beforeAll(async () => {
    delivery = await startDelivery({ riderMaxActive: 10, housekeepingMs: 600_000, streamPollMs: 600_000 });
    for (let index = 0; index < 12; index += 1) orders.push(await delivery.placed());
    riders.push(await delivery.newRider(), await delivery.newRider());
    for (const orderId of orders.slice(0, 6)) await delivery.move(orderId, 'PACKED');
    for (const orderId of orders.slice(0, 3)) await delivery.assign(orderId, riders[0]?.riderId ?? '');
    await delivery.assign(orders[3] ?? '', riders[1]?.riderId ?? '');
    await delivery.move(orders[0] ?? '', 'OUT_FOR_DELIVERY');
    await delivery.move(orders[11] ?? '', 'CANCELLED', { reason: 'Out of stock' });
  });
  afterAll(() => delivery[Symbol.asyncDispose]());
  const read = async (variables: object = {}, viewer = floor) =>
    (await delivery.run<Page>(viewer, queueQuery, variables)).deliveryQueue;
  const ids = (page: Page['deliveryQueue']) => page.nodes.map(({ orderId }) => orderId);

  it('lists what is not final, oldest promise first, in pages without gap or repeat', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Page['deliveryQueue'] = await read({ first: 4, after });
      expect(page.totalCount).toBe(11);
      seen.push(...ids(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(orders.slice(0, 11));
  });

  it('filters by state, rider, missing rider and lateness, alone and together', async () => {
    expect(ids(await read({ filter: { statuses: ['CANCELLED'] } }))).toEqual([orders[11]]);
    expect(ids(await read({ filter: { statuses: ['PACKED'], isUnassigned: true } }))).toEqual(orders.slice(4, 6));
    expect(ids(await read({ filter: { riderId: riders[0]?.riderId } }))).toEqual(orders.slice(0, 3));
    expect(ids(await read({ filter: { isUnassigned: false, statuses: ['PACKED'] } }))).toEqual(orders.slice(1, 4));
    expect(ids(await read({ filter: { isLate: true } }))).toEqual([]);
    expect(ids(await read({ filter: { isLate: false, statuses: ['OUT_FOR_DELIVERY'] } }))).toEqual([orders[0]]);
  });

  it('shows a rider his own assignments whatever he asks for', async () => {
    const his = rider(riders[1]?.riderUserId);
    const own =
      'query ($filter: DeliveryQueueFilter) { deliveryQueue(filter: $filter) { nodes { orderId nextStates destination { line1 } timeline { actorId } } } }';
    const data = await delivery.run<{ deliveryQueue: { nodes: { orderId: string; timeline: { actorId: null }[] }[] } }>(
      his,
      own,
      { filter: { riderId: riders[0]?.riderId } },
    );
    expect(data.deliveryQueue.nodes).toMatchObject([{ orderId: orders[3], destination: { line1: '12 Lake Road' } }]);
    expect(data.deliveryQueue.nodes[0]?.timeline.every(({ actorId }) => actorId === null)).toBe(true);
    const nobody = await delivery.run<{ deliveryQueue: { nodes: [] } }>(rider('usr_unregistered'), own);
    expect(nobody.deliveryQueue.nodes).toEqual([]);
  });

  it.each([{ first: 0 }, { first: 101 }, { after: 'bm90IGEgY3Vyc29y' }])(
    'refuses the page %o with BAD_USER_INPUT',
    async (variables) => {
      expect(await delivery.codeOf(floor, queueQuery, variables)).toBe('BAD_USER_INPUT');
    },
  );

  it('reads a page with as many database calls for ten rows as for two', async () => {
    expect(await databaseCalls(() => read({ first: 2 }))).toBe(await databaseCalls(() => read({ first: 10 })));
    expect(await databaseCalls(() => read({ first: 10 }))).toBe(3);
  });

  it('answers the tracking query with two database calls, and ten orders at once with two as well', async () => {
    const tracking =
      'query ($o: ID!) { deliveryStatus(orderId: $o) { status sequence timeline { to } eta { estimatedAt } rider { name } nextStates } }';
    expect(await databaseCalls(() => delivery.run(floor, tracking, { o: orders[0] }))).toBe(2);
    const many = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order { canCancel deliveryStatus { status rider { name } } } } }`;
    const r = orders
      .slice(0, 10)
      .map((id) => ({ __typename: 'Order', id, status: 'CONFIRMED', customerId: 'usr_owner' }));
    expect(await databaseCalls(() => delivery.run(floor, many, { r }))).toBe(2);
  });

  it('streams every event that matches, to operators all and to riders their own', async () => {
    const query =
      'subscription ($filter: DeliveryQueueFilter) { deliveryQueueChanged(filter: $filter) { event { to kind } deliveryStatus { orderId } } }';
    const all = delivery.socketOf(floor).subscribe(query);
    const packedOnly = delivery.socketOf(floor).subscribe(query, { filter: { statuses: ['PACKED'] } });
    const his = delivery.socketOf(rider(riders[1]?.riderUserId)).subscribe(query);
    await waitFor(() => delivery.service.openStreams === 3);
    const [first, second] = [orders[3] ?? '', orders[6] ?? ''];
    const message = (orderId: string, to: string, kind = 'STATE_CHANGED') => ({
      data: { deliveryQueueChanged: { event: { to, kind }, deliveryStatus: { orderId } } },
    });
    await delivery.move(first, 'OUT_FOR_DELIVERY');
    await delivery.move(second, 'PACKED');
    await delivery.move(orders[7] ?? '', 'CANCELLED', { reason: 'Spilled' });
    expect([await all.next(), await all.next(), await all.next()]).toEqual([
      message(first, 'OUT_FOR_DELIVERY'),
      message(second, 'PACKED'),
      message(orders[7] ?? '', 'CANCELLED'),
    ]);
    // The first left the filtered state, the second entered it; the third never touched it.
    expect([await packedOnly.next(), await packedOnly.next()]).toEqual([
      message(first, 'OUT_FOR_DELIVERY'),
      message(second, 'PACKED'),
    ]);
    expect(await his.next()).toEqual(message(first, 'OUT_FOR_DELIVERY'));
  });

  it('sums up the operations', async () => {
    const { operationsSummary } = await delivery.run<{
      operationsSummary: { counts: { status: string; count: number }[] };
    }>(
      floor,
      '{ operationsSummary { counts { status count } lateCount averagePackSeconds averageDeliverySeconds onTimePercent } }',
    );
    expect(operationsSummary.counts.map(({ status }) => status)).toEqual([
      'PLACED',
      'PACKED',
      'OUT_FOR_DELIVERY',
      'DELIVERED',
      'CANCELLED',
    ]);
    expect(operationsSummary.counts.reduce((sum, { count }) => sum + count, 0)).toBe(12);
    expect(operationsSummary).toMatchObject({
      lateCount: 0,
      averagePackSeconds: expect.any(Number),
      averageDeliverySeconds: null,
      onTimePercent: null,
    });
    await delivery.move(orders[0] ?? '', 'DELIVERED', { reason: 'Seen' });
    const after = await delivery.run(floor, '{ operationsSummary { averageDeliverySeconds onTimePercent } }');
    expect(after).toMatchObject({
      operationsSummary: { averageDeliverySeconds: expect.any(Number), onTimePercent: 100 },
    });
    const future = await delivery.run(
      floor,
      '{ operationsSummary(since: "2099-01-01T00:00:00Z") { counts { count } onTimePercent } }',
    );
    expect(future).toMatchObject({
      operationsSummary: { counts: [{ count: 0 }, {}, {}, {}, {}], onTimePercent: null },
    });
  });
});

/** How often the driver was asked for anything meanwhile; the relay's own look at outboxes is not the query's doing. */
async function databaseCalls(work: () => Promise<unknown>): Promise<number> {
  let calls = 0;
  mongoose.set('debug', (_collection: string, _method: string, query: unknown) => {
    if (!JSON.stringify(query).includes('outbox.id')) calls += 1;
  });
  try {
    await work();
  } finally {
    mongoose.set('debug', false);
  }
  return calls;
}
