import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

const withTestCommands = () =>
  startClient({ memory: true, testCommands: true }, { retryReads: false, appName: 'mine' });

// https://github.com/mongodb/specifications/blob/master/source/unified-test-format/unified-test-format.md (failPoint)
describe('configureFailPoint', () => {
  it('is no command of a server that was not started for tests', async () => {
    await using mongo = await startClient();
    const refused = mongo.client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'alwaysOn' });
    await expect(refused).rejects.toMatchObject({ code: 59, codeName: 'CommandNotFound' });
  });

  it('fails the named commands as often as it says, with code, name and labels', async () => {
    await using mongo = await withTestCommands();
    await mongo.client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode: { times: 2 },
      data: { failCommands: ['find'], errorCode: 11600, errorLabels: ['Marked'] },
    });
    await mongo.collection().insertOne({ n: 1 });
    for (const _ of [1, 2]) {
      const error = await mongo
        .collection()
        .findOne()
        .catch((thrown) => thrown);
      expect(error).toBeInstanceOf(MongoServerError);
      expect(error).toMatchObject({ code: 11600, codeName: 'InterruptedAtShutdown' });
      expect(error.hasErrorLabel('Marked')).toBe(true);
    }
    expect(await mongo.collection().countDocuments()).toBe(1);
    expect(await mongo.collection().findOne()).toMatchObject({ n: 1 });
  });

  it('hangs up instead of answering, and strikes other programs only when it names them', async () => {
    await using mongo = await withTestCommands();
    const admin = mongo.client.db('admin');
    const data = { failCommands: ['insert'], closeConnection: true };
    await admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data: { ...data, appName: 'other' } });
    await mongo.collection().insertOne({ n: 1 });
    await admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data: { ...data, appName: 'mine' } });
    await expect(mongo.collection().insertOne({ n: 2 })).rejects.toBeInstanceOf(MongoNetworkError);
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
    expect(await mongo.collection().countDocuments()).toBe(1);
  });

  it('adds a write concern error to a write that was carried out', async () => {
    await using mongo = await withTestCommands();
    await mongo.client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode: { times: 1 },
      data: { failCommands: ['insert'], writeConcernError: { code: 91, errmsg: 'shutting down' } },
    });
    await expect(mongo.collection().insertOne({ n: 1 })).rejects.toMatchObject({ code: 91 });
    expect(await mongo.collection().countDocuments()).toBe(1);
  });

  it('refuses what it would otherwise ignore', async () => {
    await using mongo = await withTestCommands();
    const admin = mongo.client.db('admin');
    await expect(admin.command({ configureFailPoint: 'noSuch', mode: 'off' })).rejects.toMatchObject({ code: 9 });
    const data = { failCommands: ['find'], explode: true };
    await expect(admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data })).rejects.toMatchObject({
      code: 2,
    });
  });
});
