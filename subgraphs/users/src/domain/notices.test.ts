import { expect, test } from 'vitest';
import { type Happening, noticeOf } from './notices.ts';

const orderNumber = 'SC-7';

test.each<[Happening, string | null]>([
  [{ kind: 'order.placed', orderNumber, total: '₹120.00' }, 'ORDER_PLACED'],
  [{ kind: 'payment.statusChanged', orderNumber, status: 'CAPTURED', amount: '₹120.00' }, 'PAYMENT_STATUS_CHANGED'],
  [{ kind: 'payment.statusChanged', orderNumber, status: 'AUTHORIZED', amount: '₹120.00' }, 'PAYMENT_STATUS_CHANGED'],
  [{ kind: 'payment.statusChanged', orderNumber, status: 'FAILED', amount: '₹120.00' }, 'PAYMENT_STATUS_CHANGED'],
  [{ kind: 'payment.statusChanged', orderNumber, status: 'REFUNDED', amount: '₹120.00' }, null],
  [{ kind: 'delivery.event', orderNumber, eventKind: 'STATE_CHANGED', to: 'PLACED' }, null],
  [{ kind: 'delivery.event', orderNumber, eventKind: 'STATE_CHANGED', to: 'PACKED' }, 'DELIVERY_STATUS_CHANGED'],
  [
    { kind: 'delivery.event', orderNumber, eventKind: 'STATE_CHANGED', to: 'OUT_FOR_DELIVERY' },
    'DELIVERY_STATUS_CHANGED',
  ],
  [{ kind: 'delivery.event', orderNumber, eventKind: 'STATE_CHANGED', to: 'DELIVERED' }, 'ORDER_DELIVERED'],
  [{ kind: 'delivery.event', orderNumber, eventKind: 'STATE_CHANGED', to: 'CANCELLED' }, null],
  [{ kind: 'delivery.event', orderNumber, eventKind: 'ATTEMPT_FAILED', to: null }, 'DELIVERY_STATUS_CHANGED'],
  [{ kind: 'delivery.event', orderNumber, eventKind: 'ETA_CHANGED', to: null }, null],
  [{ kind: 'order.cancelled', orderNumber, reason: 'CHANGED_MIND' }, 'ORDER_CANCELLED'],
  [{ kind: 'order.cancelled', orderNumber, reason: 'A_REASON_OF_TOMORROW' }, 'ORDER_CANCELLED'],
  [{ kind: 'refund.issued', orderNumber, amount: '₹120.00' }, 'REFUND_ISSUED'],
  [{ kind: 'stock.low', name: 'Toor Dal', sku: 'DAL-1', available: 4, threshold: 5 }, 'LOW_STOCK'],
])('tells %j once and as what it is to the customer', (happening, kind) => {
  const notice = noticeOf(happening);
  expect(notice?.kind ?? null).toBe(kind);
  if (notice !== null && happening.kind !== 'stock.low') expect(notice.title).toContain(orderNumber);
});
