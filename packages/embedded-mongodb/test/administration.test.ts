import { createHash } from 'node:crypto';
import { Binary } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

// https://www.mongodb.com/docs/manual/reference/command/
describe('what test suites and tools ask a server', () => {
  it('lists the databases that every server has, beside those that were made', async () => {
    await using mongo = await startClient();
    await mongo.collection().insertOne({ n: 1 });
    const { databases } = await mongo.client.db().admin().listDatabases();
    expect(databases.map(({ name }) => name)).toEqual(['admin', 'config', 'local', 'test']);
  });

  it('has no users to drop, and refuses to make one', async () => {
    await using mongo = await startClient();
    expect(await mongo.db.command({ dropAllUsersFromDatabase: 1 })).toMatchObject({ n: 0, ok: 1 });
    expect(await mongo.db.command({ usersInfo: 1 })).toMatchObject({ users: [] });
    await expect(mongo.db.command({ createUser: 'a', pwd: 'b', roles: [] })).rejects.toMatchObject({ code: 115 });
  });

  it('is no replica set, runs no JavaScript and does not profile', async () => {
    await using mongo = await startClient();
    const admin = mongo.client.db('admin');
    await expect(admin.command({ replSetGetStatus: 1 })).rejects.toMatchObject({
      code: 76,
      codeName: 'NoReplicationEnabled',
    });
    // https://www.mongodb.com/docs/manual/core/server-side-javascript/#disable-server-side-javascript
    await expect(mongo.db.command({ mapReduce: 'things' })).rejects.toMatchObject({ code: 31246 });
    expect(await mongo.db.command({ profile: -1 })).toMatchObject({ was: 0 });
    await expect(mongo.db.command({ profile: 2 })).rejects.toMatchObject({ code: 115 });
    await expect(admin.command({ fsync: 1, lock: true })).rejects.toMatchObject({ code: 115 });
    expect(await admin.command({ fsync: 1 })).toMatchObject({ ok: 1 });
  });

  it('tells of itself: parameters, the command line, the running operation', async () => {
    await using mongo = await startClient({ memory: true, testCommands: true });
    const admin = mongo.client.db('admin');
    expect(await admin.command({ getParameter: 1, enableTestCommands: 1 })).toMatchObject({ enableTestCommands: true });
    expect(await admin.command({ getParameter: '*' })).toMatchObject({ requireApiVersion: false });
    await expect(admin.command({ getParameter: 1, noSuch: 1 })).rejects.toMatchObject({ code: 72 });
    expect((await admin.command({ getCmdLineOpts: 1 }))['argv']).toContain('--test-commands');
    const { inprog } = await admin.command({ currentOp: 1 });
    expect(inprog[0]).toMatchObject({ op: 'command', command: { currentOp: 1 } });
  });

  it('measures, compacts and reindexes a collection, when there is one', async () => {
    await using mongo = await startClient();
    await mongo.collection().insertMany([{ n: 1 }, { n: 2 }]);
    expect(await mongo.db.command({ dataSize: 'test.things' })).toMatchObject({ numObjects: 2, size: 58 });
    expect(await mongo.db.command({ reIndex: 'things' })).toMatchObject({ nIndexes: 1 });
    expect(await mongo.db.command({ compact: 'things' })).toMatchObject({ bytesFreed: 0 });
    await expect(mongo.db.command({ compact: 'none' })).rejects.toMatchObject({ code: 26 });
  });

  it('digests a GridFS file', async () => {
    await using mongo = await startClient();
    const chunks = ['one', 'two'].map((text, n) => ({ files_id: 1, n, data: new Binary(Buffer.from(text)) }));
    await mongo.collection('fs.chunks').insertMany(chunks.reverse());
    const md5 = createHash('md5').update('onetwo').digest('hex');
    expect(await mongo.db.command({ filemd5: 1, root: 'fs' })).toMatchObject({ numChunks: 2, md5 });
  });

  it('answers an unacknowledged write with nothing, its errors neither', async () => {
    await using mongo = await startClient();
    const insert = { insert: 'things', documents: [{ _id: 1 }, { _id: 1 }], writeConcern: { w: 0 } };
    expect(await mongo.db.command(insert)).toEqual({ ok: 1 });
    expect(await mongo.collection().countDocuments()).toBe(1);
  });

  it('refuses a partial index over what mongod cannot filter by', async () => {
    await using mongo = await startClient();
    const create = (partialFilterExpression: object) =>
      mongo.collection().createIndex({ a: 1 }, { partialFilterExpression });
    const refusal = { code: 67, codeName: 'CannotCreateIndex' };
    await expect(create({ a: { $exists: false } })).rejects.toMatchObject(refusal);
    await expect(create({ a: { $ne: 1 } })).rejects.toMatchObject(refusal);
    await expect(create({ $nor: [{ a: 1 }] })).rejects.toMatchObject(refusal);
    expect(await create({ $and: [{ a: { $exists: true } }, { b: { $gt: 5 } }] })).toBe('a_1');
  });

  it('makes every command with a time limit run out of time, when told to', async () => {
    await using mongo = await startClient({ memory: true, testCommands: true });
    const admin = mongo.client.db('admin');
    await admin.command({ configureFailPoint: 'maxTimeAlwaysTimeOut', mode: 'alwaysOn' });
    await expect(mongo.collection().find({}, { maxTimeMS: 100 }).toArray()).rejects.toMatchObject({ code: 50 });
    expect(await mongo.collection().find().toArray()).toEqual([]);
    await admin.command({ configureFailPoint: 'maxTimeAlwaysTimeOut', mode: 'off' });
    expect(await mongo.collection().find({}, { maxTimeMS: 100 }).toArray()).toEqual([]);
  });
});
