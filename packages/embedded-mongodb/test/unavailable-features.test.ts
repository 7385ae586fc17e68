import { MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

type Mongo = Awaited<ReturnType<typeof startClient>>;
interface Case {
  readonly what: string;
  readonly code: number;
  readonly codeName: string;
  readonly message?: string;
  run(mongo: Mongo): Promise<unknown>;
}

const things = (mongo: Mongo) => mongo.collection();

/** What needs a script engine or Atlas, refused as a mongod refuses it that has neither. */
const CASES: readonly Case[] = [
  // https://www.mongodb.com/docs/manual/core/server-side-javascript/#disable-server-side-javascript
  {
    what: '$where, which would run JavaScript',
    code: 6108304,
    codeName: 'Location6108304',
    run: (mongo) => things(mongo).find({ $where: 'true' }).toArray(),
  },
  // https://www.mongodb.com/docs/manual/reference/operator/aggregation/match/
  {
    what: '$where in a pipeline',
    code: 2,
    codeName: 'BadValue',
    message: '$where is not allowed in this context',
    run: (mongo) =>
      things(mongo)
        .aggregate([{ $sort: { n: 1 } }, { $match: { $and: [{ $where: 'true' }] } }])
        .toArray(),
  },
  // https://www.mongodb.com/docs/manual/reference/operator/aggregation/accumulator/ without JavaScript
  {
    what: '$accumulator, which would run JavaScript',
    code: 31264,
    codeName: 'Location31264',
    run: (mongo) =>
      things(mongo)
        .aggregate([{ $group: { _id: null, x: { $accumulator: {} } } }])
        .toArray(),
  },
  // https://www.mongodb.com/docs/manual/reference/command/createSearchIndexes/ : Atlas alone has them.
  {
    what: 'making a search index',
    code: 31082,
    codeName: 'SearchNotEnabled',
    run: (mongo) => things(mongo).createSearchIndex({ definition: { mappings: { dynamic: true } } }),
  },
  {
    what: 'listing search indexes',
    code: 31082,
    codeName: 'SearchNotEnabled',
    run: (mongo) => things(mongo).listSearchIndexes().toArray(),
  },
  {
    what: '$vectorSearch',
    code: 31082,
    codeName: 'SearchNotEnabled',
    run: (mongo) =>
      things(mongo)
        .aggregate([{ $vectorSearch: { index: 'x' } }])
        .toArray(),
  },
];

describe('a feature that this server has not', () => {
  it.each(CASES)('$what: $code', async ({ run, code, codeName, message }) => {
    await using mongo = await startClient();
    await things(mongo).insertOne({ n: 1 });
    const error = await run(mongo).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(MongoServerError);
    expect(error).toMatchObject({ code, codeName, ...(message ? { message } : {}) });
  });
});
