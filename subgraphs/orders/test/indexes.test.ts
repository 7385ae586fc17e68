import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders();
});
afterAll(() => shop[Symbol.asyncDispose]());

const now = new Date();
const since = new Date(0);
const queries: [collection: string, filter: object, sort?: object][] = [
  ['carts', { ownerId: 'usr_1' }],
  ['carts', { tokenHash: 'hash', expiresAt: { $gt: now } }],
  ['carts', { 'items._id': { $in: ['cit_1', 'cit_2'] } }],
  ['carts', { isMergeDone: false, updatedAt: { $lt: now }, mergedInto: { $gt: '' } }],
  ['orders', { customerId: 'usr_1', idempotencyKey: 'k' }],
  ['orders', { number: 'SC-1' }],
  ['orders', { cartId: 'cart_1', cartVersion: 1, isLive: true }],
  ['orders', { 'saga.dueAt': { $gt: since, $lte: now } }, { 'saga.dueAt': 1 }],
  ['orders', { status: { $in: ['PENDING_PAYMENT'] }, isVisible: true, expiresAt: { $gt: since, $lte: now } }],
  ['orders', { status: 'CONFIRMED', deliverySequence: 0, updatedAt: { $lt: now } }],
  ['orders', { isVisible: true, customerId: 'usr_1' }, { _id: -1 }],
  ['orders', { isVisible: true, status: { $in: ['CONFIRMED'] }, _id: { $lt: 'ord_1' } }, { _id: -1 }],
  ['orders', { 'payment.attempts.reference': 'pi_1' }],
  ['orders', { 'outbox.id': { $gt: '' } }],
  ['simulated_payments', { key: 'k' }],
];

describe('what the shop asks of its database', () => {
  it.each(queries)('never scans %s for %j', async (collection, filter, sort) => {
    const cursor = shop.service.database.collection(collection).find(filter);
    const plan = JSON.stringify(await (sort ? cursor.sort(sort as never) : cursor).explain('queryPlanner'));
    expect(plan).toContain('IXSCAN');
    expect(plan).not.toContain('COLLSCAN');
  });
});
