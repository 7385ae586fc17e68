import { newEvent } from '@swiftcart/events';
import { startDatabase, type TestDatabase } from '@swiftcart/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionRecord } from '../src/store/sessions.ts';
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
const later = new Date('2026-02-28T09:30:00Z');

function session(id: string): SessionRecord {
  return {
    _id: id,
    userId: 'usr_1',
    epoch: 0,
    refreshHash: 'hash-0',
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    expiresAt: later,
    userAgent: null,
    endedAt: null,
    endReason: null,
    deniedUntil: null,
    purgeAt: later,
    outbox: [],
  };
}

const rotation = (refreshHash: string) => ({ refreshHash, rotatedAt: now, expiresAt: later, purgeAt: later });
function ending(sessionId: string) {
  const event = newEvent({
    topic: 'users',
    kind: 'session.revoked',
    key: sessionId,
    correlationId: 'r',
    payload: {},
    now,
  });
  return { endedAt: now, endReason: 'logout' as const, deniedUntil: later, purgeAt: later, event };
}

test('a rotation decided on an older token changes nothing, however late its write arrives', async () => {
  await store.sessions.insert(session('ses_rotate'));
  expect(await store.sessions.rotate('ses_rotate', { generation: 0 }, rotation('hash-1'))).toMatchObject({
    generation: 1,
  });
  expect(await store.sessions.rotate('ses_rotate', { generation: 1 }, rotation('hash-2'))).toMatchObject({
    generation: 2,
  });
  expect(await store.sessions.rotate('ses_rotate', { generation: 0 }, rotation('hash-1'))).toBeNull();
  expect(await store.sessions.findById('ses_rotate')).toMatchObject({ generation: 2, refreshHash: 'hash-2' });
});

test('an ended session is not rotated back to life and ends once', async () => {
  await store.sessions.insert(session('ses_end'));
  const ends = await Promise.all(
    Array.from({ length: 10 }, () => store.sessions.end('ses_end', 'usr_1', ending('ses_end'))),
  );
  expect(ends.filter(Boolean)).toHaveLength(1);
  expect(await store.sessions.rotate('ses_end', { generation: 0 }, rotation('hash-1'))).toBeNull();
  expect((await store.sessions.findById('ses_end'))?.outbox).toHaveLength(1);
});

test('a session is ended by its own user only', async () => {
  await store.sessions.insert(session('ses_own'));
  expect(await store.sessions.end('ses_own', 'usr_2', ending('ses_own'))).toBe(false);
});

test('of twenty askers one gets a send window, and the others learn how long to wait', async () => {
  const waits = await Promise.all(Array.from({ length: 20 }, () => store.sendWindows.take('otp:+91', 30_000, now)));
  expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(1);
  expect(Math.max(...waits)).toBe(30_000);
  expect(await store.sendWindows.take('otp:+91', 30_000, new Date(now.getTime() + 29_000))).toBe(1_000);
  expect(await store.sendWindows.take('otp:+91', 30_000, new Date(now.getTime() + 30_000))).toBe(0);
});

test('a mail whose process died while sending is never sent again', async () => {
  const notification = {
    _id: 'ntf_1',
    userId: 'usr_1',
    eventId: 'evt_1',
    kind: 'ORDER_PLACED' as const,
    title: 'T',
    body: 'B',
    orderId: null,
    readAt: null,
    createdAt: now,
    mailState: 'pending' as const,
    mailAttempts: 0,
    mailDueAt: now,
  };
  await store.notifications.insertOnce(notification);
  const interruptedAt = new Date(now.getTime() + 600_000);
  const claims = await Promise.all(Array.from({ length: 10 }, () => store.notifications.claimMail(now, interruptedAt)));
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  expect(await store.notifications.giveUpInterrupted(now)).toBe(0);
  expect(await store.notifications.giveUpInterrupted(interruptedAt)).toBe(1);
  expect(await store.notifications.claimMail(later, later)).toBeNull();
});
