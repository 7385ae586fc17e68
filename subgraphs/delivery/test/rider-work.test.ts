import { customer, rider } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliveryUnderTest, floor, owner, startDelivery, statusPayload, waitFor } from './start-delivery.ts';

describe('riders at work', () => {
  let delivery: DeliveryUnderTest;
  beforeAll(async () => {
    delivery = await startDelivery();
  });
  afterAll(() => delivery[Symbol.asyncDispose]());

  const positionQuery = `mutation ($o: ID!, $lat: Float!, $lon: Float!) {
    reportRiderLocation(orderId: $o, latitude: $lat, longitude: $lon) { position { latitude longitude recordedAt } userErrors { code field } }
  }`;
  interface Reported {
    reportRiderLocation: { position: { latitude: number } | null; userErrors: { code: string; field: string[] }[] };
  }

  it('registers a rider once per user and brings his details up to date', async () => {
    const query = `mutation ($phone: String, $vehicle: String) { registerRider(userId: "usr_meena", name: "Meena", phone: $phone, vehicle: $vehicle) {
      rider { id name maskedPhone vehicle rating isAvailable activeDeliveries user { id } } userErrors { code field }
    } }`;
    type Registered = { registerRider: { rider: { id: string } | null; userErrors: { field: string[] }[] } };
    const first = await delivery.run<Registered>(floor, query, { phone: '+91 98765 43210', vehicle: 'Scooter' });
    expect(first.registerRider.rider).toEqual({
      id: expect.stringMatching(/^rid_/),
      name: 'Meena',
      maskedPhone: '••••••3210',
      vehicle: 'Scooter',
      rating: null,
      isAvailable: true,
      activeDeliveries: 0,
      user: { id: 'usr_meena' },
    });
    const again = await delivery.run<Registered>(floor, query, { vehicle: 'Bicycle' });
    expect(again.registerRider.rider).toMatchObject({
      id: first.registerRider.rider?.id,
      vehicle: 'Bicycle',
      maskedPhone: null,
    });
    const wrong = await delivery.run<Registered>(floor, query, { phone: '12' });
    expect(wrong.registerRider).toMatchObject({ rider: null, userErrors: [{ code: 'INVALID', field: ['phone'] }] });
  });

  it('seeds the demo riders once, and lists riders by shift', async () => {
    await delivery.service.seedRiders();
    await delivery.run(
      floor,
      'mutation { setRiderAvailability(riderId: "rid_demo_3", isAvailable: false) { rider { id } } }',
    );
    await delivery.service.seedRiders();
    const list = async (isAvailable?: boolean) => {
      const query = 'query ($isAvailable: Boolean) { riders(isAvailable: $isAvailable) { id rating } }';
      const { riders } = await delivery.run<{ riders: { id: string; rating: number }[] }>(floor, query, {
        isAvailable,
      });
      return riders.filter(({ id }) => id.startsWith('rid_demo')).map(({ id }) => id);
    };
    expect((await list()).sort()).toEqual(['rid_demo', 'rid_demo_2', 'rid_demo_3', 'rid_demo_4']);
    expect(await list(false)).toEqual(['rid_demo_3']);
    expect((await list(true)).sort()).toEqual(['rid_demo', 'rid_demo_2', 'rid_demo_4']);
  });

  it('streams positions to the owner, newest only, and completes with the delivery', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const his = rider(riderUserId);
    const stream = delivery
      .socketOf(owner)
      .subscribe('subscription ($o: ID!) { riderLocationChanged(orderId: $o) { latitude longitude } }', { o: orderId });
    await waitFor(() => delivery.service.openStreams > 0);
    for (const lat of [12.971, 12.975]) {
      await delivery.run(his, positionQuery, { o: orderId, lat, lon: 77.6 });
      expect(await stream.next()).toEqual({ data: { riderLocationChanged: { latitude: lat, longitude: 77.6 } } });
    }
    const tracking = 'query ($o: ID!) { deliveryStatus(orderId: $o) { riderPosition { latitude } } }';
    expect(await delivery.run(owner, tracking, { o: orderId })).toEqual({
      deliveryStatus: { riderPosition: { latitude: 12.975 } },
    });
    await delivery.move(orderId, 'DELIVERED', { reason: 'Seen' });
    expect(await stream.rest()).toEqual([]);
    expect(await delivery.run(owner, tracking, { o: orderId })).toEqual({ deliveryStatus: { riderPosition: null } });
    const late = await delivery.run<Reported>(his, positionQuery, { o: orderId, lat: 1, lon: 1 });
    expect(late.reportRiderLocation.userErrors).toMatchObject([{ code: 'ALREADY_FINAL' }]);
  });

  it('refuses positions off the globe, without a rider, and of foreign parcels', async () => {
    const { orderId } = await delivery.outForDelivery();
    const errorOf = async (o: string, lat: number, lon: number, viewer = floor) =>
      (await delivery.run<Reported>(viewer, positionQuery, { o, lat, lon })).reportRiderLocation.userErrors[0];
    expect(await errorOf(orderId, 90.5, 0)).toMatchObject({ code: 'INVALID', field: ['latitude'] });
    expect(await errorOf(orderId, 0, -181)).toMatchObject({ code: 'INVALID', field: ['longitude'] });
    expect(await errorOf(await delivery.placed(), 0, 0)).toMatchObject({ code: 'RIDER_REQUIRED' });
    expect(await errorOf(orderId, 0, 0, rider('usr_other'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await errorOf('ord_none', 0, 0)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells the customer when a report moves the estimate by a minute or more', async () => {
    const { orderId } = await delivery.outForDelivery();
    // Some 30 km away: more than an hour's ride, which the model caps.
    await delivery.run(floor, positionQuery, { o: orderId, lat: 13.25, lon: 77.6 });
    const query =
      'query ($o: ID!) { deliveryStatus(orderId: $o) { eta { isLate } timeline { kind actorKind from to } } }';
    const { deliveryStatus } = await delivery.run<{ deliveryStatus: { timeline: object[]; eta: object } }>(
      owner,
      query,
      { o: orderId },
    );
    expect(deliveryStatus.eta).toEqual({ isLate: true });
    expect(deliveryStatus.timeline.at(-1)).toEqual({
      kind: 'ETA_CHANGED',
      actorKind: 'SYSTEM',
      from: 'OUT_FOR_DELIVERY',
      to: 'OUT_FOR_DELIVERY',
    });
    expect((await delivery.statusOf(orderId))?.sequence).toBe(5);
  });

  it('moves the finer axis by its own table and never the state', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const query = `mutation ($o: ID!, $p: RiderProgress!) { reportRiderProgress(orderId: $o, progress: $p) ${statusPayload} }`;
    const report = async (p: string) =>
      (await delivery.run<{ reportRiderProgress: object }>(rider(riderUserId), query, { o: orderId, p }))
        .reportRiderProgress;
    expect(await report('NEARBY')).toMatchObject({ hasChanged: true, event: { kind: 'RIDER_PROGRESS' } });
    expect(await report('NEARBY')).toMatchObject({ hasChanged: false, userErrors: [], event: { sequence: 5 } });
    expect(await report('AT_STORE')).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_TRANSITION', field: ['progress'] }],
    });
    expect(await report('ARRIVED')).toMatchObject({ deliveryStatus: { status: 'OUT_FOR_DELIVERY', sequence: 6 } });
    expect(await report('RETURNING')).toMatchObject({ hasChanged: true });
    expect(await report('RETURNED')).toMatchObject({ hasChanged: true });
  });

  it('records failed attempts with their reason and leaves the state alone', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const query = `mutation ($o: ID!, $note: String) { recordFailedAttempt(orderId: $o, reason: CUSTOMER_UNREACHABLE, note: $note) ${statusPayload} }`;
    const report = async (note: string | null, o = orderId) =>
      (await delivery.run<{ recordFailedAttempt: object }>(rider(riderUserId), query, { o, note })).recordFailedAttempt;
    expect(await report('Rang twice')).toMatchObject({ event: { kind: 'ATTEMPT_FAILED', to: 'OUT_FOR_DELIVERY' } });
    expect(await report('x'.repeat(501))).toMatchObject({ userErrors: [{ code: 'INVALID' }] });
    const { deliveryStatus } = await delivery.run<{ deliveryStatus: object }>(
      owner,
      'query ($o: ID!) { deliveryStatus(orderId: $o) { attempts { reason note occurredAt } } }',
      { o: orderId },
    );
    expect(deliveryStatus).toMatchObject({ attempts: [{ reason: 'CUSTOMER_UNREACHABLE', note: 'Rang twice' }] });
  });

  it('keeps the proof of an override, with photograph and receiver', async () => {
    const { orderId } = await delivery.outForDelivery();
    const input = { reason: 'Phone dead', photoUrl: 'https://photos.test/1.jpg', receivedBy: 'Guard', note: 'Gate 2' };
    await delivery.move(orderId, 'DELIVERED', input);
    const { deliveryStatus } = await delivery.run<{ deliveryStatus: { timeline: object[] } }>(
      floor,
      'query ($o: ID!) { deliveryStatus(orderId: $o) { proof { method photoUrl receivedBy verifiedAt } timeline { note actorId } } }',
      { o: orderId },
    );
    expect(deliveryStatus).toMatchObject({ proof: { method: 'PHOTO', photoUrl: input.photoUrl, receivedBy: 'Guard' } });
    expect(deliveryStatus.timeline.at(-1)).toEqual({ note: 'Phone dead – Gate 2', actorId: 'usr_floor' });
  });

  it('makes a repeated request harmless by its idempotency key, whatever happened since', async () => {
    const orderId = await delivery.placed();
    const first = await delivery.move(orderId, 'PACKED', { expectedSequence: 1, idempotencyKey: 'key-1' });
    await delivery.assign(orderId, (await delivery.newRider()).riderId);
    await delivery.move(orderId, 'OUT_FOR_DELIVERY');
    const again = await delivery.move(orderId, 'PACKED', { expectedSequence: 1, idempotencyKey: 'key-1' });
    expect(again).toMatchObject({ hasChanged: true, userErrors: [], event: first.event });
    const misused = await delivery.move(orderId, 'CANCELLED', { reason: 'x', idempotencyKey: 'key-1' });
    expect(misused.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'idempotencyKey'] }]);
    expect(await delivery.statusOf(orderId)).toMatchObject({ status: 'OUT_FOR_DELIVERY' });
  });

  it('hides from customers what is the floor’s business', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const query =
      'query ($o: ID!) { deliveryStatus(orderId: $o) { rider { name user { id } } timeline { actorId } nextStates } }';
    const { deliveryStatus } = await delivery.run<{
      deliveryStatus: { rider: object; timeline: object[]; nextStates: string[] };
    }>(owner, query, { o: orderId });
    expect(deliveryStatus.rider).toEqual({ name: 'Ravi', user: null });
    expect(deliveryStatus.timeline).toEqual(Array.from({ length: 4 }, () => ({ actorId: null })));
    expect(deliveryStatus.nextStates).toEqual([]);
    const forRider = await delivery.run(rider(riderUserId), query, { o: orderId });
    expect(forRider).toMatchObject({ deliveryStatus: { nextStates: ['DELIVERED'] } });
    const forFloor = await delivery.run(floor, query, { o: orderId });
    expect(forFloor).toMatchObject({
      deliveryStatus: { nextStates: ['DELIVERED', 'CANCELLED'], rider: { user: { id: riderUserId } } },
    });
    const load = 'query ($o: ID!) { deliveryStatus(orderId: $o) { rider { activeDeliveries } } }';
    expect(await delivery.codeOf(owner, load, { o: orderId })).toBe('FORBIDDEN');
  });

  it.each([
    ['PENDING_PAYMENT', 'none', true, true, false],
    ['PAYMENT_FAILED', 'none', true, true, false],
    ['CONFIRMED', 'none', true, true, false],
    ['CONFIRMED', 'PLACED', true, true, false],
    ['CONFIRMED', 'PACKED', false, true, false],
    ['COMPLETED', 'PLACED', false, false, false],
    ['CANCELLATION_REQUESTED', 'PLACED', false, false, false],
  ])(
    'an order %s whose delivery is %s: cancellable by owner %s, operator %s, stranger %s',
    async (status, state, ...expected) => {
      const id =
        state === 'none' ? 'ord_without' : state === 'PACKED' ? await delivery.packed() : await delivery.placed();
      const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order { canCancel } } }';
      const r = [{ __typename: 'Order', id, status, customerId: 'usr_owner' }];
      for (const [index, viewer] of [owner, floor, customer('usr_stranger')].entries()) {
        expect(await delivery.run(viewer, query, { r })).toEqual({ _entities: [{ canCancel: expected[index] }] });
      }
    },
  );
});
