import type { Announcement, Order } from './order.ts';

/** What other subgraphs are told. Each consumer gets the facts it needs, so that nobody has to ask back. */
export function eventPayload(order: Order, announcement: Announcement): Record<string, unknown> {
  const base = { orderId: order._id, orderNumber: order.number, customerId: order.customerId };
  switch (announcement.kind) {
    case 'order.placed':
      return { ...base, grandTotal: order.bill?.grandTotal ?? 0 };
    case 'order.confirmed':
      return {
        ...base,
        placedAt: order.placedAt.toISOString(),
        destination: destinationOf(order),
        itemCount: countOf(order),
      };
    case 'order.cancelled':
      return { ...base, reason: order.cancellation?.reason ?? 'PAYMENT_ISSUE' };
    case 'order.completed':
      return base;
    case 'payment.statusChanged': {
      const { status, amount, failureReason } = order.payment;
      return { ...base, status, amount, failureReason };
    }
    case 'refund.issued':
      return { ...base, refundId: announcement.refundId, amount: announcement.amount };
    default:
      return announcement satisfies never;
  }
}

const countOf = (order: Order): number => order.items.reduce((sum, item) => sum + item.quantity, 0);

function destinationOf({ address }: Order): Record<string, unknown> | null {
  if (!address) return null;
  const { recipientName, line1, line2, city, pincode, landmark, latitude, longitude } = address;
  return { recipientName, line1, line2, city, pincode, landmark, latitude, longitude };
}
