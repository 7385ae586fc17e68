import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, ObjectId } from 'mongodb';
import { startServer } from './start-server.ts';

export interface MemoryFigures {
  readonly documents: number;
  readonly documentBytes: number;
  /** JavaScript's heap and buffers after a collection, less what an empty server holds. */
  readonly writtenBytes: number;
  /** The same after a restart, before anybody has read. */
  readonly reopenedBytes: number;
  readonly reopenMs: number;
  readonly reopenCpuMs: number;
  readonly openEmptyMs: number;
}

/** What a document costs in memory with `_id` and two indexes, one unique and one compound, and what reading all back costs. */
export async function measureMemory(documents: number): Promise<MemoryFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'storage-bench-'));
  try {
    let figures: Pick<MemoryFigures, 'documentBytes' | 'writtenBytes' | 'openEmptyMs'>;
    let empty: number;
    {
      await using server = await startServer('log', directory);
      empty = (await server.use('memory')).heldBytes;
      const documentBytes = await fill(server.url, documents);
      const writtenBytes = ((await server.use('memory')).heldBytes - empty) / documents;
      figures = { documentBytes, writtenBytes, openEmptyMs: server.openMs };
    }
    await using server = await startServer('log', directory);
    const reopenedBytes = ((await server.use('memory')).heldBytes - empty) / documents;
    return { documents, ...figures, reopenedBytes, reopenMs: server.openMs, reopenCpuMs: server.openCpuMs };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function fill(url: string, documents: number): Promise<number> {
  const client = await MongoClient.connect(url);
  const database = client.db('bench');
  const orders = database.collection('orders');
  await orders.createIndex({ key: 1 }, { unique: true });
  await orders.createIndex({ status: 1, at: -1 });
  for (let first = 0; first < documents; first += 1000) {
    await orders.insertMany(Array.from({ length: 1000 }, (_, n) => order(first + n)));
  }
  const { avgObjSize } = await database.command({ collStats: 'orders' });
  await client.close();
  return Number(avgObjSize);
}

function order(key: number) {
  const status = ['placed', 'confirmed', 'completed'][key % 3];
  return { _id: new ObjectId(), key, n: 0, status, at: new Date(key * 1000), name: `thing number ${key}` };
}
