import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliveryUnderTest, floor, startDelivery } from './start-delivery.ts';

const times = <Value>(count: number, make: (index: number) => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

describe('races on one delivery', () => {
  let delivery: DeliveryUnderTest;
  beforeAll(async () => {
    delivery = await startDelivery({ riderMaxActive: 3 });
  });
  afterAll(() => delivery[Symbol.asyncDispose]());

  async function timelineOf(
    orderId: string,
  ): Promise<{ sequence: number; from: string | null; to: string; kind: string }[]> {
    const query = 'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { timeline { sequence from to kind } } }';
    const data = await delivery.run<{ deliveryStatus: { timeline: [] } }>(floor, query, { orderId });
    return data.deliveryStatus.timeline;
  }

  it('gives the transition to exactly one of fifty operators, and tells the others that it is done', async () => {
    const orderId = await delivery.placed();
    const answers = await times(50, () => delivery.move(orderId, 'PACKED'));
    expect(answers.filter(({ hasChanged }) => hasChanged)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(await timelineOf(orderId)).toMatchObject([{ sequence: 1 }, { sequence: 2, to: 'PACKED' }]);
  });

  it('lets either the customer cancel or the floor pack, never both', async () => {
    const outcomes = await times(25, async () => {
      const orderId = await delivery.placed();
      const [cancelled, packed] = await Promise.all([delivery.cancel(orderId), delivery.move(orderId, 'PACKED')]);
      expect(cancelled.isCancelled).not.toBe(packed.hasChanged);
      const final = await delivery.statusOf(orderId);
      expect(final).toEqual({ status: cancelled.isCancelled ? 'CANCELLED' : 'PACKED', sequence: 2 });
      return cancelled.isCancelled;
    });
    expect(outcomes).toHaveLength(25);
  });

  it('sends a parcel out or cancels it, whoever of fifty comes first', async () => {
    const orderId = await delivery.packed();
    const { riderId } = await delivery.newRider();
    await delivery.assign(orderId, riderId);
    const answers = await times(50, (index) =>
      index % 2 === 0
        ? delivery.cancel(orderId, 'CUSTOMER').then(({ isCancelled }) => (isCancelled ? 'cancelled' : 'refused'))
        : delivery.move(orderId, 'OUT_FOR_DELIVERY').then(({ hasChanged }) => (hasChanged ? 'sent' : 'already')),
    );
    // A customer may not cancel what is packed, so the parcel goes out once and every cancellation is refused.
    expect(answers.filter((answer) => answer === 'sent')).toHaveLength(1);
    expect(answers).not.toContain('cancelled');

    const second = await delivery.packed();
    await delivery.assign(second, riderId);
    const judged = await times(50, (index) =>
      index % 2 === 0
        ? delivery.cancel(second, 'OPERATOR').then(() => 'cancelled')
        : delivery.move(second, 'OUT_FOR_DELIVERY').then(({ hasChanged }) => (hasChanged ? 'sent' : 'not')),
    );
    const history = await timelineOf(second);
    expect(history.filter(({ to, kind }) => to === 'CANCELLED' && kind === 'STATE_CHANGED')).toHaveLength(1);
    expect(judged.filter((answer) => answer === 'sent').length).toBe(
      history.some(({ to }) => to === 'OUT_FOR_DELIVERY') ? 1 : 0,
    );
    expect(history.map(({ sequence }) => sequence)).toEqual(history.map((_, index) => index + 1));
  });

  it('never gives a rider more than his limit, however many assign at once', async () => {
    const { riderId } = await delivery.newRider();
    const orders = await times(20, () => delivery.placed());
    const answers = await Promise.all(orders.map((orderId) => delivery.assign(orderId, riderId)));
    expect(answers.filter(({ hasChanged }) => hasChanged)).toHaveLength(3);
    expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'RIDER_UNAVAILABLE')).toHaveLength(17);
    expect(await loadOf(riderId)).toBe(3);
  });

  it('assigns once when fifty ask for the same rider, and ends with one rider when they ask for different ones', async () => {
    const orderId = await delivery.placed();
    const { riderId } = await delivery.newRider();
    const same = await times(50, () => delivery.assign(orderId, riderId));
    expect(same.filter(({ hasChanged }) => hasChanged)).toHaveLength(1);
    expect(same.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(await loadOf(riderId)).toBe(1);

    const contested = await delivery.placed();
    const riders = await times(8, () => delivery.newRider());
    await Promise.all(riders.map((each) => delivery.assign(contested, each.riderId)));
    const loads = await Promise.all(riders.map((each) => loadOf(each.riderId)));
    expect(loads.reduce((sum, load) => sum + load, 0)).toBe(1);
    const history = await timelineOf(contested);
    expect(history.map(({ sequence }) => sequence)).toEqual(history.map((_, index) => index + 1));
  });

  it('gives the room back when a delivery ends, is cancelled, or changes hands', async () => {
    const { orderId, riderId } = await delivery.outForDelivery();
    expect(await loadOf(riderId)).toBe(1);
    await delivery.move(orderId, 'DELIVERED', { reason: 'Guard took it' });
    expect(await loadOf(riderId)).toBe(0);
    const moved = await delivery.outForDelivery();
    const other = await delivery.newRider();
    await delivery.assign(moved.orderId, other.riderId);
    expect([await loadOf(moved.riderId), await loadOf(other.riderId)]).toEqual([0, 1]);
    await delivery.cancel(moved.orderId, 'OPERATOR');
    expect(await loadOf(other.riderId)).toBe(0);
  });

  it('opens one record when confirmation and cancellation arrive together', async () => {
    const orders = Array.from({ length: 25 }, (_, index) => `ord_both_${index}`);
    await Promise.all(
      orders.map(async (orderId) => {
        const [{ isCancelled }] = await Promise.all([
          delivery.cancel(orderId),
          delivery.confirm(orderId),
          delivery.confirm(orderId),
        ]);
        expect(isCancelled).toBe(true);
      }),
    );
    for (const orderId of orders) expect((await timelineOf(orderId)).at(-1)?.to).toBe('CANCELLED');
  });

  it('keeps sequences gapless and the path legal under random traffic', async () => {
    const { riderId } = await delivery.newRider();
    const orderId = await delivery.placed();
    const moves = ['PACKED', 'OUT_FOR_DELIVERY', 'DELIVERED'];
    await times(60, async (index) => {
      if (index % 4 === 0) await delivery.assign(orderId, riderId);
      else await delivery.move(orderId, moves[index % 3] ?? 'PACKED', { reason: 'Traffic' });
    });
    const history = await timelineOf(orderId);
    expect(history.map(({ sequence }) => sequence)).toEqual(history.map((_, index) => index + 1));
    history.slice(1).forEach((event, index) => {
      expect(event.from).toBe(history[index]?.to);
    });
  });

  async function loadOf(riderId: string): Promise<number> {
    const { riders } = await delivery.run<{ riders: { id: string; activeDeliveries: number }[] }>(
      floor,
      '{ riders { id activeDeliveries } }',
    );
    return riders.find(({ id }) => id === riderId)?.activeDeliveries ?? -1;
  }
});
