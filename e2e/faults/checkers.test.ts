import { describe, expect, it } from 'vitest';
import { allChecks } from './checks/all-checks.ts';
import * as carts from './checks/cart-checks.ts';
import * as delivery from './checks/delivery-checks.ts';
import { cleanEvidence, operation } from './checks/evidence.test-data.ts';
import type {
  Check,
  Evidence,
  StoredDelivery,
  StoredOrder,
  StoredPayment,
  StoredProduct,
  StoredRider,
} from './checks/evidence.ts';
import * as orders from './checks/order-checks.ts';
import * as payments from './checks/payment-checks.ts';
import * as riders from './checks/rider-checks.ts';
import * as stock from './checks/stock-checks.ts';

describe('a run without a fault of the shop', () => {
  it('may tell a wrong code that the parcel is with its customer already', () => {
    expect(riders.codesGuardHandovers({ ...cleanEvidence, ...overtaken({}, 5) }).violations).toEqual([]);
  });

  it.each(allChecks.map((check) => [check(cleanEvidence).name, check] as const))('passes: %s', (_name, check) => {
    const result = check(cleanEvidence);
    expect(result.violations).toEqual([]);
    expect(result.checked).toBeGreaterThan(0);
  });
});

const product = (change: Partial<StoredProduct>): Partial<Evidence> => ({
  products: cleanEvidence.products.map((each) => ({ ...each, ...change })),
});
const counts = (change: Partial<StoredProduct['stock']>): Partial<Evidence> =>
  product({ stock: { ...(cleanEvidence.products[0] as StoredProduct).stock, ...change } });
const order = (change: Partial<StoredOrder>): Partial<Evidence> => ({
  orders: cleanEvidence.orders.map((each) => ({ ...each, ...change })),
});
const payment = (change: Partial<StoredPayment>): Partial<Evidence> => ({
  payments: cleanEvidence.payments.map((each) => ({ ...each, ...change })),
});
const parcel = (change: Partial<StoredDelivery>): Partial<Evidence> => ({
  deliveries: cleanEvidence.deliveries.map((each) => ({ ...each, ...change })),
});
const rider = (change: Partial<StoredRider>): Partial<Evidence> => ({
  riders: cleanEvidence.riders.map((each) => ({ ...each, ...change })),
});
const told = (...operations: Evidence['operations']): Partial<Evidence> => ({
  operations: [...cleanEvidence.operations, ...operations],
});
const [theOrder, thePayment, theDelivery] = [
  cleanEvidence.orders[0] as StoredOrder,
  cleanEvidence.payments[0] as StoredPayment,
  cleanEvidence.deliveries[0] as StoredDelivery,
];
/** The delivery with one more event at its end. */
const timeline = (
  event: Partial<StoredDelivery['timeline'][number]>,
  proof: StoredDelivery['proof'] = null,
): Partial<Evidence> => {
  const plain = {
    ...{ sequence: 3, from: 'PACKED', to: 'PACKED', requestKey: null, actorKind: 'SYSTEM', actorId: null },
    occurredAt: new Date(0),
  };
  return parcel({
    proof,
    sequence: 3,
    timeline: [...theDelivery.timeline, { kind: 'STATE_CHANGED', ...plain, ...event }],
  });
};
const wrongCode = {
  kind: 'updateStatus',
  input: { input: { orderId: 'ord_1', idempotencyKey: 'ride-2', handoverCode: '0000' }, isWrongCode: true },
};
const rightCode = {
  kind: 'updateStatus',
  input: { input: { orderId: 'ord_1', idempotencyKey: 'ride-3', handoverCode: '1234' }, isWrongCode: false },
};
/** A parcel that the floor handed over at the given moment, and a wrong code that was told so when it came too late. */
const overtaken = (answer: Record<string, unknown>, handedOverAt: number): Partial<Evidence> => ({
  ...timeline({
    ...{ to: 'DELIVERED', requestKey: 'f-2', actorKind: 'OPERATOR', actorId: 'usr_8' },
    occurredAt: new Date(handedOverAt),
  }),
  ...told(operation({ ...wrongCode, endedAt: 5, answer: { hasChanged: false, sequence: 3, ...answer } })),
});
const pending = { orderId: 'ord_1', status: 'PENDING_PAYMENT' };
const place = { kind: 'placeOrder', input: { customerId: 'usr_1', input: { idempotencyKey: 'k-1' } } };
const seen = (...sequences: number[]): Partial<Evidence> => ({
  followings: cleanEvidence.followings.map((each) => ({
    ...each,
    connections: [
      {
        afterSequence: 0,
        isComplete: true,
        events: sequences.map((sequence) => ({
          sequence,
          kind: 'STATE_CHANGED',
          from: sequence === 1 ? null : 'PLACED',
          to: sequence === 1 ? 'PLACED' : 'PACKED',
        })),
      },
    ],
  })),
});

