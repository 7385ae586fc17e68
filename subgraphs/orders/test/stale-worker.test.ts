import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderOf } from '../src/domain/order.test-data.ts';
import type { Order } from '../src/domain/order.ts';
import { refusal } from '../src/domain/refusal.ts';
import { createCatalogPort } from '../src/ports/catalog.ts';
import { undoStaleEffect } from '../src/saga/undo-stale-effect.ts';
import { createStore } from '../src/store/store.ts';
import { type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders();
});
afterAll(() => shop[Symbol.asyncDispose]());

/** What a worker does when its record failed, with the order as somebody else left it. */
async function wakeUp(effect: 'reserveStock' | 'claimCoupon', latest: Order): Promise<void> {
  const connection = shop.service.database.useDb(shop.databaseName);
  const store = createStore(connection);
  const context = { store, catalog: createCatalogPort(shop.siblings.catalog), logger: shop.service.logger };
  await undoStaleEffect(context as Parameters<typeof undoStaleEffect>[0], effect, latest);
}

describe('a worker that slept through its lease and then held stock or claimed a coupon', () => {
  it('gives back stock that it held for an order refused meanwhile, and leaves it where the order lives', async () => {
    shop.addProduct('prd_stale', { available: 9 });
    const held = { state: 'held' as const, lines: [{ productId: 'prd_stale', quantity: 1 }] };
    const late = orderOf({ _id: 'ord_late', isVisible: false, isLive: false, refusal: refusal('PRICE_CHANGED', 'x') });
    shop.state.entries.set('ord_late', { ...held });
    shop.state.entries.set('ord_alive', { ...held });
    await wakeUp('reserveStock', late);
    await wakeUp('reserveStock', orderOf({ _id: 'ord_alive' }));
    expect(shop.state.entries.get('ord_late')?.state).toBe('released');
    expect(shop.state.entries.get('ord_alive')?.state).toBe('held');
  });

  it('gives back the coupon unless the order counts on it', async () => {
    const coupons = shop.service.database.collection('coupons');
    const claims = ['ord_gone', 'ord_kept'].map((orderId) => ({ orderId, customerId: 'usr_1' }));
    await coupons.insertOne({ _id: 'STALE' as never, usedCount: 2, revision: 0, claims, isActive: true });
    const request = { ...orderOf().request, couponCode: 'STALE' };
    await wakeUp('claimCoupon', orderOf({ _id: 'ord_gone', request, couponHold: 'RELEASED' }));
    await wakeUp('claimCoupon', orderOf({ _id: 'ord_kept', request, couponHold: 'CLAIMED' }));
    const left = await coupons.findOne({ _id: 'STALE' as never });
    expect(left).toMatchObject({ usedCount: 1, claims: [{ orderId: 'ord_kept' }] });
  });
});
