import type { Bill } from './bill.ts';
import type { OrderStatus } from './order-lifecycle.ts';
import type { Payment } from './payment.ts';
import type { Refusal } from './refusal.ts';
import type { SagaEffect } from './saga-effects.ts';

export type ActorKind = 'CUSTOMER' | 'OPERATOR' | 'RIDER' | 'SYSTEM';

export interface Actor {
  readonly kind: ActorKind;
  readonly id: string | null;
}

export const systemActor: Actor = { kind: 'SYSTEM', id: null };

export type CancelReason =
  | 'CHANGED_MIND'
  | 'ORDERED_BY_MISTAKE'
  | 'TOO_SLOW'
  | 'ITEM_UNAVAILABLE'
  | 'PAYMENT_ISSUE'
  | 'UNDELIVERABLE'
  | 'FRAUD'
  | 'OTHER';

export type OrderEventKind =
  | 'PLACED'
  | 'STOCK_RESERVED'
  | 'PAYMENT_AUTHORIZED'
  | 'PAYMENT_CAPTURED'
  | 'PAYMENT_FAILED'
  | 'CONFIRMED'
  | 'CANCEL_REQUESTED'
  | 'CANCELLED'
  | 'REFUND_ISSUED'
  | 'COMPLETED'
  | 'EXPIRED';

/** One line of the commercial history; `sequence` counts from 1 without gaps. */
export interface OrderEvent {
  readonly sequence: number;
  readonly kind: OrderEventKind;
  readonly note: string | null;
  readonly actorKind: ActorKind;
  readonly actorId: string | null;
  readonly occurredAt: Date;
}

/** Name and prices as the catalogue gave them when the stock was held; minor units. */
export interface OrderItem {
  readonly _id: string;
  readonly productId: string;
  readonly sku: string;
  readonly productName: string;
  readonly packLabel: string;
  readonly imageUrl: string | null;
  readonly categoryId: string;
  readonly unitPrice: number;
  readonly mrp: number;
  readonly quantity: number;
  readonly refundedQuantity: number;
}

export interface OrderAddress {
  readonly label: string;
  readonly recipientName: string;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly pincode: string;
  readonly landmark: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** What the customer asked for, kept as long as the order so that a resumed saga decides on the same input. */
export interface OrderRequest {
  readonly addressId: string;
  readonly expectedGrandTotal: number;
  readonly tip: number;
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[];
  readonly couponCode: string | null;
}

export interface Cancellation {
  readonly reason: CancelReason;
  readonly note: string | null;
  readonly cancelledBy: ActorKind;
  readonly actorId: string | null;
  readonly at: Date;
}

export interface Saga {
  readonly todo: readonly SagaEffect[];
  /** When a sweeper may take the order over: the end of the running worker's lease. Null when nothing is open. */
  readonly dueAt: Date | null;
  readonly attempts: number;
}

export type CouponHold = 'NONE' | 'CLAIMED' | 'RELEASED';

export interface Order {
  readonly _id: string;
  readonly number: string;
  readonly customerId: string;
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly cartId: string;
  readonly cartVersion: number;
  /** False once refused, cancelled or expired: the same cart version may then be ordered again. */
  readonly isLive: boolean;
  /** True from the moment stock is held and the payment intent saved; until then nobody is shown the order. */
  readonly isVisible: boolean;
  readonly status: OrderStatus;
  readonly request: OrderRequest;
  readonly items: readonly OrderItem[];
  readonly bill: Bill | null;
  readonly address: OrderAddress | null;
  readonly note: string | null;
  readonly payment: Payment;
  readonly couponHold: CouponHold;
  readonly cancellation: Cancellation | null;
  readonly refusal: Refusal | null;
  readonly events: readonly OrderEvent[];
  readonly saga: Saga;
  /** User behind the assigned rider, as delivery last told: he may see the order. */
  readonly riderUserId: string | null;
  readonly deliverySequence: number;
  /** Unpaid orders end at this instant and give their stock back. */
  readonly expiresAt: Date | null;
  readonly placedAt: Date;
  readonly updatedAt: Date;
  /** Grows with every write; each write names the revision it decided on. */
  readonly revision: number;
}

export interface HistoryEntry {
  readonly kind: OrderEventKind;
  readonly actor: Actor;
  readonly note?: string | null;
}

export type Announcement =
  | {
      readonly kind:
        | 'order.placed'
        | 'order.confirmed'
        | 'order.cancelled'
        | 'order.completed'
        | 'payment.statusChanged';
    }
  | { readonly kind: 'refund.issued'; readonly refundId: string; readonly amount: number };

/** A decided change of one order: one conditional write carries all of it. */
export interface OrderChange {
  readonly set?: Partial<Omit<Order, '_id' | 'revision' | 'events' | 'saga' | 'updatedAt'>>;
  readonly history?: readonly HistoryEntry[];
  readonly announce?: readonly Announcement[];
  /** What is still open after this write; left out, the list stays as it is. */
  readonly todo?: readonly SagaEffect[];
}
