import { createMemoryBus, type EventBus } from '@swiftcart/events';
import { anonymous, customer, type QueuedStream, rider } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliveryUnderTest, floor, owner, startDelivery, waitFor } from './start-delivery.ts';

const subscription = `subscription ($orderId: ID!, $afterSequence: Int) {
  deliveryStatusChanged(orderId: $orderId, afterSequence: $afterSequence) {
    event { sequence kind from to } deliveryStatus { status sequence rider { id } }
  }
}`;
interface Message {
  deliveryStatusChanged: {
    event: { sequence: number; kind: string; from: string | null; to: string };
    deliveryStatus: { status: string; sequence: number; rider: { id: string } | null };
  };
}
type Stream = QueuedStream<Message>;
const sequenceOf = (message: { data?: Message | null }) => message.data?.deliveryStatusChanged.event.sequence;

describe('deliveryStatusChanged', () => {
  let delivery: DeliveryUnderTest;
  beforeAll(async () => {
    delivery = await startDelivery();
  });
  afterAll(() => delivery[Symbol.asyncDispose]());
  const follow = (orderId: string, afterSequence?: number, viewer = owner): Stream =>
    delivery.socketOf(viewer).subscribe<Message>(subscription, { orderId, afterSequence });

  it('sends the current event first, then every change in order, and completes after DELIVERED', async () => {
    const orderId = await delivery.placed();
    const stream = follow(orderId);
    expect((await stream.next()).data?.deliveryStatusChanged).toMatchObject({
      event: { sequence: 1, from: null, to: 'PLACED' },
      deliveryStatus: { status: 'PLACED' },
    });
    await delivery.move(orderId, 'PACKED');
    expect((await stream.next()).data?.deliveryStatusChanged.event).toMatchObject({ sequence: 2, to: 'PACKED' });
    const { riderId } = await delivery.newRider();
    await delivery.assign(orderId, riderId);
    expect((await stream.next()).data?.deliveryStatusChanged).toMatchObject({
      event: { sequence: 3, kind: 'RIDER_ASSIGNED' },
      deliveryStatus: { rider: { id: riderId } },
    });
    await delivery.move(orderId, 'OUT_FOR_DELIVERY');
    await delivery.move(orderId, 'DELIVERED', { reason: 'Seen' });
    const rest = await stream.rest();
    expect(rest.map(sequenceOf)).toEqual([4, 5]);
  });

  it('resumes after a sequence and repeats nothing; 0 gives the whole history', async () => {
    const { orderId } = await delivery.outForDelivery();
    const whole = follow(orderId, 0);
    const resumed = follow(orderId, 2);
    const current = follow(orderId);
    expect(sequenceOf(await current.next())).toBe(4);
    await delivery.move(orderId, 'CANCELLED', { reason: 'Spilled' });
    expect((await whole.rest()).map(sequenceOf)).toEqual([1, 2, 3, 4, 5]);
    expect((await resumed.rest()).map(sequenceOf)).toEqual([3, 4, 5]);
    expect((await current.rest()).map(sequenceOf)).toEqual([5]);
    expect(await follow(orderId, 5).rest()).toEqual([]);
    expect((await follow(orderId).rest()).map(sequenceOf)).toEqual([5]);
  });

  it('misses, repeats and disorders nothing for those who subscribe during a burst', async () => {
    const { orderId } = await delivery.outForDelivery();
    const streams: Stream[] = [];
    const socket = delivery.socketOf(owner);
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const reported = delivery.run(
        floor,
        'mutation ($o: ID!) { recordFailedAttempt(orderId: $o, reason: OTHER) { hasChanged } }',
        { o: orderId },
      );
      streams.push(socket.subscribe<Message>(subscription, { orderId, afterSequence: 0 }));
      await reported;
    }
    await delivery.move(orderId, 'CANCELLED', { reason: 'Gave up' });
    for (const stream of streams) {
      expect((await stream.rest()).map(sequenceOf)).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
    }
  });

  it('waits for a record that is about to appear', async () => {
    const stream = follow('ord_soon');
    await waitFor(() => delivery.service.openStreams > 0);
    await delivery.confirm('ord_soon');
    expect((await stream.next()).data?.deliveryStatusChanged.event).toMatchObject({ sequence: 1, to: 'PLACED' });
  });

  it('ends alike with NOT_FOUND for an unknown and a foreign order, so that nobody learns which exist', async () => {
    const orderId = await delivery.placed();
    const stranger = customer('usr_stranger');
    const endings = await Promise.all(
      [follow(orderId, 0, stranger), follow('ord_unknown', 0, stranger)].map((stream) =>
        stream.closed.then(
          () => 'completed',
          ({ cause }: { cause: { message: string; extensions: { code: string } }[] }) =>
            cause.map(({ message, extensions }) => ({ message, code: extensions.code })),
        ),
      ),
    );
    expect(endings[0]).toEqual([{ message: 'There is no such delivery.', code: 'NOT_FOUND' }]);
    expect(endings[1]).toEqual(endings[0]);
  });

  it('refuses anonymous callers and a negative sequence', async () => {
    const code = (stream: Stream) => stream.closed.then(String, (error: Error) => error.cause);
    expect(await code(follow('ord_any', 0, anonymous()))).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await code(follow('ord_any', -1))).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('ends for a rider whose parcel goes to somebody else, before he sees more of it', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const stream = follow(orderId, undefined, rider(riderUserId));
    expect(sequenceOf(await stream.next())).toBe(4);
    await delivery.assign(orderId, (await delivery.newRider()).riderId);
    await expect(stream.next()).rejects.toMatchObject({ cause: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('serves two hundred subscribers of one order the same history, and lets go of all of them', async () => {
    const orderId = await delivery.placed();
    const before = delivery.service.openStreams;
    const socket = delivery.socketOf(owner);
    const streams = Array.from({ length: 200 }, () =>
      socket.subscribe<Message>(subscription, { orderId, afterSequence: 0 }),
    );
    await Promise.all(streams.map((stream) => stream.next()));
    expect(delivery.service.openStreams).toBe(before + 200);
    for (const stream of streams.slice(0, 100)) stream.close();
    await waitFor(() => delivery.service.openStreams === before + 100);
    await delivery.move(orderId, 'PACKED');
    await delivery.move(orderId, 'CANCELLED', { reason: 'Enough' });
    for (const stream of streams.slice(100)) expect((await stream.rest()).map(sequenceOf)).toEqual([2, 3]);
    await waitFor(() => delivery.service.openStreams === before);
  });

  it('lets go when the socket is cut while the record is still waited for', async () => {
    const before = delivery.service.openStreams;
    const socket = delivery.socketOf(owner);
    const stream = socket.subscribe(subscription, { orderId: 'ord_never' });
    stream.closed.catch(() => {});
    await waitFor(() => delivery.service.openStreams === before + 1);
    await socket[Symbol.asyncDispose]();
    await waitFor(() => delivery.service.openStreams === before, 1_000);
  });
});

describe('deliveryStatusChanged on a bus that loses every message', () => {
  /** Consumers work, so that deliveries appear; wake-ups never arrive. */
  function forgetfulBus(): EventBus {
    const bus = createMemoryBus();
    return {
      ...bus,
      listen: async () => ({ [Symbol.asyncDispose]: async () => {} }),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    };
  }
  let delivery: DeliveryUnderTest;
  beforeAll(async () => {
    delivery = await startDelivery({ bus: forgetfulBus(), streamPollMs: 50, streamWaitMs: 5_000 });
  });
  afterAll(() => delivery[Symbol.asyncDispose]());

  it('still delivers the whole history, by looking', async () => {
    const early = delivery.socketOf(owner).subscribe<Message>(subscription, { orderId: 'ord_blind', afterSequence: 0 });
    await delivery.confirm('ord_blind');
    expect(sequenceOf(await early.next())).toBe(1);
    await delivery.move('ord_blind', 'PACKED');
    expect(sequenceOf(await early.next())).toBe(2);
    await delivery.move('ord_blind', 'CANCELLED', { reason: 'x' });
    expect((await early.rest()).map(sequenceOf)).toEqual([3]);
  });

  it('tells the live queue too, and positions', async () => {
    const queue = delivery
      .socketOf(floor)
      .subscribe<{ deliveryQueueChanged: { event: { sequence: number } } }>(
        'subscription { deliveryQueueChanged { event { sequence } deliveryStatus { orderId } } }',
      );
    await waitFor(() => delivery.service.openStreams === 1);
    const { orderId } = await delivery.outForDelivery();
    for (const sequence of [1, 2, 3, 4]) {
      expect((await queue.next()).data?.deliveryQueueChanged).toEqual({
        event: { sequence },
        deliveryStatus: { orderId },
      });
    }
    const positions = delivery
      .socketOf(owner)
      .subscribe('subscription ($o: ID!) { riderLocationChanged(orderId: $o) { latitude } }', { o: orderId });
    await delivery.run(
      floor,
      'mutation ($o: ID!) { reportRiderLocation(orderId: $o, latitude: 12.9, longitude: 77.6) { position { latitude } } }',
      { o: orderId },
    );
    expect(await positions.next()).toEqual({ data: { riderLocationChanged: { latitude: 12.9 } } });
  });
});

describe('deliveryStatusChanged on a bus that repeats, delays and reorders', () => {
  /** Wake-ups arrive up to 30 ms late, in any order, some twice and a fifth never. */
  function unrulyBus(): EventBus {
    const bus = createMemoryBus();
    return {
      ...bus,
      listen: ({ topic, handler }) =>
        bus.listen({
          topic,
          handler: (event) => {
            for (let copies = Math.floor(Math.random() * 2.5); copies > 0; copies -= 1) {
              setTimeout(() => handler(event), Math.random() * 30);
            }
          },
        }),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    };
  }

  it('gives every subscriber exactly the history after its sequence, whenever it came and reconnected', async () => {
    await using delivery = await startDelivery({ bus: unrulyBus(), streamPollMs: 100 });
    const { orderId } = await delivery.outForDelivery();
    const total = 4 + 40 + 1;
    const socket = delivery.socketOf(owner);
    const report = 'mutation ($o: ID!) { recordFailedAttempt(orderId: $o, reason: OTHER) { hasChanged } }';

    /** Follows to the end, dropping the stream now and then and resuming after the last sequence seen. */
    async function followWithDrops(): Promise<number[]> {
      const seen: number[] = [];
      for (;;) {
        const stream = socket.subscribe<Message>(subscription, { orderId, afterSequence: seen.at(-1) ?? 0 });
        const patience = 1 + Math.floor(Math.random() * 15);
        for (let taken = 0; taken < patience && seen.length < total; taken += 1) {
          seen.push(sequenceOf(await stream.next(15_000)) ?? -1);
        }
        if (seen.length === total) {
          expect(await stream.rest(15_000)).toEqual([]);
          return seen;
        }
        stream.close();
      }
    }
    const followers = Array.from({ length: 25 }, followWithDrops);
    for (let attempt = 0; attempt < 40; attempt += 1) await delivery.run(floor, report, { o: orderId });
    await delivery.move(orderId, 'CANCELLED', { reason: 'Gave up' });
    const history = Array.from({ length: total }, (_, index) => index + 1);
    for (const seen of await Promise.all(followers)) expect(seen).toEqual(history);
    await waitFor(() => delivery.service.openStreams === 0);
  });
});
