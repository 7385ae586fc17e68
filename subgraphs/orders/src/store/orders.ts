import { type DomainEvent, outboxField } from '@swiftcart/events';
import type { Connection, QueryFilter } from 'mongoose';
import type { Order, OrderEvent, Saga } from '../domain/order.ts';
import type { OrderStatus } from '../domain/order-lifecycle.ts';
import { unpaidStatuses } from '../domain/order-lifecycle.ts';
import { duplicateFieldsOf } from './field-types.ts';
import { beginning, orderSchema } from './order-schema.ts';

/** The stored order carries its outgoing events: state and announcement are one write. */
export type OrderDocument = Order & { readonly outbox: readonly DomainEvent[] };

/** One conditional write: fields replaced, history and outgoing events appended. */
export interface OrderPatch {
  readonly set: Partial<Order> & { readonly saga: Saga; readonly updatedAt: Date };
  readonly events: readonly OrderEvent[];
  readonly outbox: readonly DomainEvent[];
}

export interface OrderPageQuery {
  readonly customerId?: string | undefined;
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly placedAfter?: Date | undefined;
  readonly placedBefore?: Date | undefined;
}

export type InsertResult = 'inserted' | 'sameKey' | 'sameCart' | 'sameNumber';
export type OrderStore = ReturnType<typeof createOrderStore>;

// The outbox stays in the database: readers neither need nor carry it.
const shown = { outbox: 0 } as const;

/** Orders by id, number, key or page. `change` is the only way to alter one. */
export function createOrderStore(connection: Connection) {
  const model = connection.model<OrderDocument>('Order', orderSchema(outboxField));
  const one = (filter: QueryFilter<OrderDocument>) => model.findOne(filter, shown).lean<Order>().exec();
  return {
    model,
    find: (id: string) => one({ _id: id }),
    findByNumber: (number: string) => one({ number }),
    findByKey: (customerId: string, idempotencyKey: string) => one({ customerId, idempotencyKey }),
    findLiveOfCart: (cartId: string, cartVersion: number) => one({ cartId, cartVersion, isLive: true }),
    findByAttemptReference: (reference: string) => one({ 'payment.attempts.reference': reference }),
    findMany: (ids: readonly string[]) =>
      model
        .find({ _id: { $in: ids } }, shown)
        .lean<Order[]>()
        .exec(),
    /** The customer's newest order with an address, refused ones included. */
    findLatestAddressed: (customerId: string) =>
      model
        .findOne({ customerId, address: { $ne: null } }, { address: 1 })
        .sort({ _id: -1 })
        .lean<Pick<Order, 'address'>>()
        .exec(),

    async insert(order: Order): Promise<InsertResult> {
      try {
        await model.create({ ...order, outbox: [] });
        return 'inserted';
      } catch (error) {
        const fields = duplicateFieldsOf(error);
        if (fields.includes('idempotencyKey')) return 'sameKey';
        return fields.includes('number') ? 'sameNumber' : 'sameCart';
      }
    },

    /** The order after the change; null when somebody else changed it since that revision was read. */
    change: (order: Pick<Order, '_id' | 'revision'>, patch: OrderPatch) =>
      model
        .findOneAndUpdate(
          { _id: order._id, revision: order.revision },
          {
            $set: patch.set,
            $inc: { revision: 1 },
            ...(patch.events.length || patch.outbox.length
              ? { $push: { events: { $each: [...patch.events] }, outbox: { $each: [...patch.outbox] } } }
              : {}),
          },
          { returnDocument: 'after', projection: shown },
        )
        .lean<Order>()
        .exec(),

    /** Takes the order over until `until`, if nobody else did since it was read. */
    async takeLease(order: Order, until: Date): Promise<boolean> {
      const filter = { _id: order._id, revision: order.revision, 'saga.dueAt': order.saga.dueAt };
      const result = await model.updateOne(filter, { $set: { 'saga.dueAt': until } }).exec();
      return result.modifiedCount === 1;
    },
    /** The order whose worker has been silent longest, taken over until `until`; null when all are well. */
    takeOverdue: (now: Date, until: Date) =>
      model
        .findOneAndUpdate(
          { 'saga.dueAt': { $gt: beginning, $lte: now } },
          { $set: { 'saga.dueAt': until } },
          { sort: { 'saga.dueAt': 1 }, returnDocument: 'after', projection: shown },
        )
        .lean<Order>()
        .exec(),
    /** Puts the next try off; loses against any real change. */
    async postpone(order: Order, dueAt: Date): Promise<void> {
      const filter = { _id: order._id, revision: order.revision };
      await model.updateOne(filter, { $set: { 'saga.dueAt': dueAt }, $inc: { 'saga.attempts': 1 } }).exec();
    },
    findExpired: (now: Date, limit: number) =>
      model
        .find({ status: { $in: unpaidStatuses }, isVisible: true, expiresAt: { $gt: beginning, $lte: now } }, shown)
        .limit(limit)
        .lean<Order[]>()
        .exec(),
    /** Confirmed orders that delivery has not told anything about since `before`. */
    findUnheard: (before: Date, limit: number) =>
      model
        .find({ status: 'CONFIRMED', deliverySequence: 0, updatedAt: { $lt: before } }, shown)
        .limit(limit)
        .lean<Order[]>()
        .exec(),
    countUnpaid: (customerId: string) =>
      model.countDocuments({ customerId, isVisible: true, status: { $in: unpaidStatuses } }).exec(),

    /** Newest first; ids sort by time, so the id alone is the cursor. */
    page: (query: OrderPageQuery, after: string | null, limit: number) =>
      model
        .find({ ...filterOf(query), ...(after ? { _id: { $lt: after } } : {}) }, shown)
        .sort({ _id: -1 })
        .limit(limit)
        .lean<Order[]>()
        .exec(),
    count: (query: OrderPageQuery) => model.countDocuments(filterOf(query)).exec(),
  };
}

function filterOf(query: OrderPageQuery): QueryFilter<OrderDocument> {
  const placedAt = {
    ...(query.placedAfter ? { $gt: query.placedAfter } : {}),
    ...(query.placedBefore ? { $lt: query.placedBefore } : {}),
  };
  return {
    isVisible: true,
    ...(query.customerId === undefined ? {} : { customerId: query.customerId }),
    ...(query.statuses ? { status: { $in: query.statuses } } : {}),
    ...(Object.keys(placedAt).length ? { placedAt } : {}),
  };
}
