import { describe, expect, it } from 'vitest';
import { decideTransition, type TransitionRequest, type TransitionSituation } from './decide-transition.ts';
import type { DeliveryRecord } from './delivery-record.ts';

const now = new Date('2026-01-01T10:05:00Z');
const placedAt = new Date('2026-01-01T10:00:00Z');
const record: DeliveryRecord = {
  orderId: 'ord_1',
  id: 'dlv_1',
  orderNumber: 'SC-1',
  customerId: 'usr_1',
  destination: null,
  itemCount: 2,
  state: 'PLACED',
  sequence: 1,
  revision: 1,
  timeline: [],
  riderId: null,
  riderUserId: null,
  progress: 'UNASSIGNED',
  position: null,
  placedAt,
  promisedAt: new Date('2026-01-01T10:10:00Z'),
  estimatedAt: new Date('2026-01-01T10:08:00Z'),
  isEstimateLate: false,
  packedAt: null,
  dispatchedAt: null,
  deliveredAt: null,
  packSeconds: null,
  deliverySeconds: null,
  attempts: [],
  handover: null,
  proof: null,
  updatedAt: placedAt,
};
const out: DeliveryRecord = {
  ...record,
  state: 'OUT_FOR_DELIVERY',
  sequence: 4,
  riderId: 'rid_1',
  riderUserId: 'usr_rider',
  handover: { code: '1234', wrongTries: 0 },
  dispatchedAt: now,
};
const asked: TransitionRequest = {
  status: 'PACKED',
  expectedSequence: null,
  reason: null,
  note: null,
  handoverCode: null,
  photoUrl: null,
  receivedBy: null,
  proofMethod: null,
  idempotencyKey: null,
  fingerprint: 'f',
};
const situation: TransitionSituation = {
  as: 'OPERATOR',
  actor: { kind: 'OPERATOR', id: 'usr_op' },
  now,
  model: {
    store: { latitude: 0, longitude: 0 },
    promiseSeconds: 600,
    packBaseSeconds: 60,
    packSecondsPerItem: 0,
    dispatchSeconds: 60,
    rideMetresPerSecond: 5,
    detourFactor: 1,
    handoverSeconds: 0,
    defaultRideSeconds: 120,
    maxRideSeconds: 3_600,
  },
  newCode: '0042',
};
const decide = (from: DeliveryRecord, request: Partial<TransitionRequest>, as: 'OPERATOR' | 'RIDER' = 'OPERATOR') =>
  decideTransition(from, { ...asked, ...request }, { ...situation, as });
const refusalOf = (...args: Parameters<typeof decide>) => {
  const decision = decide(...args);
  return decision.kind === 'refused' || decision.kind === 'changed' ? decision.refusal : undefined;
};

