import type { Model, QueryFilter } from 'mongoose';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import { activeStates, type DeliveryState, deliveryStates, isFinal } from '../domain/delivery-state.ts';
import { type StoredDelivery, toRecord } from './delivery-model.ts';

/** Conditions of the work list; those that are undefined do not count. */
export interface QueueConditions {
  readonly states: readonly DeliveryState[];
  readonly isLate?: boolean | undefined;
  readonly riderId?: string | undefined;
  readonly isUnassigned?: boolean | undefined;
}

/** Deliveries in one state, and how many of them are or were late. */
export interface StateFigures {
  readonly state: DeliveryState;
  readonly count: number;
  readonly lateCount: number;
}

/** Averages are null where nothing has got so far. */
export interface Figures {
  readonly states: readonly StateFigures[];
  readonly lateCount: number;
  readonly averagePackSeconds: number | null;
  readonly averageDeliverySeconds: number | null;
}

/** Reads of many deliveries at once, each over one index. */
export type DeliveryQueries = ReturnType<typeof createDeliveryQueries>;

export function createDeliveryQueries(model: Model<StoredDelivery>) {
  async function find(filter: QueryFilter<StoredDelivery>, sort: Record<string, 1 | -1>, limit: number) {
    const found = await model.find(filter).sort(sort).limit(limit).lean<StoredDelivery[]>();
    return found.map(toRecord);
  }

  return {
    /** Oldest promise first, then by order id; `after` is the last row's pair. */
    async queuePage(
      conditions: QueueConditions,
      { after, limit, now }: { after?: { promisedAt: Date; orderId: string }; limit: number; now: Date },
    ): Promise<DeliveryRecord[]> {
      const rest =
        after === undefined
          ? []
          : [
              {
                $or: [
                  { promisedAt: { $gt: after.promisedAt } },
                  { promisedAt: after.promisedAt, _id: { $gt: after.orderId } },
                ],
              },
            ];
      return find({ $and: [...queueFilters(conditions, now), ...rest] }, { promisedAt: 1, _id: 1 }, limit);
    },

    async queueCount(conditions: QueueConditions, now: Date): Promise<number> {
      return model.countDocuments({ $and: queueFilters(conditions, now) });
    },

    /** Changed at or after an instant, oldest change first. */
    async changedSince(since: Date, limit: number): Promise<DeliveryRecord[]> {
      return find({ updatedAt: { $gte: since } }, { updatedAt: 1 }, limit);
    },

    /** Which of these riders are assigned to a delivery of the customer that is not final. */
    async ridersServing(customerId: string, riderIds: readonly string[]): Promise<string[]> {
      const found = await model
        .find({ customerId, riderId: { $in: riderIds }, state: { $in: activeStates } }, { riderId: 1 })
        .lean<Pick<StoredDelivery, 'riderId'>[]>();
      return found.flatMap(({ riderId }) => (riderId === null ? [] : [riderId]));
    },

    /** Packed parcels without a rider, oldest promise first. */
    async waitingForRider(limit: number): Promise<DeliveryRecord[]> {
      return find({ state: 'PACKED', riderId: null }, { promisedAt: 1, _id: 1 }, limit);
    },

    /** Still on the way although they were expected before the instant. */
    async overdueSince(before: Date, limit: number): Promise<DeliveryRecord[]> {
      return find({ state: { $in: activeStates }, estimatedAt: { $lt: before } }, { promisedAt: 1, _id: 1 }, limit);
    },

    /** Over deliveries placed at or after an instant. */
    async figuresSince(since: Date, now: Date): Promise<Figures> {
      const $match = { placedAt: { $gte: since } };
      const [groups, [averages], overdueCount] = await Promise.all([
        model.aggregate<{ _id: { state: DeliveryState; isLate: boolean }; count: number }>([
          { $match },
          { $group: { _id: { state: '$state', isLate: '$isEstimateLate' }, count: { $sum: 1 } } },
        ]),
        model.aggregate<{ pack: number | null; delivery: number | null }>([
          { $match },
          { $group: { _id: null, pack: { $avg: '$packSeconds' }, delivery: { $avg: '$deliverySeconds' } } },
        ]),
        // The clock has made these late, although no write has marked them so yet.
        model.countDocuments({
          ...$match,
          state: { $in: activeStates },
          isEstimateLate: false,
          promisedAt: { $lt: now },
        }),
      ]);
      const states = deliveryStates.map((state) => {
        const rows = groups.filter(({ _id }) => _id.state === state);
        return { state, count: sum(rows), lateCount: sum(rows.filter(({ _id }) => _id.isLate)) };
      });
      return {
        states,
        lateCount: states.reduce((total, { lateCount }) => total + lateCount, overdueCount),
        averagePackSeconds: averages?.pack ?? null,
        averageDeliverySeconds: averages?.delivery ?? null,
      };
    },
  };
}

function sum(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((total, { count }) => total + count, 0);
}

/** Each entry must hold. Lateness by the clock counts only while a parcel is on its way. */
function queueFilters(conditions: QueueConditions, now: Date): QueryFilter<StoredDelivery>[] {
  const filters: QueryFilter<StoredDelivery>[] = [{ state: { $in: conditions.states } }];
  if (conditions.riderId !== undefined) filters.push({ riderId: conditions.riderId });
  if (conditions.isUnassigned !== undefined) {
    filters.push({ riderId: conditions.isUnassigned ? null : { $ne: null } });
  }
  if (conditions.isLate === true) {
    filters.push({ $or: [{ isEstimateLate: true }, { state: { $in: activeStates }, promisedAt: { $lt: now } }] });
  }
  if (conditions.isLate === false) {
    const final = deliveryStates.filter(isFinal);
    filters.push({ isEstimateLate: false }, { $or: [{ state: { $in: final } }, { promisedAt: { $gte: now } }] });
  }
  return filters;
}
