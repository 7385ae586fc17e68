import { createMemoryBus, type EventBus } from '@swiftcart/events';
import { rider, startDatabase } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliveryUnderTest, destination, floor, owner, startDelivery, waitFor } from './start-delivery.ts';

describe('a delivery from order to door', () => {
  let delivery: DeliveryUnderTest;
  beforeAll(async () => {
    delivery = await startDelivery();
  });
  afterAll(() => delivery[Symbol.asyncDispose]());

  it('appears PLACED with sequence 1 for a confirmed order, once however often it is told', async () => {
    const orderId = await delivery.placed();
    await Promise.all([delivery.confirm(orderId), delivery.confirm(orderId), delivery.confirm(orderId)]);
    const query = `query ($orderId: ID!) { deliveryStatus(orderId: $orderId) {
      id orderId order { id number } status sequence timeline { sequence from to kind actorKind }
      riderProgress rider { id } destination { recipientName line1 line2 city pincode landmark latitude longitude }
      eta { promisedAt estimatedAt isLate } nextStates attempts { reason } proof { method } updatedAt
    } }`;
    const { deliveryStatus } = await delivery.run(owner, query, { orderId });
    expect(deliveryStatus).toMatchObject({
      id: expect.stringMatching(/^dlv_/),
      orderId,
      order: { id: orderId, number: `SC-${orderId}` },
      status: 'PLACED',
      sequence: 1,
      timeline: [{ sequence: 1, from: null, to: 'PLACED', kind: 'STATE_CHANGED', actorKind: 'SYSTEM' }],
      riderProgress: 'UNASSIGNED',
      rider: null,
      destination,
      eta: { isLate: false },
      nextStates: [],
    });
  });

  it('goes PACKED, OUT_FOR_DELIVERY, DELIVERED with the code that only the owner can read', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const code = await delivery.handoverCodeOf(orderId);
    expect(code).toMatch(/^\d{4}$/);
    const codeQuery = 'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { handoverCode } }';
    expect(await delivery.run(floor, codeQuery, { orderId })).toEqual({ deliveryStatus: { handoverCode: null } });

    const delivered = await delivery.move(orderId, 'DELIVERED', { handoverCode: code }, rider(riderUserId));
    expect(delivered).toMatchObject({ hasChanged: true, userErrors: [], deliveryStatus: { status: 'DELIVERED' } });
    const { deliveryStatus } = await delivery.run(
      owner,
      'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { handoverCode nextStates proof { method verifiedAt } timeline { sequence to kind } } }',
      { orderId },
    );
    expect(deliveryStatus).toMatchObject({
      handoverCode: null,
      nextStates: [],
      proof: { method: 'CODE' },
      timeline: [
        { sequence: 1, to: 'PLACED' },
        { sequence: 2, to: 'PACKED' },
        { sequence: 3, to: 'PACKED', kind: 'RIDER_ASSIGNED' },
        { sequence: 4, to: 'OUT_FOR_DELIVERY' },
        { sequence: 5, to: 'DELIVERED' },
      ],
    });
  });

  it('succeeds without a change when the state is asked for again', async () => {
    const orderId = await delivery.packed();
    expect(await delivery.move(orderId, 'PACKED', { expectedSequence: 1 })).toMatchObject({
      hasChanged: false,
      userErrors: [],
      event: { sequence: 2, to: 'PACKED' },
      deliveryStatus: { sequence: 2 },
    });
  });

  it('leaves a CANCELLED record when the cancellation overtakes the confirmation, which cannot revive it', async () => {
    expect(await delivery.cancel('ord_early')).toEqual({ isCancelled: true, status: 'CANCELLED' });
    expect(await delivery.cancel('ord_early', 'OPERATOR')).toEqual({ isCancelled: true, status: 'CANCELLED' });
    await delivery.confirm('ord_early');
    const query =
      'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { status sequence eta { isLate } order { number } timeline { from to } } }';
    await waitFor(
      async () =>
        (await delivery.run<{ deliveryStatus: unknown }>(owner, query, { orderId: 'ord_early' })).deliveryStatus !==
        null,
    );
    expect(await delivery.run(owner, query, { orderId: 'ord_early' })).toEqual({
      deliveryStatus: {
        status: 'CANCELLED',
        sequence: 1,
        eta: null,
        order: { number: 'SC-ord_early' },
        timeline: [{ from: null, to: 'CANCELLED' }],
      },
    });
  });

  it('lets a customer cancel until PACKED and an operator until DELIVERED', async () => {
    const placed = await delivery.placed();
    expect(await delivery.cancel(placed)).toEqual({ isCancelled: true, status: 'CANCELLED' });
    const packed = await delivery.packed();
    expect(await delivery.cancel(packed)).toEqual({ isCancelled: false, status: 'PACKED' });
    expect(await delivery.cancel(packed, 'OPERATOR')).toEqual({ isCancelled: true, status: 'CANCELLED' });
    const { orderId } = await delivery.outForDelivery();
    await delivery.move(orderId, 'DELIVERED', { reason: 'Seen by the guard' });
    expect(await delivery.cancel(orderId, 'OPERATOR')).toEqual({ isCancelled: false, status: 'DELIVERED' });
  });

  it('tells every event of the timeline on the bus, with what other services need', async () => {
    const heard: { sequence: unknown; eventKind: unknown; from: unknown; to: unknown; customerId: unknown }[] = [];
    await using _listening = await delivery.bus.listen({
      topic: 'delivery',
      handler: ({ kind, payload }) => {
        if (kind === 'delivery.event') heard.push(payload as never);
      },
    });
    const { orderId } = await delivery.outForDelivery();
    await waitFor(() => heard.length === 4);
    expect(heard).toMatchObject([
      { orderId, sequence: 1, eventKind: 'STATE_CHANGED', from: null, to: 'PLACED', actorKind: 'SYSTEM' },
      { orderNumber: `SC-${orderId}`, sequence: 2, eventKind: 'STATE_CHANGED', from: 'PLACED', to: 'PACKED' },
      {
        customerId: 'usr_owner',
        sequence: 3,
        eventKind: 'RIDER_ASSIGNED',
        riderUserId: expect.stringMatching(/^usr_rider/),
      },
      { sequence: 4, from: 'PACKED', to: 'OUT_FOR_DELIVERY', actorKind: 'OPERATOR' },
    ]);
  });
});

describe('a restart', () => {
  it('tells recent events again under the same ids, because a bus in the dead process may have lost them', async () => {
    await using database = await startDatabase();
    const listenTo = async (bus: EventBus) => {
      const heard: string[] = [];
      await bus.listen({ topic: 'delivery', handler: ({ id, payload }) => heard.push(`${id} ${payload['sequence']}`) });
      return heard;
    };
    const before = createMemoryBus();
    const heardBefore = await listenTo(before);
    {
      await using delivery = await startDelivery({ database, bus: before });
      await delivery.move(await delivery.placed(), 'PACKED');
      await waitFor(() => heardBefore.length === 2);
    }
    const after = createMemoryBus();
    const heardAfter = await listenTo(after);
    await using _restarted = await startDelivery({ database, bus: after, housekeepingMs: 20 });
    await waitFor(() => heardAfter.length >= 2);
    expect(heardAfter).toEqual(heardBefore);
  });
});
