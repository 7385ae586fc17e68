import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collection, MongoClient } from 'mongodb';
import { startEmbeddedMongodb } from '../src/index.ts';

const PARALLEL = 32;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);

interface Thing {
  _id?: unknown;
  key: number;
  n: number;
}

/** Operations a second with 32 under way at a time. */
async function rate(operation: (n: number) => Promise<unknown>): Promise<number> {
  const endsAt = performance.now() + SECONDS * 1000;
  let done = 0;
  const worker = async () => {
    while (performance.now() < endsAt) {
      const n = done;
      done += 1;
      await operation(n);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return Math.round((done / (performance.now() - startedAt)) * 1000);
}

async function measure(url: string): Promise<Record<string, number>> {
  const client = await MongoClient.connect(url, { maxPoolSize: PARALLEL });
  const things: Collection<Thing> = client.db('bench').collection('things');
  await things.createIndex({ key: 1 }, { unique: true });
  let next = 0;
  const insertOne = await rate(() => {
    next += 1;
    return things.insertOne({ key: next, n: 0 });
  });
  const result = {
    insertOne,
    findOne: await rate((n) => things.findOne({ key: 1 + (n % next) })),
    'updateOne $inc': await rate((n) => things.updateOne({ key: 1 + (n % next) }, { $inc: { n: 1 } })),
    'findOneAndUpdate, one hot document': await rate(() => things.findOneAndUpdate({ key: 1 }, { $inc: { n: 1 } })),
  };
  await client.close();
  return result;
}

/** Look-ups a second by a unique key among more and more documents. */
async function lookUps(url: string, sizes: readonly number[]): Promise<Record<string, number>> {
  const client = await MongoClient.connect(url, { maxPoolSize: PARALLEL });
  const things: Collection<Thing> = client.db('bench').collection('growing');
  await things.createIndex({ key: 1 }, { unique: true });
  const result: Record<string, number> = {};
  let size = 0;
  for (const wanted of sizes) {
    for (; size < wanted; size += 1000) {
      await things.insertMany(Array.from({ length: 1000 }, (_, n) => ({ key: size + n, n })));
    }
    result[`${wanted} documents`] = await rate(() => things.findOne({ key: Math.floor(Math.random() * size) }));
  }
  await client.close();
  return result;
}

const directory = mkdtempSync(join(tmpdir(), 'embedded-mongodb-bench-'));
try {
  const memory = await startEmbeddedMongodb({ memory: true });
  const disk = await startEmbeddedMongodb({ dataDirectory: directory });
  const [inMemory, onDisk] = [await measure(memory.url), await measure(disk.url)];
  console.log('operations a second, 32 at a time');
  for (const name of Object.keys(inMemory)) {
    const [fast = 0, safe = 0] = [inMemory[name], onDisk[name]];
    console.log(`  ${name}: memory ${fast}, log with fdatasync ${safe}, ratio ${(safe / fast).toFixed(2)}`);
  }
  console.log(
    'findOne by a unique key, operations a second',
    await lookUps(memory.url, [1000, 10_000, 100_000, 300_000]),
  );
  await disk[Symbol.asyncDispose]();
  const startedAt = performance.now();
  const reopened = await startEmbeddedMongodb({ dataDirectory: directory });
  console.log(`reopened the directory in ${Math.round(performance.now() - startedAt)} ms`);
  await reopened[Symbol.asyncDispose]();
  await memory[Symbol.asyncDispose]();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
