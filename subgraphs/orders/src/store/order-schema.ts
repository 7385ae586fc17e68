import { Schema } from 'mongoose';
import {
  anyText,
  collectionOptions,
  flag,
  instant,
  instantOrNull,
  numberOrNull,
  part,
  text,
  textOrNull,
  whole,
} from './field-types.ts';

const item = part({
  _id: text,
  productId: text,
  sku: text,
  productName: text,
  packLabel: anyText,
  imageUrl: textOrNull,
  categoryId: anyText,
  unitPrice: whole,
  mrp: whole,
  quantity: whole,
  refundedQuantity: whole,
});

const bill = part({
  itemTotal: whole,
  mrpTotal: whole,
  discount: whole,
  couponDiscount: whole,
  deliveryFee: whole,
  handlingFee: whole,
  tip: whole,
  grandTotal: whole,
  savings: whole,
});

const address = part({
  label: anyText,
  recipientName: anyText,
  line1: anyText,
  line2: textOrNull,
  city: anyText,
  pincode: anyText,
  landmark: textOrNull,
  latitude: numberOrNull,
  longitude: numberOrNull,
});

const request = part({
  addressId: text,
  expectedGrandTotal: whole,
  tip: whole,
  lines: [part({ productId: text, quantity: whole })],
  couponCode: textOrNull,
});

const attempt = part({
  number: whole,
  method: text,
  token: textOrNull,
  idempotencyKey: textOrNull,
  fingerprint: textOrNull,
  reference: textOrNull,
});

const refund = part({
  _id: text,
  idempotencyKey: text,
  fingerprint: anyText,
  amount: whole,
  status: text,
  reason: textOrNull,
  items: [part({ orderItemId: text, quantity: whole })],
  createdAt: instant,
  requestedBy: textOrNull,
});

const payment = part({
  _id: text,
  method: text,
  status: text,
  amount: whole,
  capturedAmount: whole,
  providerReference: textOrNull,
  clientSecret: textOrNull,
  failureReason: textOrNull,
  attempts: [attempt],
  refunds: [refund],
});

const cancellation = part({ reason: text, note: textOrNull, cancelledBy: text, actorId: textOrNull, at: instant });

const refusal = part({
  code: text,
  message: text,
  field: { type: [String], default: null },
  itemId: textOrNull,
  productId: textOrNull,
  availableQuantity: numberOrNull,
  currentGrandTotal: numberOrNull,
});

const event = part({
  sequence: whole,
  kind: text,
  note: textOrNull,
  actorKind: text,
  actorId: textOrNull,
  occurredAt: instant,
});

/**
 * Earlier than any instant of ours. MongoDB uses a partial index only where the query implies its filter, so queries by
 * `saga.dueAt` and `expiresAt` name this bound too.
 */
export const beginning = new Date(0);

/** The order's collection. `outbox` is the field definition of the events package. */
export function orderSchema(outbox: unknown): Schema {
  const schema = new Schema(
    {
      _id: text,
      number: text,
      customerId: text,
      idempotencyKey: text,
      fingerprint: text,
      correlationId: anyText,
      cartId: text,
      cartVersion: whole,
      isLive: flag,
      isVisible: flag,
      status: text,
      request: { type: request, required: true },
      items: [item],
      bill: { type: bill, default: null },
      address: { type: address, default: null },
      note: textOrNull,
      payment: { type: payment, required: true },
      couponHold: text,
      cancellation: { type: cancellation, default: null },
      refusal: { type: refusal, default: null },
      events: [event],
      saga: { type: part({ todo: [String], dueAt: instantOrNull, attempts: whole }), required: true },
      riderUserId: textOrNull,
      deliverySequence: whole,
      expiresAt: instantOrNull,
      placedAt: instant,
      updatedAt: instant,
      revision: whole,
      outbox: outbox as Record<string, unknown>,
    },
    { ...collectionOptions, collection: 'orders' },
  );
  // A repeated click is the same order.
  schema.index({ customerId: 1, idempotencyKey: 1 }, { unique: true });
  schema.index({ number: 1 }, { unique: true });
  // One live order per cart as it was: two keys cannot sell one cart twice.
  schema.index({ cartId: 1, cartVersion: 1 }, { unique: true, partialFilterExpression: { isLive: true } });
  schema.index({ 'saga.dueAt': 1 }, { partialFilterExpression: { 'saga.dueAt': { $gt: beginning } } });
  schema.index({ expiresAt: 1 }, { partialFilterExpression: { expiresAt: { $gt: beginning } } });
  schema.index({ customerId: 1, _id: -1 });
  schema.index({ status: 1, _id: -1 });
  // Confirmed orders that delivery has said nothing about: few, however many orders there are.
  schema.index({ deliverySequence: 1, updatedAt: 1 }, { partialFilterExpression: { status: 'CONFIRMED' } });
  schema.index({ 'payment.attempts.reference': 1 });
  return schema;
}
