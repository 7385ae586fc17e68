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

/** `cpuMicros`, of client and server together, tells more than `perSecond` on a machine that has other work. */
interface Rate {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** Runs one kind of operation with 32 under way at a time. */
async function rate(operation: (n: number) => Promise<unknown>): Promise<Rate> {
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
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  const { user, system } = process.cpuUsage(before);
  const perSecond = Math.round((done / (performance.now() - startedAt)) * 1000);
  return { perSecond, cpuMicros: Math.round((user + system) / done) };
}

async function measure(url: string, database = 'bench'): Promise<Record<string, Rate>> {
  const client = await MongoClient.connect(url, { maxPoolSize: PARALLEL });
  const things: Collection<Thing> = client.db(database).collection('things');
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
async function lookUps(url: string, sizes: readonly number[]): Promise<Record<string, Rate>> {
  const client = await MongoClient.connect(url, { maxPoolSize: PARALLEL });
  const things: Collection<Thing> = client.db('bench').collection('growing');
  await things.createIndex({ key: 1 }, { unique: true });
  const result: Record<string, Rate> = {};
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

const text = ({ perSecond, cpuMicros }: Rate): string => `${perSecond} (${cpuMicros} µs)`;

const directory = mkdtempSync(join(tmpdir(), 'embedded-mongodb-bench-'));
try {
  const memory = await startEmbeddedMongodb({ memory: true });
  const disk = await startEmbeddedMongodb({ dataDirectory: directory });
  // Once for the compiler, so that who comes first is not the slower one for it.
  await measure(memory.url, 'warm-up');
  const [inMemory, onDisk] = [await measure(memory.url), await measure(disk.url)];
  console.log('operations a second (and microseconds of CPU for one), 32 at a time');
  for (const name of Object.keys(inMemory)) {
    const [fast, safe] = [inMemory[name], onDisk[name]];
    if (!fast || !safe) continue;
    const ratio = (safe.perSecond / fast.perSecond).toFixed(2);
    console.log(`  ${name}: memory ${text(fast)}, log with fdatasync ${text(safe)}, ratio ${ratio}`);
  }
  console.log('findOne by a unique key');
  for (const [size, measured] of Object.entries(await lookUps(memory.url, [1000, 10_000, 100_000, 300_000]))) {
    console.log(`  among ${size}: ${text(measured)}`);
  }
  await disk[Symbol.asyncDispose]();
  const startedAt = performance.now();
  const reopened = await startEmbeddedMongodb({ dataDirectory: directory });
  console.log(`reopened the directory in ${Math.round(performance.now() - startedAt)} ms`);
  await reopened[Symbol.asyncDispose]();
  await memory[Symbol.asyncDispose]();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
