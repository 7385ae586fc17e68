import { type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import { type EmbeddedMongodbOptions, startEmbeddedMongodb } from '../src/index.ts';

/** A server of its own with a connected driver; both end with the test. */
export async function startClient(
  options: EmbeddedMongodbOptions = { memory: true },
  clientOptions: MongoClientOptions = {},
) {
  const server = await startEmbeddedMongodb(options);
  const client = await MongoClient.connect(server.url, clientOptions);
  const db = client.db('test');
  return {
    server,
    client,
    db,
    collection: <T extends Document = Document>(name = 'things') => db.collection<T>(name),
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
