import { type DomainEvent, outboxField } from '@swiftcart/events';
import { type Connection, type Model, Schema } from 'mongoose';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import { deliveryStates } from '../domain/delivery-state.ts';
import { riderProgressValues } from '../domain/rider-progress.ts';

/** A delivery as the collection holds it: the order's id is the key, so an order can have but one. */
export interface StoredDelivery extends Omit<DeliveryRecord, 'orderId' | 'id'> {
  _id: string;
  publicId: string;
  outbox: DomainEvent[];
}

const nullable = <Type>(type: Type) => ({ type, default: null });
const part = (definition: Record<string, unknown>) => new Schema(definition, { _id: false });

const place = { latitude: Number, longitude: Number };
const event = part({
  id: { type: String, required: true },
  sequence: { type: Number, required: true },
  kind: { type: String, required: true },
  from: nullable(String),
  to: { type: String, required: true },
  note: nullable(String),
  occurredAt: { type: Date, required: true },
  actorKind: { type: String, required: true },
  actorId: nullable(String),
  requestKey: nullable(String),
  requestFingerprint: nullable(String),
});
const destination = part({
  recipientName: String,
  line1: String,
  line2: nullable(String),
  city: String,
  pincode: String,
  landmark: nullable(String),
  latitude: nullable(Number),
  longitude: nullable(Number),
});

const deliverySchema = new Schema<StoredDelivery>(
  {
    _id: { type: String, required: true },
    publicId: { type: String, required: true },
    orderNumber: nullable(String),
    customerId: nullable(String),
    destination: nullable(destination),
    itemCount: { type: Number, required: true },
    state: { type: String, enum: deliveryStates, required: true },
    sequence: { type: Number, required: true },
    revision: { type: Number, required: true },
    timeline: { type: [event], required: true },
    riderId: nullable(String),
    riderUserId: nullable(String),
    progress: { type: String, enum: riderProgressValues, required: true },
    position: nullable(part({ ...place, recordedAt: Date })),
    placedAt: { type: Date, required: true },
    promisedAt: { type: Date, required: true },
    estimatedAt: { type: Date, required: true },
    isEstimateLate: { type: Boolean, required: true },
    packedAt: nullable(Date),
    dispatchedAt: nullable(Date),
    deliveredAt: nullable(Date),
    packSeconds: nullable(Number),
    deliverySeconds: nullable(Number),
    attempts: { type: [part({ reason: String, note: nullable(String), occurredAt: Date })], required: true },
    handover: nullable(part({ code: String, wrongTries: Number })),
    proof: nullable(
      part({ method: String, photoUrl: nullable(String), receivedBy: nullable(String), verifiedAt: Date }),
    ),
    updatedAt: { type: Date, required: true },
    outbox: outboxField,
  },
  { collection: 'deliveries', versionKey: false, minimize: false, strict: 'throw' },
);
// The queue, by state or by rider, in the order of its pages.
deliverySchema.index({ state: 1, promisedAt: 1, _id: 1 });
deliverySchema.index({ riderId: 1, promisedAt: 1, _id: 1 });
// Representations by the public id; whether a rider serves one of a customer's orders.
deliverySchema.index({ publicId: 1 });
deliverySchema.index({ customerId: 1, riderId: 1 });
// What changed since the last look (live queue), and the operations summary.
deliverySchema.index({ updatedAt: 1 });
deliverySchema.index({ placedAt: 1 });

export function createDeliveryModel(connection: Connection): Model<StoredDelivery> {
  return connection.model<StoredDelivery>('Delivery', deliverySchema);
}

/** A plain document as the domain knows it; the outbox stays behind. */
export function toRecord({ _id, publicId, outbox: _outbox, ...rest }: StoredDelivery): DeliveryRecord {
  return { orderId: _id, id: publicId, ...rest };
}