const refund = { _id: 'rfd_1', idempotencyKey: 'r-1', amount: 100, status: 'SETTLED' };
const captured = { ...theOrder.payment, capturedAmount: 5_000 };

/** One planted fault a row: what went wrong, who must notice, and the evidence of it. */
const planted: readonly (readonly [what: string, check: Check, evidence: Partial<Evidence>])[] = [
  ['a unit vanished', stock.stockAddsUp, counts({ available: 7 })],
  ['a count fell below zero', stock.stockAddsUp, counts({ available: 11, reserved: -1 })],
  ['a stock count was applied without its key', stock.stockAddsUp, product({ adjustments: [] })],
  [
    'more was ordered than there was',
    stock.nothingIsSoldTwice,
    order({ items: [{ productId: 'prd_1', quantity: 13 }] }),
  ],
  ['a sale is missing on the shelf', stock.nothingIsSoldTwice, counts({ sold: 1, available: 9 })],
  ['stock is reserved for nobody', stock.nothingIsSoldTwice, counts({ reserved: 1, available: 7 })],
  ['a hold outlived its cancelled order', stock.holdsFitTheirOrders, order({ status: 'CANCELLED' })],
  ['a hold of an unknown order', stock.holdsFitTheirOrders, { orders: [] }],
  [
    'an order holds twice',
    stock.holdsFitTheirOrders,
    product({ holds: [1, 2].map(() => ({ orderId: 'ord_1', quantity: 2, state: 'COMMITTED' })) }),
  ],
  [
    'another quantity is held',
    stock.holdsFitTheirOrders,
    product({ holds: [{ orderId: 'ord_1', quantity: 1, state: 'COMMITTED' }] }),
  ],
  ['one key made two orders', orders.oneOrderPerKey, { orders: [theOrder, { ...theOrder, _id: 'ord_2' }] }],
  ['an acknowledged order is gone', orders.acknowledgedOrdersExist, { orders: [] }],
  ['an acknowledged order is hidden', orders.acknowledgedOrdersExist, order({ isVisible: false })],
  [
    'a repeated key got another answer',
    orders.acknowledgedOrdersExist,
    told(operation({ ...place, answer: { orderId: 'ord_2' } })),
  ],
  [
    'a refused order exists',
    orders.refusedOrdersHaveNoEffect,
    { operations: [operation({ ...place, outcome: 'failed', code: 'OUT_OF_STOCK', answer: { orderId: null } })] },
  ],
  [
    'a cancellation that was told is not done',
    orders.cancellationsAreKept,
    { operations: [operation({ kind: 'cancelOrder', input: { orderId: 'ord_1' }, answer: { status: 'CANCELLED' } })] },
  ],
  [
    'a refused cancellation was done all the same',
    orders.cancellationsAreKept,
    {
      ...order({ status: 'CANCELLED', cancellation: { cancelledBy: 'CUSTOMER' } }),
      operations: [
        operation({ kind: 'cancelOrder', input: { orderId: 'ord_1' }, outcome: 'failed', code: 'NOT_CANCELLABLE' }),
      ],
    },
  ],
  ['a saga never went on', orders.ordersCameToRest, order({ saga: { todo: ['commitStock'], dueAt: new Date(0) } })],
  ['an order history has a gap', orders.ordersCameToRest, order({ events: [{ sequence: 2, kind: 'PLACED' }] })],
  [
    'an order was confirmed before its stock was held',
    orders.ordersCameToRest,
    order({ events: ['PLACED', 'CONFIRMED'].map((kind, index) => ({ sequence: index + 1, kind })) }),
  ],
  [
    'an order was cancelled twice',
    orders.ordersCameToRest,
    order({ events: ['CANCELLED', 'CANCELLED'].map((kind, index) => ({ sequence: index + 1, kind })) }),
  ],
  [
    'an acknowledged refund is lost',
    orders.refundsAsAnswered,
    told(operation({ kind: 'refundOrder', input: { input: { orderId: 'ord_1', idempotencyKey: 'r-9' } } })),
  ],
  [
    'a refused refund was given',
    orders.refundsAsAnswered,
    {
      operations: [
        operation({
          kind: 'refundOrder',
          input: { input: { orderId: 'ord_1', idempotencyKey: 'r-1' } },
          outcome: 'failed',
          code: 'REFUND_EXCEEDS_PAYMENT',
        }),
      ],
    },
  ],
  ['an order was charged twice', payments.capturedOnce, { payments: [thePayment, { ...thePayment, _id: 'sim_2' }] }],
  ['a capture is not in the books', payments.capturedOnce, order({ payment: { ...captured, capturedAmount: 0 } })],
  [
    'more was given back than taken',
    payments.refundsMatch,
    order({ payment: { ...captured, refunds: [{ ...refund, amount: 6_000 }] } }),
  ],
  ['a cancelled order kept the money', payments.refundsMatch, order({ status: 'CANCELLED' })],
  [
    'the provider gave a refund twice',
    payments.refundsMatch,
    payment({
      refunds: [
        { key: 'r', amount: 50 },
        { key: 'r', amount: 50 },
      ],
    }),
  ],
  [
    'a refund never settled',
    payments.refundsMatch,
    order({ payment: { ...captured, refunds: [{ ...refund, status: 'PENDING' }] } }),
  ],
  ['something was sold for nothing', payments.soldIsPaid, payment({ state: 'declined' })],
  [
    'a charge that nobody knew the end of was answered as the customer’s turn',
    payments.turnsAreTheCustomers,
    told(operation({ ...place, answer: { ...pending, reference: null } })),
  ],
  [
    'a card that needs nobody was answered as the customer’s turn',
    payments.turnsAreTheCustomers,
    told(operation({ kind: 'retryPayment', input: {}, answer: { ...pending, reference: 'sim_1' } })),
  ],
  [
    'a customer who had confirmed was sent back',
    payments.turnsAreTheCustomers,
    told(operation({ kind: 'confirmPayment', input: {}, answer: { ...pending, reference: 'sim_0' } })),
  ],
  ['the cart was not cleared', carts.orderedCartsMovedOn, order({ cartVersion: 4 })],
  [
    'one cart was sold twice',
    carts.cartVersionsAreOrderedOnce,
    { orders: [theOrder, { ...theOrder, _id: 'ord_2', idempotencyKey: 'k-2' }] },
  ],
  [
    'an acknowledged addition is lost',
    carts.cartsLoseNothing,
    told(operation({ kind: 'addToCart', input: { customerId: 'usr_1', productId: 'prd_1', quantity: 1 } })),
  ],
  [
    'the ordered goods are still in the cart',
    carts.cartsLoseNothing,
    { carts: [{ _id: 'crt_1', ownerId: 'usr_1', version: 4, items: [{ productId: 'prd_1', quantity: 2 }] }] },
  ],
  [
    'what was added meanwhile was cleared as well',
    carts.racedAdditionsAreKept,
    told(
      operation({
        kind: 'lookedAfterRace',
        input: { customerId: 'usr_1' },
        answer: { productId: 'prd_2', ordered: { prd_1: 2 }, before: { prd_1: 2 }, cart: {} },
      }),
    ),
  ],
  ['a confirmed order is not delivered', delivery.oneDeliveryPerOrder, { deliveries: [] }],
  ['an order is delivered twice', delivery.oneDeliveryPerOrder, { deliveries: [theDelivery, theDelivery] }],
  [
    'a delivery has no order',
    delivery.oneDeliveryPerOrder,
    { deliveries: [theDelivery, { ...theDelivery, _id: 'ord_9' }] },
  ],
  ['order and delivery disagree', delivery.oneDeliveryPerOrder, order({ status: 'COMPLETED' })],
  [
    'a timeline has a gap',
    delivery.timelinesAreLegal,
    parcel({ timeline: theDelivery.timeline.slice(1), sequence: 1 }),
  ],
  [
    'a parcel skipped a step',
    delivery.timelinesAreLegal,
    parcel({
      state: 'OUT_FOR_DELIVERY',
      timeline: theDelivery.timeline.map((event, index) =>
        index === 1 ? { ...event, to: 'OUT_FOR_DELIVERY' } : event,
      ),
    }),
  ],
  ['a state has no event', delivery.timelinesAreLegal, parcel({ state: 'CANCELLED' })],
  ['an acknowledged move is lost', delivery.movesAsAnswered, parcel({ timeline: theDelivery.timeline.slice(0, 1) })],
  [
    'a move happened twice',
    delivery.movesAsAnswered,
    parcel({ timeline: theDelivery.timeline.map((event) => ({ ...event, requestKey: 'f-1' })) }),
  ],
  [
    'a refused move happened',
    delivery.movesAsAnswered,
    {
      operations: [
        operation({
          kind: 'updateStatus',
          input: { input: { orderId: 'ord_1', idempotencyKey: 'f-1' } },
          outcome: 'failed',
          code: 'STALE_SEQUENCE',
        }),
      ],
    },
  ],
  ['a rider carries what he never claimed', riders.ridersCarryWhatTheyClaimed, rider({ load: 0, claims: [] })],
  ['a claim outlived its parcel', riders.ridersCarryWhatTheyClaimed, parcel({ state: 'DELIVERED' })],
  ["a rider's load is not his claims", riders.ridersCarryWhatTheyClaimed, rider({ load: 2 })],
  [
    'a wrong code opened the door',
    riders.codesGuardHandovers,
    told(operation({ ...wrongCode, answer: { hasChanged: true } })),
  ],
  [
    'a wrong code moved a parcel although it was refused',
    riders.codesGuardHandovers,
    timeline({ kind: 'STATE_CHANGED', requestKey: 'ride-1' }),
  ],
  [
    'a wrong code was taken for the handover that somebody else brought later',
    riders.codesGuardHandovers,
    overtaken({}, 6),
  ],
  [
    'a wrong code was told that it had done what somebody else had',
    riders.codesGuardHandovers,
    overtaken({ hasChanged: true }, 5),
  ],
  [
    'a wrong code was answered with an event that is no handover',
    riders.codesGuardHandovers,
    overtaken({ sequence: 2 }, 5),
  ],
  [
    'a wrong code was told "already there" of a parcel that never was',
    riders.codesGuardHandovers,
    told(operation({ ...wrongCode, answer: { hasChanged: false, sequence: 2 } })),
  ],
  [
    'a rider handed over by code, and told none',
    riders.codesGuardHandovers,
    timeline({ to: 'DELIVERED', requestKey: 'ride-9', actorKind: 'RIDER', actorId: 'usr_9' }, { method: 'CODE' }),
  ],
  [
    'a rider handed over without a code',
    riders.codesGuardHandovers,
    {
      ...timeline({ to: 'DELIVERED', requestKey: 'ride-3', actorKind: 'RIDER', actorId: 'usr_9' }),
      ...told(operation({ ...rightCode, answer: { hasChanged: true, sequence: 3 } })),
    },
  ],
  [
    'five wrong codes brought no new one',
    riders.codesGuardHandovers,
    told(...[1, 2, 3, 4].map(() => operation({ ...wrongCode, outcome: 'failed', code: 'CODE_MISMATCH' }))),
  ],
  [
    'a new code came too early',
    riders.codesGuardHandovers,
    timeline({ kind: 'ATTEMPT_FAILED', actorKind: 'SYSTEM', actorId: null }),
  ],
  [
    'somebody else reported on a parcel',
    riders.riderReportsAsAnswered,
    timeline({ kind: 'RIDER_PROGRESS', actorKind: 'RIDER', actorId: 'usr_7' }),
  ],
  [
    'an acknowledged failed attempt is lost',
    riders.riderReportsAsAnswered,
    told(operation({ kind: 'recordFailedAttempt', input: { orderId: 'ord_1' } })),
  ],
  [
    'a failed attempt was kept twice',
    riders.riderReportsAsAnswered,
    timeline({ kind: 'ATTEMPT_FAILED', actorKind: 'RIDER', actorId: 'usr_9' }),
  ],
  ['a subscriber missed an event', delivery.subscribersSawEverything, seen(2)],
  ['a subscriber missed the end', delivery.subscribersSawEverything, seen(1)],
  ['a subscriber saw an event twice', delivery.subscribersSawEverything, seen(1, 1, 2)],
  ['a subscriber saw events out of order', delivery.subscribersSawEverything, seen(2, 1)],
  ['an acknowledged count is lost', delivery.countsAsAnswered, product({ adjustments: [] })],
  [
    'a count was applied twice',
    delivery.countsAsAnswered,
    product({ adjustments: [1, 2].map(() => ({ key: 'count-1', delta: 2 })) }),
  ],
  ['events wait for ever', delivery.eventsWereHandedOn, { waitingEvents: { 'swiftcart_orders.orders': 1 } }],
  ['an event was parked', delivery.eventsWereHandedOn, { parkedEvents: 1 }],
];

describe('a planted violation is noticed', () => {
  it.each(planted)('%s', (_what, check, change) => {
    expect(check({ ...cleanEvidence, ...change }).violations).not.toEqual([]);
  });

  it('for every check that there is', () => {
    const proven = new Set(planted.map(([, check]) => check));
    expect(allChecks.filter((check) => !proven.has(check)).map((check) => check(cleanEvidence).name)).toEqual([]);
  });
});
