import { rider } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalCodes } from '../src/domain/refusal.ts';
import { type DeliveryErrorData, type DeliveryUnderTest, errorFields, floor, startDelivery } from './start-delivery.ts';

describe('refusals of the delivery rules', () => {
  let delivery: DeliveryUnderTest;
  const received = new Set<string>();
  beforeAll(async () => {
    delivery = await startDelivery({ riderMaxActive: 1 });
  });
  afterAll(() => delivery[Symbol.asyncDispose]());

  function note(errors: readonly DeliveryErrorData[]): DeliveryErrorData | undefined {
    for (const { code } of errors) received.add(code);
    return errors[0];
  }
  const refusal = async (...args: Parameters<DeliveryUnderTest['move']>) =>
    note((await delivery.move(...args)).userErrors);

  it('NOT_FOUND: unknown and foreign deliveries are told apart by nobody', async () => {
    const orderId = await delivery.placed();
    const stranger = rider('usr_stranger');
    const foreign = await refusal(orderId, 'DELIVERED', { handoverCode: '1' }, stranger);
    const unknown = await refusal('ord_nowhere', 'DELIVERED', { handoverCode: '1' }, stranger);
    expect(foreign?.code).toBe('NOT_FOUND');
    expect(foreign).toEqual(unknown);
  });

  it('ILLEGAL_TRANSITION: says which states are allowed instead', async () => {
    const orderId = await delivery.placed();
    expect(await refusal(orderId, 'DELIVERED', { reason: 'x' })).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      field: ['input', 'status'],
      currentStatus: 'PLACED',
      allowed: ['PACKED', 'CANCELLED'],
    });
  });

  it('STALE_SEQUENCE: says how far the delivery is, and changes nothing', async () => {
    const orderId = await delivery.packed();
    expect(await refusal(orderId, 'CANCELLED', { reason: 'x', expectedSequence: 1 })).toMatchObject({
      code: 'STALE_SEQUENCE',
      currentSequence: 2,
    });
    expect(await delivery.statusOf(orderId)).toEqual({ status: 'PACKED', sequence: 2 });
  });

  it('ALREADY_FINAL, REASON_REQUIRED: a cancellation needs a reason and is the end', async () => {
    const orderId = await delivery.placed();
    expect((await refusal(orderId, 'CANCELLED'))?.code).toBe('REASON_REQUIRED');
    expect((await refusal(orderId, 'CANCELLED', { reason: '   ' }))?.code).toBe('REASON_REQUIRED');
    expect(await refusal(orderId, 'CANCELLED', { reason: 'Out of milk' })).toBeUndefined();
    expect(await refusal(orderId, 'PACKED')).toMatchObject({
      code: 'ALREADY_FINAL',
      currentStatus: 'CANCELLED',
      allowed: [],
    });
  });

  it('RIDER_REQUIRED: nothing leaves the store by itself', async () => {
    expect((await refusal(await delivery.packed(), 'OUT_FOR_DELIVERY'))?.code).toBe('RIDER_REQUIRED');
  });

  it('CODE_REQUIRED, CODE_MISMATCH: five wrong codes bring a new one and an event that operators see', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const his = rider(riderUserId);
    expect((await refusal(orderId, 'DELIVERED', {}, his))?.code).toBe('CODE_REQUIRED');
    expect((await refusal(orderId, 'DELIVERED', { reason: 'Trust me' }, his))?.code).toBe('CODE_REQUIRED');
    const first = await delivery.handoverCodeOf(orderId);
    const wrong = first === '0000' ? '1111' : '0000';
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      expect((await refusal(orderId, 'DELIVERED', { handoverCode: wrong }, his))?.code).toBe('CODE_MISMATCH');
    }
    expect(await delivery.handoverCodeOf(orderId)).toBe(first);
    expect((await refusal(orderId, 'DELIVERED', { handoverCode: wrong }, his))?.code).toBe('CODE_MISMATCH');
    const second = await delivery.handoverCodeOf(orderId);
    expect(second).not.toBe(first);
    expect((await refusal(orderId, 'DELIVERED', { handoverCode: first }, his))?.code).toBe('CODE_MISMATCH');
    const query =
      'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { attempts { reason } timeline { kind actorKind } } }';
    const { deliveryStatus } = await delivery.run<{ deliveryStatus: { timeline: unknown[] } }>(floor, query, {
      orderId,
    });
    expect(deliveryStatus).toMatchObject({ attempts: [{ reason: 'CODE_MISMATCH' }] });
    expect(deliveryStatus.timeline.at(-1)).toEqual({ kind: 'ATTEMPT_FAILED', actorKind: 'SYSTEM' });
    expect((await delivery.move(orderId, 'DELIVERED', { handoverCode: second }, his)).userErrors).toEqual([]);
  });

  it('counts every wrong code of a burst, so that guessing in parallel gains nothing', async () => {
    const { orderId, riderUserId } = await delivery.outForDelivery();
    const first = await delivery.handoverCodeOf(orderId);
    const wrong = first === '0000' ? '1111' : '0000';
    await Promise.all(
      Array.from({ length: 10 }, () => refusal(orderId, 'DELIVERED', { handoverCode: wrong }, rider(riderUserId))),
    );
    const query = 'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { attempts { reason } } }';
    const { deliveryStatus } = await delivery.run<{ deliveryStatus: { attempts: unknown[] } }>(floor, query, {
      orderId,
    });
    expect(deliveryStatus.attempts.length).toBeGreaterThanOrEqual(1);
    expect(await delivery.handoverCodeOf(orderId)).not.toBe(first);
  });

  it('RIDER_UNAVAILABLE: at his limit and off shift, with the number that helps', async () => {
    const { riderId, riderUserId } = await delivery.newRider();
    await delivery.assign(await delivery.placed(), riderId);
    const waiting = await delivery.placed();
    const full = note((await delivery.assign(waiting, riderId)).userErrors);
    expect(full).toMatchObject({
      code: 'RIDER_UNAVAILABLE',
      field: ['riderId'],
      message: expect.stringContaining('1'),
    });

    const other = await delivery.newRider();
    await delivery.run(
      rider(other.riderUserId),
      'mutation { setRiderAvailability(isAvailable: false) { rider { isAvailable } } }',
    );
    expect(note((await delivery.assign(waiting, other.riderId)).userErrors)).toMatchObject({
      code: 'RIDER_UNAVAILABLE',
    });
    expect(note((await delivery.assign(waiting, 'rid_unknown')).userErrors)).toMatchObject({ code: 'NOT_FOUND' });
    expect(riderUserId).not.toBe(other.riderUserId);
  });

  it('TOO_MANY_ROWS: refuses 101 rows before anything changes and takes 100', async () => {
    const orderId = await delivery.placed();
    const query = `mutation ($inputs: [UpdateStatusInput!]!) { bulkUpdateStatus(inputs: $inputs) {
      succeededCount failedCount results { orderId hasChanged userErrors ${errorFields} }
    } }`;
    type Bulk = {
      bulkUpdateStatus: {
        succeededCount: number;
        failedCount: number;
        results: { hasChanged: boolean; userErrors: DeliveryErrorData[] }[];
      };
    };
    const rows = (count: number) => Array.from({ length: count }, () => ({ orderId, status: 'PACKED' }));
    const tooMany = await delivery.run<Bulk>(floor, query, { inputs: rows(101) });
    expect(note(tooMany.bulkUpdateStatus.results[0]?.userErrors ?? [])?.code).toBe('TOO_MANY_ROWS');
    expect(tooMany.bulkUpdateStatus).toMatchObject({ succeededCount: 0, failedCount: 101 });
    expect(await delivery.statusOf(orderId)).toMatchObject({ status: 'PLACED' });
    const most = await delivery.run<Bulk>(floor, query, { inputs: rows(100) });
    expect(most.bulkUpdateStatus).toMatchObject({ succeededCount: 100, failedCount: 0 });
    expect(most.bulkUpdateStatus.results.filter(({ hasChanged }) => hasChanged)).toHaveLength(1);
  });

  it('decides bulk rows each on its own and in order', async () => {
    const [first, second] = [await delivery.placed(), await delivery.placed()];
    const { bulkUpdateStatus } = await delivery.run<{ bulkUpdateStatus: unknown }>(
      floor,
      `mutation ($inputs: [UpdateStatusInput!]!) { bulkUpdateStatus(inputs: $inputs) {
        succeededCount failedCount results { orderId hasChanged deliveryStatus { status } userErrors { code } }
      } }`,
      {
        inputs: [
          { orderId: first, status: 'PACKED' },
          { orderId: second, status: 'DELIVERED' },
          { orderId: first, status: 'CANCELLED', reason: 'Spilled' },
        ],
      },
    );
    expect(bulkUpdateStatus).toMatchObject({
      succeededCount: 2,
      failedCount: 1,
      results: [
        { orderId: first, hasChanged: true },
        { orderId: second, hasChanged: false, userErrors: [{ code: 'ILLEGAL_TRANSITION' }] },
        { orderId: first, hasChanged: true, deliveryStatus: { status: 'CANCELLED' } },
      ],
    });
  });

  it.each([
    ['a reason too long', { reason: 'x'.repeat(501) }, 'reason'],
    ['a NUL in the note', { note: 'a\0b' }, 'note'],
    ['a photo that is no https address', { photoUrl: 'javascript:alert(1)' }, 'photoUrl'],
    ['a lone surrogate', { receivedBy: '\ud800' }, 'receivedBy'],
    ['a key too long', { idempotencyKey: 'k'.repeat(129) }, 'idempotencyKey'],
  ])('INVALID: %s', async (_, rest, field) => {
    expect(await refusal(await delivery.placed(), 'PACKED', rest)).toMatchObject({
      code: 'INVALID',
      field: ['input', field],
    });
  });

  it('received every code of the contract on the way', () => {
    expect([...received].sort()).toEqual([...refusalCodes].sort());
  });
});
