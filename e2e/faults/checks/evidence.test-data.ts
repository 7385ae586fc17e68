import type { Operation } from '../history.ts';
import type { Evidence } from './evidence.ts';

/** An operation of a test; ok unless said otherwise. */
export function operation(parts: Partial<Operation> & Pick<Operation, 'kind' | 'input'>): Operation {
  return { id: 1, actor: 'test', invokedAt: 0, endedAt: 1, outcome: 'ok', code: null, answer: {}, ...parts };
}

/** What a tiny run without any fault leaves behind: one order of two units, paid by card, packed, followed by its customer. */
export const cleanEvidence: Evidence = {
  products: [
    {
      _id: 'prd_1',
      stock: { available: 10, reserved: 0, sold: 2, initial: 10, restocked: 2 },
      holds: [{ orderId: 'ord_1', quantity: 2, state: 'COMMITTED' }],
      adjustments: [{ key: 'count-1', delta: 2 }],
    },
  ],
  orders: [
    {
      _id: 'ord_1',
      customerId: 'usr_1',
      idempotencyKey: 'k-1',
      cartId: 'crt_1',
      cartVersion: 3,
      isVisible: true,
      status: 'CONFIRMED',
      refusal: null,
      request: { lines: [{ productId: 'prd_1', quantity: 2 }] },
      items: [{ productId: 'prd_1', quantity: 2 }],
      payment: {
        method: 'CARD',
        amount: 5_000,
        capturedAmount: 5_000,
        refunds: [{ _id: 'rfd_1', idempotencyKey: 'r-1', amount: 100, status: 'SETTLED' }],
      },
      cancellation: null,
      events: ['PLACED', 'STOCK_RESERVED', 'PAYMENT_CAPTURED', 'CONFIRMED', 'REFUND_ISSUED'].map((kind, index) => ({
        sequence: index + 1,
        kind,
      })),
      saga: { todo: [], dueAt: null },
    },
  ],
  payments: [
    {
      _id: 'sim_1',
      orderId: 'ord_1',
      amount: 5_000,
      token: 'sim_approve',
      state: 'captured',
      refunds: [{ key: 'rfd_1', amount: 100 }],
      refundedAmount: 100,
    },
    {
      ...{ _id: 'sim_0', orderId: 'ord_1', amount: 5_000, token: 'sim_confirm', state: 'cancelled' },
      ...{ refunds: [], refundedAmount: 0 },
    },
  ],
  carts: [{ _id: 'crt_1', ownerId: 'usr_1', version: 4, items: [] }],
  deliveries: [
    {
      _id: 'ord_1',
      state: 'PACKED',
      riderId: 'rid_1',
      riderUserId: 'usr_9',
      proof: null,
      sequence: 2,
      timeline: [
        {
          ...{ sequence: 1, kind: 'STATE_CHANGED', from: null, to: 'PLACED', requestKey: null },
          ...{ actorKind: 'SYSTEM', actorId: null, occurredAt: new Date(0) },
        },
        {
          ...{ sequence: 2, kind: 'STATE_CHANGED', from: 'PLACED', to: 'PACKED', requestKey: 'f-1' },
          ...{ actorKind: 'OPERATOR', actorId: 'usr_8', occurredAt: new Date(0) },
        },
      ],
    },
  ],
  riders: [{ _id: 'rid_1', load: 1, claims: [{ orderId: 'ord_1', claimedAt: new Date(0) }] }],
  readAt: new Date(600_000),
  waitingEvents: { 'swiftcart_orders.orders': 0 },
  parkedEvents: 0,
  operations: [
    operation({ kind: 'addToCart', input: { customerId: 'usr_1', productId: 'prd_1', quantity: 2 } }),
    operation({
      kind: 'placeOrder',
      input: { customerId: 'usr_1', input: { idempotencyKey: 'k-1' } },
      answer: { orderId: 'ord_1' },
    }),
    operation({
      kind: 'placeOrder',
      input: { customerId: 'usr_1', input: { idempotencyKey: 'k-1' } },
      answer: { orderId: 'ord_1', status: 'PENDING_PAYMENT', reference: 'sim_0' },
    }),
    operation({
      kind: 'placeOrder',
      input: { customerId: 'usr_1', input: { idempotencyKey: 'k-0' } },
      outcome: 'failed',
      code: 'OUT_OF_STOCK',
      answer: { orderId: null },
    }),
    operation({
      kind: 'cancelOrder',
      input: { orderId: 'ord_1' },
      outcome: 'failed',
      code: 'NOT_CANCELLABLE',
    }),
    operation({ kind: 'refundOrder', input: { input: { orderId: 'ord_1', idempotencyKey: 'r-1' } } }),
    operation({
      kind: 'updateStatus',
      input: { input: { orderId: 'ord_1', idempotencyKey: 'f-1' } },
      answer: { hasChanged: true },
    }),
    operation({
      kind: 'updateStatus',
      input: { input: { orderId: 'ord_1', idempotencyKey: 'ride-1', handoverCode: '0000' }, isWrongCode: true },
      outcome: 'failed',
      code: 'CODE_MISMATCH',
    }),
    operation({
      kind: 'recordFailedAttempt',
      input: { orderId: 'ord_1' },
      outcome: 'failed',
      code: 'ILLEGAL_TRANSITION',
    }),
    operation({
      kind: 'adjustStock',
      input: { input: { idempotencyKey: 'count-1', rows: [{ productId: 'prd_1', delta: 2 }] } },
      answer: { refused: null },
    }),
    operation({
      kind: 'lookedAfterRace',
      input: { customerId: 'usr_2' },
      answer: { productId: 'prd_1', ordered: { prd_1: 2 }, before: {}, cart: {} },
    }),
  ],
  followings: [
    {
      orderId: 'ord_1',
      expected: 2,
      connections: [
        {
          afterSequence: 0,
          isComplete: false,
          events: [{ sequence: 1, kind: 'STATE_CHANGED', from: null, to: 'PLACED' }],
        },
        {
          afterSequence: 1,
          isComplete: false,
          events: [{ sequence: 2, kind: 'STATE_CHANGED', from: 'PLACED', to: 'PACKED' }],
        },
      ],
    },
  ],
};
