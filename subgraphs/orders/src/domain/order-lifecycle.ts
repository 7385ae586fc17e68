export const orderStatuses = [
  'PENDING_PAYMENT',
  'CONFIRMED',
  'COMPLETED',
  'CANCELLATION_REQUESTED',
  'CANCELLED',
  'PAYMENT_FAILED',
  'EXPIRED',
] as const;

export type OrderStatus = (typeof orderStatuses)[number];

/** Every legal next status: the money side only, where the parcel is belongs to delivery. */
export const orderLifecycle: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING_PAYMENT: ['CONFIRMED', 'PAYMENT_FAILED', 'CANCELLED', 'EXPIRED'],
  // A decline keeps the order and its stock until it is retried, cancelled or expires.
  PAYMENT_FAILED: ['PENDING_PAYMENT', 'CONFIRMED', 'CANCELLED', 'EXPIRED'],
  CONFIRMED: ['CANCELLATION_REQUESTED', 'CANCELLED', 'COMPLETED'],
  // Delivery is the judge: it may refuse (back to CONFIRMED), or the parcel may arrive first.
  CANCELLATION_REQUESTED: ['CANCELLED', 'CONFIRMED', 'COMPLETED'],
  COMPLETED: [],
  CANCELLED: [],
  EXPIRED: [],
};

export const initialOrderStatus: OrderStatus = 'PENDING_PAYMENT';

/** Whether an order may go from one status to another; staying is always legal. */
export function isLegalMove(from: OrderStatus, to: OrderStatus): boolean {
  return from === to || orderLifecycle[from].includes(to);
}

export const unpaidStatuses: readonly OrderStatus[] = ['PENDING_PAYMENT', 'PAYMENT_FAILED'];
