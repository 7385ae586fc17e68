import type { Order, OrderChange, OrderItem } from './order.ts';
import { type Refund, refundableAmount } from './payment.ts';
import { accept, type Decision, refusal, refuse } from './refusal.ts';

export interface RefundRequest {
  readonly items: readonly { readonly orderItemId: string; readonly quantity: number }[];
  /** Minor units; overrides the sum of the items. Without items and amount everything left is refunded. */
  readonly amount: number | null;
}

/**
 * What `quantity` more units of an item are worth in a refund, in minor units: the price paid less the item's share
 * of the coupon. Shares are rounded on the running total, so refunding piece by piece gives the same sum as at once.
 */
export function itemRefundAmount(order: Order, item: OrderItem, quantity: number): number {
  const { itemTotal, couponDiscount } = order.bill ?? { itemTotal: 0, couponDiscount: 0 };
  if (itemTotal === 0) return 0;
  const worth = (units: number): number =>
    Math.floor((item.unitPrice * units * (itemTotal - couponDiscount)) / itemTotal);
  return worth(item.refundedQuantity + quantity) - worth(item.refundedQuantity);
}

/** How much to give back and which items that covers, or why not. */
export function decideRefund(
  order: Order,
  request: RefundRequest,
): Decision<{ amount: number; items: readonly OrderItem[] }> {
  const tooMuch = (message: string, field: readonly string[]): Decision<never> =>
    refuse(refusal('REFUND_EXCEEDS_PAYMENT', message, { field }));
  const refundable = refundableAmount(order.payment);
  let sum = 0;
  let items = order.items;
  for (const row of request.items) {
    const item = items.find((candidate) => candidate._id === row.orderItemId);
    if (!item) return refuse(refusal('NOT_FOUND', 'No such item in this order.', { field: ['input', 'items'] }));
    if (row.quantity < 1) return refuse(refusal('INVALID', 'A quantity is at least 1.', { field: ['input', 'items'] }));
    const left = item.quantity - item.refundedQuantity;
    if (row.quantity > left) return tooMuch(`Only ${left} of ${item.productName} can be refunded.`, ['input', 'items']);
    sum += itemRefundAmount(order, item, row.quantity);
    const refunded = { ...item, refundedQuantity: item.refundedQuantity + row.quantity };
    items = items.map((candidate) => (candidate === item ? refunded : candidate));
  }
  const amount = request.amount ?? (request.items.length ? sum : refundable);
  if (amount < 0 || (request.amount !== null && amount === 0)) {
    return refuse(refusal('INVALID', 'A refund is at least one paisa.', { field: ['input', 'amount'] }));
  }
  if (amount > refundable || amount === 0) {
    return tooMuch(`At most ${refundable} paise can still be refunded.`, ['input', 'amount']);
  }
  return accept({ amount, items });
}

/** Promises the refund; the provider is asked next. */
export function refundOpened(order: Order, refund: Refund, items: readonly OrderItem[]): OrderChange {
  const todo = order.saga.todo.includes('settleRefunds')
    ? order.saga.todo
    : [...order.saga.todo, 'settleRefunds' as const];
  return { set: { payment: { ...order.payment, refunds: [...order.payment.refunds, refund] }, items }, todo };
}
