import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliveryUnderTest, floor, owner, startDelivery, waitFor } from './start-delivery.ts';

describe('what happens with time', () => {
  let clock = Date.parse('2026-01-01T10:00:00Z');
  let delivery: DeliveryUnderTest;
  beforeAll(async () => {
    delivery = await startDelivery({ now: () => new Date(clock), housekeepingMs: 20 });
  });
  afterAll(() => delivery[Symbol.asyncDispose]());
  const pass = (seconds: number) => {
    clock += seconds * 1_000;
  };
  const etaOf = async (orderId: string) => {
    const query =
      'query ($o: ID!) { deliveryStatus(orderId: $o) { eta { promisedAt estimatedAt isLate } timeline { kind } } }';
    type Answer = {
      deliveryStatus: {
        eta: { promisedAt: string; estimatedAt: string; isLate: boolean };
        timeline: { kind: string }[];
      };
    };
    return (await delivery.run<Answer>(owner, query, { o: orderId })).deliveryStatus;
  };

  it('promises ten minutes and keeps the promise while the estimate moves with each step', async () => {
    const orderId = await delivery.placed();
    const first = (await etaOf(orderId)).eta;
    expect(Date.parse(first.promisedAt) - clock).toBe(600_000);
    expect(Date.parse(first.estimatedAt)).toBeLessThan(Date.parse(first.promisedAt));
    pass(30);
    await delivery.move(orderId, 'PACKED');
    const packed = (await etaOf(orderId)).eta;
    expect(packed.promisedAt).toBe(first.promisedAt);
    expect(Date.parse(packed.estimatedAt)).toBeLessThan(Date.parse(first.estimatedAt));
  });

  it('tells of an overdue parcel by ETA_CHANGED, once a minute and not more, and counts it late', async () => {
    const orderId = await delivery.placed();
    pass(700);
    await waitFor(async () => (await etaOf(orderId)).timeline.some(({ kind }) => kind === 'ETA_CHANGED'));
    const { eta, timeline } = await etaOf(orderId);
    expect(eta.isLate).toBe(true);
    await sleep(100);
    expect((await etaOf(orderId)).timeline).toEqual(timeline);
    const late =
      'query { deliveryQueue(filter: { isLate: true }) { nodes { orderId } } operationsSummary { lateCount } }';
    const { deliveryQueue, operationsSummary } = await delivery.run<{
      deliveryQueue: { nodes: { orderId: string }[] };
      operationsSummary: { lateCount: number };
    }>(floor, late);
    expect(deliveryQueue.nodes.map((node) => node.orderId)).toContain(orderId);
    expect(operationsSummary.lateCount).toBe(deliveryQueue.nodes.length);
    const inTime = await delivery.run<{ deliveryQueue: { nodes: { orderId: string }[] } }>(
      floor,
      'query { deliveryQueue(filter: { isLate: false }) { nodes { orderId } } }',
    );
    expect(inTime.deliveryQueue.nodes.map((node) => node.orderId)).not.toContain(orderId);
  });

  it('counts a late arrival against the promise', async () => {
    const { orderId } = await delivery.outForDelivery();
    pass(900);
    await delivery.move(orderId, 'DELIVERED', { reason: 'Seen' });
    const { eta } = await etaOf(orderId);
    expect(eta).toMatchObject({ isLate: true, estimatedAt: new Date(clock).toISOString() });
    const { operationsSummary } = await delivery.run<{ operationsSummary: { onTimePercent: number } }>(
      floor,
      '{ operationsSummary { onTimePercent averageDeliverySeconds } }',
    );
    expect(operationsSummary).toEqual({ onTimePercent: 0, averageDeliverySeconds: 900 });
  });

  it('gives back the room of a claim whose assignment died half way', async () => {
    const { riderId } = await delivery.newRider();
    const { default: mongoose } = await import('mongoose');
    const connection = await mongoose
      .createConnection(delivery.database.url, { dbName: delivery.database.name('swiftcart_delivery') })
      .asPromise();
    try {
      const claims = [{ orderId: 'ord_never_assigned', claimedAt: new Date(clock) }];
      await connection.collection('riders').updateOne({ _id: riderId as never }, { $set: { claims, load: 1 } });
    } finally {
      await connection.close();
    }
    const loadOf = async () => {
      const { riders } = await delivery.run<{ riders: { id: string; activeDeliveries: number }[] }>(
        floor,
        '{ riders { id activeDeliveries } }',
      );
      return riders.find(({ id }) => id === riderId)?.activeDeliveries;
    };
    expect(await loadOf()).toBe(1);
    pass(61);
    await waitFor(async () => (await loadOf()) === 0);
  });
});

describe('automatic assignment', () => {
  it('gives packed parcels to riders with room, nearest first, and leaves the rest waiting', async () => {
    await using delivery = await startDelivery({ autoAssignRiders: true, autoAssignMs: 20, riderMaxActive: 1 });
    const first = await delivery.newRider();
    const second = await delivery.newRider();
    const orders = [await delivery.packed(), await delivery.packed(), await delivery.packed()];
    const riderOf = async (orderId: string | undefined) => {
      const query = 'query ($o: ID!) { deliveryStatus(orderId: $o) { rider { id } timeline { kind actorKind } } }';
      type Answer = {
        deliveryStatus: { rider: { id: string } | null; timeline: { kind: string; actorKind: string }[] };
      };
      return (await delivery.run<Answer>(owner, query, { o: orderId })).deliveryStatus;
    };
    await waitFor(async () => (await riderOf(orders[1])).rider !== null);
    const given = [(await riderOf(orders[0])).rider?.id, (await riderOf(orders[1])).rider?.id];
    expect(given.sort()).toEqual([first.riderId, second.riderId].sort());
    expect((await riderOf(orders[0])).timeline.at(-1)).toEqual({ kind: 'RIDER_ASSIGNED', actorKind: 'SYSTEM' });
    await sleep(100);
    expect((await riderOf(orders[2])).rider).toBeNull();
    await delivery.move(orders[0] ?? '', 'CANCELLED', { reason: 'Spilled' });
    await waitFor(async () => (await riderOf(orders[2])).rider !== null);
  });
});
