import type { DomainEvent } from '@swiftcart/events';
import type { Connection } from 'mongoose';
import type {
  DeliveryDestination,
  DeliveryEvent,
  DeliveryRecord,
  DeliveryValues,
  RiderPosition,
} from '../domain/delivery-record.ts';
import { activeStates } from '../domain/delivery-state.ts';
import { createDeliveryModel, type StoredDelivery, toRecord } from './delivery-model.ts';
import { isDuplicateKey } from './duplicate-key.ts';

/** Who and what a delivery is for; known from the order's confirmation. */
export interface DeliveryOrder {
  readonly orderNumber: string;
  readonly customerId: string;
  readonly destination: DeliveryDestination | null;
  readonly itemCount: number;
}

/** Just enough to see whether a record has changed since it was last read. */
export interface DeliveryMarker {
  readonly orderId: string;
  readonly revision: number;
  readonly positionAt: Date | null;
}

/** Single records and guarded writes. Lists for people are in delivery-queries.ts. */
export type DeliveryStore = ReturnType<typeof createDeliveryStore>;

export function createDeliveryStore(connection: Connection) {
  const model = createDeliveryModel(connection);

  return {
    model,

    async findByOrderIds(orderIds: readonly string[]): Promise<DeliveryRecord[]> {
      const found = await model.find({ _id: { $in: orderIds } }).lean<StoredDelivery[]>();
      return found.map(toRecord);
    },

    async findByOrderId(orderId: string): Promise<DeliveryRecord | null> {
      const found = await model.findById(orderId).lean<StoredDelivery>();
      return found === null ? null : toRecord(found);
    },

    async findByIds(ids: readonly string[]): Promise<DeliveryRecord[]> {
      const found = await model.find({ publicId: { $in: ids } }).lean<StoredDelivery[]>();
      return found.map(toRecord);
    },

    /** Answers false when the order has a record already. */
    async insert({ orderId, id, ...rest }: DeliveryRecord, outbox: readonly DomainEvent[]): Promise<boolean> {
      try {
        const events = outbox.length === 0 ? {} : { outbox: [...outbox] };
        await model.collection.insertOne({ _id: orderId, publicId: id, ...rest, ...events } as never);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    /**
     * Writes values, timeline and outgoing events in one go, provided the record still has the revision that the decision
     * was made on. Null when it has moved on: read again and decide again.
     */
    async writeIf(
      { orderId, revision }: Pick<DeliveryRecord, 'orderId' | 'revision'>,
      set: Partial<DeliveryValues>,
      { events, outbox, now }: { events: readonly DeliveryEvent[]; outbox: readonly DomainEvent[]; now: Date },
    ): Promise<DeliveryRecord | null> {
      const last = events.at(-1);
      const sequence = last === undefined ? {} : { sequence: last.sequence };
      const push = last === undefined ? {} : { $push: { timeline: { $each: events }, outbox: { $each: outbox } } };
      const written = await model
        .findOneAndUpdate(
          { _id: orderId, revision },
          { $set: { ...set, ...sequence, revision: revision + 1, updatedAt: now }, ...push },
          { returnDocument: 'after' },
        )
        .lean<StoredDelivery>();
      return written === null ? null : toRecord(written);
    },

    /** Gives a record that a cancellation left behind its order, once; false when it has one. */
    async adopt(
      { orderId, revision }: Pick<DeliveryRecord, 'orderId' | 'revision'>,
      order: DeliveryOrder,
      { outbox, now }: { outbox: readonly DomainEvent[]; now: Date },
    ): Promise<boolean> {
      const result = await model.updateOne(
        { _id: orderId, revision, orderNumber: null },
        { $set: { ...order, revision: revision + 1, updatedAt: now }, $push: { outbox: { $each: outbox } } },
      );
      return result.modifiedCount === 1;
    },

    /** Overwrites the position while this rider still delivers it. No revision: a newer report always wins. */
    async setPosition(orderId: string, riderId: string, position: RiderPosition): Promise<DeliveryRecord | null> {
      const written = await model
        .findOneAndUpdate(
          { _id: orderId, riderId, state: { $in: activeStates } },
          { $set: { position } },
          { returnDocument: 'after' },
        )
        .lean<StoredDelivery>();
      return written === null ? null : toRecord(written);
    },

    async findMarkers(orderIds: readonly string[]): Promise<DeliveryMarker[]> {
      const found = await model
        .find({ _id: { $in: orderIds } }, { revision: 1, 'position.recordedAt': 1 })
        .lean<Pick<StoredDelivery, '_id' | 'revision' | 'position'>[]>();
      return found.map(({ _id, revision, position }) => ({
        orderId: _id,
        revision,
        positionAt: position?.recordedAt ?? null,
      }));
    },
  };
}
