import type { Order, OrderItem } from './order.ts';
import type { Payment } from './payment.ts';

export function itemOf(id: string, unitPrice: number, quantity: number): OrderItem {
  return {
    _id: id,
    productId: `prd_${id}`,
    sku: `SKU-${id}`,
    productName: id,
    packLabel: '1 kg',
    imageUrl: null,
    categoryId: 'cat_1',
    unitPrice,
    mrp: unitPrice,
    quantity,
    refundedQuantity: 0,
  };
}

export function paymentOf(rest: Partial<Payment> = {}): Payment {
  return {
    _id: 'pay_1',
    method: 'CARD',
    status: 'PENDING',
    amount: 10_000,
    capturedAmount: 0,
    providerReference: null,
    clientSecret: null,
    failureReason: null,
    attempts: [{ number: 1, method: 'CARD', token: null, idempotencyKey: null, fingerprint: null, reference: null }],
    refunds: [],
    ...rest,
  };
}

/** A visible unpaid order of 100 rupees, for tests; `rest` replaces what matters. */
export function orderOf(rest: Partial<Order> = {}): Order {
  return {
    _id: 'ord_1',
    number: 'SC-AAAA-BBBB',
    customerId: 'usr_1',
    idempotencyKey: 'k',
    fingerprint: '',
    correlationId: 'c',
    cartId: 'cart_1',
    cartVersion: 1,
    isLive: true,
    isVisible: true,
    status: 'PENDING_PAYMENT',
    request: { addressId: 'adr_1', expectedGrandTotal: 10_000, tip: 0, lines: [], couponCode: null },
    items: [],
    bill: null,
    address: null,
    note: null,
    payment: paymentOf(),
    couponHold: 'NONE',
    cancellation: null,
    refusal: null,
    events: [],
    saga: { todo: [], dueAt: null, attempts: 0 },
    riderUserId: null,
    deliverySequence: 0,
    expiresAt: null,
    placedAt: new Date(0),
    updatedAt: new Date(0),
    revision: 1,
    ...rest,
  };
}
