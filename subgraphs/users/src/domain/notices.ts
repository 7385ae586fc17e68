/** What happened, as far as a message to somebody needs to know. Amounts are ready to show. */
export type Happening =
  | { kind: 'order.placed'; orderNumber: string; total: string }
  | { kind: 'payment.statusChanged'; orderNumber: string; status: string; amount: string }
  | { kind: 'delivery.event'; orderNumber: string; eventKind: string; to: string | null }
  | { kind: 'order.cancelled'; orderNumber: string; reason: string }
  | { kind: 'refund.issued'; orderNumber: string; amount: string }
  | { kind: 'stock.low'; name: string; sku: string; available: number; threshold: number };

export type NotificationKind =
  | 'ORDER_PLACED'
  | 'PAYMENT_STATUS_CHANGED'
  | 'DELIVERY_STATUS_CHANGED'
  | 'ORDER_DELIVERED'
  | 'ORDER_CANCELLED'
  | 'REFUND_ISSUED'
  | 'LOW_STOCK';

export interface Notice {
  kind: NotificationKind;
  title: string;
  body: string;
}

/** The message about a happening; null for what nobody has to be told, or hears of by another event anyway. */
export function noticeOf(happening: Happening): Notice | null {
  switch (happening.kind) {
    case 'order.placed':
      return {
        kind: 'ORDER_PLACED',
        title: `We have your order ${happening.orderNumber}`,
        body: `Your order over ${happening.total} has arrived at the shop. You will hear from us at every step.`,
      };
    case 'payment.statusChanged':
      return paymentNotice(happening);
    case 'delivery.event':
      return deliveryNotice(happening);
    case 'order.cancelled':
      return {
        kind: 'ORDER_CANCELLED',
        title: `Order ${happening.orderNumber} was cancelled`,
        body: `${cancelReasons[happening.reason] ?? 'It will not be delivered.'} Whatever was paid goes back to you.`,
      };
    case 'refund.issued':
      return {
        kind: 'REFUND_ISSUED',
        title: `Refund for order ${happening.orderNumber}`,
        body: `${happening.amount} is on its way back to you.`,
      };
    case 'stock.low':
      return {
        kind: 'LOW_STOCK',
        title: `${happening.name} is running low`,
        body: `${happening.available} left of ${happening.sku}; the threshold is ${happening.threshold}.`,
      };
    default:
      return happening satisfies never;
  }
}

const cancelReasons: Readonly<Record<string, string>> = {
  CHANGED_MIND: 'As you wished.',
  ORDERED_BY_MISTAKE: 'As you wished.',
  TOO_SLOW: 'We are sorry that it took too long.',
  ITEM_UNAVAILABLE: 'Something in it is no longer available.',
  PAYMENT_ISSUE: 'It was not paid in time.',
  UNDELIVERABLE: 'We could not deliver it.',
};

/** Refunds and cancellations have messages of their own. */
function paymentNotice({
  orderNumber,
  status,
  amount,
}: Extract<Happening, { kind: 'payment.statusChanged' }>): Notice | null {
  const kind = 'PAYMENT_STATUS_CHANGED';
  switch (status) {
    case 'CAPTURED':
      return { kind, title: `Payment received for order ${orderNumber}`, body: `We received ${amount}. Thank you.` };
    case 'AUTHORIZED':
      return {
        kind,
        title: `Payment approved for order ${orderNumber}`,
        body: `${amount} is set aside for your order.`,
      };
    case 'FAILED':
      return {
        kind,
        title: `Payment failed for order ${orderNumber}`,
        body: `${amount} could not be charged. Please try again before the order expires.`,
      };
    default:
      return null;
  }
}

/** Riders, estimates and the first state are for those who watch; a cancelled delivery is told as a cancelled order. */
function deliveryNotice({ orderNumber, eventKind, to }: Extract<Happening, { kind: 'delivery.event' }>): Notice | null {
  const kind = 'DELIVERY_STATUS_CHANGED';
  if (eventKind === 'ATTEMPT_FAILED') {
    return {
      kind,
      title: `We could not hand over order ${orderNumber}`,
      body: 'The rider was at your door. Please be reachable by phone; we will try again.',
    };
  }
  if (eventKind !== 'STATE_CHANGED') return null;
  switch (to) {
    case 'PACKED':
      return { kind, title: `Order ${orderNumber} is packed`, body: 'It is waiting for its rider.' };
    case 'OUT_FOR_DELIVERY':
      return {
        kind,
        title: `Order ${orderNumber} is on its way`,
        body: 'Have your handover code ready; the rider will ask for it.',
      };
    case 'DELIVERED':
      return {
        kind: 'ORDER_DELIVERED',
        title: `Order ${orderNumber} was delivered`,
        body: 'Thank you for shopping with us.',
      };
    default:
      return null;
  }
}
