import { randomBytes } from 'node:crypto';
import { startEmbeddedMongodb } from '@swiftcart/embedded-mongodb';
import { MongoClient } from 'mongodb';

/** A real MongoDB-protocol server for one test file: the embedded one in memory, or the one `MONGODB_URI` names. */
export interface TestDatabase {
  /** Connection string without a database. */
  readonly url: string;
  /** Connection string of a database that no other test uses. */
  uri(databaseName: string): string;
  /** The same database's name, for APIs that take URI and name apart. */
  name(databaseName: string): string;
  /** Drops what was used on a foreign server; ends the embedded one. */
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startDatabase(): Promise<TestDatabase> {
  const foreign = process.env['MONGODB_URI'];
  const embedded = foreign === undefined ? await startEmbeddedMongodb({ port: 0, memory: true }) : undefined;
  const url = foreign ?? embedded?.url ?? '';
  const prefix = foreign === undefined ? '' : `test_${randomBytes(6).toString('hex')}_`;
  const used = new Set<string>();

  const name = (databaseName: string) => {
    const full = `${prefix}${databaseName}`;
    used.add(full);
    return full;
  };
  return {
    url,
    name,
    uri(databaseName) {
      const parsed = new URL(url);
      parsed.pathname = `/${name(databaseName)}`;
      return parsed.toString();
    },
    async [Symbol.asyncDispose]() {
      if (embedded) return embedded[Symbol.asyncDispose]();
      const client = await MongoClient.connect(url);
      try {
        for (const each of used) await client.db(each).dropDatabase();
      } finally {
        await client.close();
      }
    },
  };
}
