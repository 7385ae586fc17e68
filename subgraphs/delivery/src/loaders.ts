import { loadByKey } from '@swiftcart/graphql';
import DataLoader from 'dataloader';
import type { DeliveryRecord } from './domain/delivery-record.ts';
import type { RiderRecord } from './store/rider-store.ts';
import type { Store } from './store/store.ts';

/** One request's reads by key, batched; a whole page costs one query for each loader it touches. */
export interface Loaders {
  readonly deliveryByOrderId: DataLoader<string, DeliveryRecord | null>;
  readonly deliveryById: DataLoader<string, DeliveryRecord | null>;
  readonly riderById: DataLoader<string, RiderRecord | null>;
  /** Whether a rider is on the way to this customer: the pair of customer and rider. */
  readonly servesCustomer: DataLoader<{ customerId: string; riderId: string }, boolean, string>;
  /** Forgets what was read. A subscription's context outlives its events, and each event must see the present. */
  clear(): void;
}

export function createLoaders({ deliveries, queries, riders }: Store): Loaders {
  const deliveryByOrderId = new DataLoader<string, DeliveryRecord | null>(async (orderIds) =>
    loadByKey(orderIds, await deliveries.findByOrderIds(orderIds), ({ orderId }) => orderId),
  );
  const deliveryById = new DataLoader<string, DeliveryRecord | null>(async (ids) =>
    loadByKey(ids, await deliveries.findByIds(ids), ({ id }) => id),
  );
  const riderById = new DataLoader<string, RiderRecord | null>(async (ids) =>
    loadByKey(ids, await riders.findByIds(ids), ({ id }) => id),
  );
  const servesCustomer = new DataLoader<{ customerId: string; riderId: string }, boolean, string>(
    async (pairs) => {
      // One request has one caller, so there is one customer.
      const serving = await queries.ridersServing(
        pairs[0]?.customerId ?? '',
        pairs.map(({ riderId }) => riderId),
      );
      return pairs.map(({ riderId }) => serving.includes(riderId));
    },
    { cacheKeyFn: ({ customerId, riderId }) => `${customerId} ${riderId}` },
  );
  const all = [deliveryByOrderId, deliveryById, riderById, servesCustomer];
  return {
    deliveryByOrderId,
    deliveryById,
    riderById,
    servesCustomer,
    clear() {
      for (const loader of all) loader.clearAll();
    },
  };
}
