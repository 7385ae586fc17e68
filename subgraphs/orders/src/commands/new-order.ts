import { createHash, randomBytes } from 'node:crypto';
import { createId } from '@swiftcart/graphql';
import type { Cart } from '../domain/cart.ts';
import type { Order } from '../domain/order.ts';
import { initialOrderStatus } from '../domain/order-lifecycle.ts';
import type { ProcessContext } from '../process-context.ts';
import type { PlaceOrderInput } from './place-order.ts';

/** A hash of what the client asked for, so that a key used twice with different wishes is noticed. */
export function fingerprintOf(input: object): string {
  const entries = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** `SC-7K2M-Q9XD`: 40 random bits without look-alike signs, so that knowing some numbers helps with no other. */
export function newOrderNumber(): string {
  const signs = [...randomBytes(8)].map((byte) => alphabet[byte % 32]).join('');
  return `SC-${signs.slice(0, 4)}-${signs.slice(4)}`;
}

/** The order as its key is recorded: invisible, with everything still to do. */
export function newOrder({
  cart,
  caller,
  input,
  fingerprint,
  context,
}: {
  cart: Cart;
  caller: { customerId: string; correlationId: string };
  input: PlaceOrderInput;
  fingerprint: string;
  context: Pick<ProcessContext, 'now' | 'config'>;
}): Order {
  const now = context.now();
  const id = createId('ord', now);
  return {
    _id: id,
    number: newOrderNumber(),
    customerId: caller.customerId,
    idempotencyKey: input.idempotencyKey,
    fingerprint,
    correlationId: caller.correlationId,
    cartId: cart._id,
    cartVersion: cart.version,
    isLive: true,
    isVisible: false,
    status: initialOrderStatus,
    request: {
      addressId: input.addressId,
      expectedGrandTotal: input.expectedGrandTotal,
      tip: input.tip ?? 0,
      lines: cart.items.map(({ productId, quantity }) => ({ productId, quantity })),
      couponCode: cart.couponCode,
    },
    items: [],
    bill: null,
    address: null,
    note: input.note?.trim() || null,
    payment: {
      _id: `pay_${id.slice(4)}`,
      method: input.paymentMethod,
      status: 'PENDING',
      amount: 0,
      capturedAmount: 0,
      providerReference: null,
      clientSecret: null,
      failureReason: null,
      attempts: [
        {
          number: 1,
          method: input.paymentMethod,
          token: input.paymentToken ?? null,
          idempotencyKey: null,
          fingerprint: null,
          reference: null,
        },
      ],
      refunds: [],
    },
    couponHold: 'NONE',
    cancellation: null,
    refusal: null,
    events: [],
    saga: { todo: ['reserveStock'], dueAt: new Date(now.getTime() + context.config.sagaLeaseMs), attempts: 0 },
    riderUserId: null,
    deliverySequence: 0,
    expiresAt: null,
    placedAt: now,
    updatedAt: now,
    revision: 0,
  };
}
