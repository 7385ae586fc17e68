import { startDatabase, type TestDatabase } from '@swiftcart/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type Store } from '../src/store/store.ts';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await startDatabase();
  const uri = database.uri('swiftcart_users');
  store = await openStore(uri, new URL(uri).pathname.slice(1));
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const now = new Date('2026-01-31T09:30:00Z');

/** Every kind of query that a request or a background round makes. */
const queries: readonly (readonly [
  keyof Pick<Store, 'users' | 'sessions' | 'notifications'>,
  Record<string, unknown>,
])[] = [
  ['users', { email: 'asha@example.com' }],
  ['users', { phone: '+919876543210', isPhoneVerified: true }],
  ['users', { 'addresses.id': { $in: ['adr_1'] } }],
  ['users', { $and: [{ searchTerms: { $regex: '^asha' } }] }],
  ['users', { roles: { $in: ['OPERATOR', 'ADMIN'] }, blocked: null }],
  ['users', { 'outbox.id': { $gt: '' } }],
  ['sessions', { userId: { $in: ['usr_1'] }, endedAt: null, expiresAt: { $gt: now } }],
  ['sessions', { deniedUntil: { $gt: now }, endedAt: { $gte: now } }],
  ['sessions', { 'outbox.id': { $gt: '' } }],
  ['notifications', { userId: 'usr_1', readAt: null }],
  ['notifications', { eventId: 'evt_1', userId: 'usr_1' }],
  ['notifications', { mailState: 'pending', mailDueAt: { $lte: now } }],
];

test.each(queries)('reads %s %j by an index, not by looking at every document', async (collection, filter) => {
  const explained = await store[collection].model.collection.find(filter).explain('executionStats');
  expect(JSON.stringify(explained)).toContain('IXSCAN');
  expect(JSON.stringify(explained)).not.toContain('COLLSCAN');
});
