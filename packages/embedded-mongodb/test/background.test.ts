import { MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

describe('what the server does unasked', () => {
  it('removes documents whose time has come and no others', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    await using mongo = await startClient({ memory: true, ttlSweepMs: 20, now: () => now });
    const sessions = mongo.collection('sessions');
    await sessions.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await sessions.createIndex({ until: -1 }, { expireAfterSeconds: 0 });
    await sessions.insertMany([
      { name: 'old', at: now },
      { name: 'young', at: new Date(now.getTime() + 30_000) },
      { name: 'earliest of several', at: [new Date(now.getTime() + 900_000), now] },
      { name: 'no date', at: 'yesterday' },
      { name: 'none' },
      { name: 'ended', until: new Date(now.getTime() + 59_000) },
    ]);
    now = new Date(now.getTime() + 60_000);
    await expect.poll(() => sessions.distinct('name')).toEqual(['no date', 'none', 'young']);
  });

  it('forgets a cursor that nobody reads, and says so with CursorNotFound', async () => {
    let now = new Date();
    await using mongo = await startClient({ memory: true, cursorTimeoutMs: 1000, now: () => now });
    await mongo.collection().insertMany(Array.from({ length: 10 }, (_, n) => ({ n })));
    const left = mongo.collection().find({}, { batchSize: 2 });
    const kept = mongo.collection().find({}, { batchSize: 2, noCursorTimeout: true });
    await Promise.all([left.next(), kept.next()]);
    now = new Date(now.getTime() + 5000);
    await expect
      .poll(async () => (await mongo.client.db('admin').command({ serverStatus: 1 }))['metrics'].cursor.open.total, {
        timeout: 4000,
      })
      .toBe(1);
    const error = await left.toArray().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MongoServerError);
    expect(error).toMatchObject({ code: 43, codeName: 'CursorNotFound' });
    expect(await kept.toArray()).toHaveLength(9);
  });
});