describe('deciding a change of status', () => {
  it('packs, dispatches with a new code, and delivers against it', () => {
    expect(decide(record, { status: 'PACKED' })).toMatchObject({
      kind: 'changed',
      set: { state: 'PACKED', packedAt: now, packSeconds: 300 },
    });
    const packed = { ...record, state: 'PACKED' as const, packedAt: now, riderId: 'rid_1' };
    expect(decide(packed, { status: 'OUT_FOR_DELIVERY' })).toMatchObject({
      set: { state: 'OUT_FOR_DELIVERY', handover: { code: '0042', wrongTries: 0 }, progress: 'EN_ROUTE' },
    });
    expect(decide(out, { status: 'DELIVERED', handoverCode: '1234' }, 'RIDER')).toMatchObject({
      set: { state: 'DELIVERED', proof: { method: 'CODE' }, handover: null, deliverySeconds: 300 },
    });
  });

  it.each([
    ['a jump over PACKED', record, { status: 'OUT_FOR_DELIVERY' }, 'OPERATOR', 'ILLEGAL_TRANSITION'],
    ['a rider packing', record, { status: 'PACKED' }, 'RIDER', 'ILLEGAL_TRANSITION'],
    ['a rider cancelling', out, { status: 'CANCELLED', reason: 'no' }, 'RIDER', 'ILLEGAL_TRANSITION'],
    ['leaving a final state', { ...out, state: 'DELIVERED' }, { status: 'CANCELLED' }, 'OPERATOR', 'ALREADY_FINAL'],
    ['an outdated view', record, { expectedSequence: 7 }, 'OPERATOR', 'STALE_SEQUENCE'],
    [
      'dispatch without rider',
      { ...record, state: 'PACKED' },
      { status: 'OUT_FOR_DELIVERY' },
      'OPERATOR',
      'RIDER_REQUIRED',
    ],
    ['cancelling without reason', record, { status: 'CANCELLED' }, 'OPERATOR', 'REASON_REQUIRED'],
    ['delivering without code', out, { status: 'DELIVERED' }, 'RIDER', 'CODE_REQUIRED'],
    ['an override without reason', out, { status: 'DELIVERED' }, 'OPERATOR', 'CODE_REQUIRED'],
    ['a rider overriding', out, { status: 'DELIVERED', reason: 'seen' }, 'RIDER', 'CODE_REQUIRED'],
    ['a wrong code', out, { status: 'DELIVERED', handoverCode: '9999' }, 'RIDER', 'CODE_MISMATCH'],
    [
      'a wrong code with an override',
      out,
      { status: 'DELIVERED', handoverCode: '9', reason: 'x' },
      'OPERATOR',
      'CODE_MISMATCH',
    ],
    ['a photo without address', out, { status: 'DELIVERED', reason: 'x', proofMethod: 'PHOTO' }, 'OPERATOR', 'INVALID'],
  ] as const)('refuses %s', (_, from, request, as, code) => {
    expect(refusalOf(from as DeliveryRecord, request, as)?.code).toBe(code);
  });

  it('tells what is allowed and how far the delivery is, so that the caller can ask better', () => {
    expect(refusalOf(record, { status: 'DELIVERED' })).toMatchObject({
      allowed: ['PACKED', 'CANCELLED'],
      currentStatus: 'PLACED',
      currentSequence: 1,
    });
  });

  it('succeeds without a change when it is in that state already, final or seen stale', () => {
    expect(decide({ ...out, state: 'DELIVERED' }, { status: 'DELIVERED', expectedSequence: 1 })).toMatchObject({
      kind: 'unchanged',
    });
  });

  it('judges no code of a parcel that is with its customer already: the rider hears of the handover, and nothing counts', () => {
    const handover = { kind: 'STATE_CHANGED' as const, from: 'OUT_FOR_DELIVERY' as const, to: 'DELIVERED' as const };
    const by = { actorKind: 'OPERATOR' as const, actorId: 'usr_op', requestKey: 'f-1', requestFingerprint: 'g' };
    const event = { id: 'dev_5', sequence: 5, note: null, occurredAt: now, ...handover, ...by };
    const there = { ...out, state: 'DELIVERED' as const, sequence: 5, handover: null, timeline: [event] };
    const told = { status: 'DELIVERED' as const, handoverCode: '9999', idempotencyKey: 'ride-1' };
    expect(decide(there, told, 'RIDER')).toEqual({ kind: 'unchanged', event });
    expect(refusalOf(out, told, 'RIDER')?.code).toBe('CODE_MISMATCH');
  });

  it('answers a repeated idempotency key with the first event, and refuses it for another request', () => {
    const event = {
      id: 'dev_2',
      sequence: 2,
      kind: 'STATE_CHANGED' as const,
      from: 'PLACED' as const,
      to: 'PACKED' as const,
      note: null,
      occurredAt: now,
      actorKind: 'OPERATOR' as const,
      actorId: null,
      requestKey: 'k1',
      requestFingerprint: 'f',
    };
    const moved: DeliveryRecord = { ...out, timeline: [event] };
    expect(decide(moved, { idempotencyKey: 'k1' })).toEqual({ kind: 'unchanged', event, isReplay: true });
    expect(refusalOf(moved, { idempotencyKey: 'k1', fingerprint: 'g' })?.code).toBe('INVALID');
  });

  it('issues a new code and an event at the fifth wrong one, in the same decision', () => {
    const tired = { ...out, handover: { code: '1234', wrongTries: 4 } };
    expect(decide(tired, { status: 'DELIVERED', handoverCode: '0000' }, 'RIDER')).toMatchObject({
      kind: 'changed',
      refusal: { code: 'CODE_MISMATCH', currentSequence: 5 },
      set: { handover: { code: '0042', wrongTries: 0 }, attempts: [{ reason: 'CODE_MISMATCH' }] },
      events: [{ kind: 'ATTEMPT_FAILED', actor: { kind: 'SYSTEM' } }],
    });
  });

  it.each([
    [{ reason: 'seen' }, 'OPERATOR_OVERRIDE'],
    [{ reason: 'seen', photoUrl: 'https://a/b.jpg' }, 'PHOTO'],
    [{ reason: 'seen', proofMethod: 'LEFT_AT_DOOR' as const }, 'LEFT_AT_DOOR'],
  ])('proves an override %o by %s', (request, method) => {
    expect(decide(out, { status: 'DELIVERED', ...request })).toMatchObject({ set: { proof: { method } } });
  });
});
