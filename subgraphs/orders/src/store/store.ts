import type { Connection } from 'mongoose';
import { createCartStore } from './carts.ts';
import { createCouponStore } from './coupons.ts';
import { createOrderStore } from './orders.ts';
import { createSimulatedPaymentStore } from './simulated-payments.ts';

export type Store = ReturnType<typeof createStore>;

/** All collections of this subgraph on one connection; nobody else reads them. */
export function createStore(connection: Connection) {
  const carts = createCartStore(connection);
  const orders = createOrderStore(connection);
  const coupons = createCouponStore(connection);
  const simulatedPayments = createSimulatedPaymentStore(connection);
  return {
    carts,
    orders,
    coupons,
    simulatedPayments,
    /** Unique keys are rules of the shop: nothing may run before they exist. */
    async createIndexes(): Promise<void> {
      const stores = [carts, orders, coupons, simulatedPayments];
      await Promise.all(stores.map((store) => store.model.createIndexes()));
    },
  };
}
