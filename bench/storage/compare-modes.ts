import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collection, MongoClient } from 'mongodb';
import { median } from '../support/statistics.ts';
import { measure, OPERATIONS, PARALLEL, type Rate, type Thing } from './operations.ts';
import { type MeasuredServer, type Mode, startServer } from './start-server.ts';

const MODES: readonly Mode[] = ['memory', 'log', 'synced'];
const FIRST_SIZE = 1000;

interface Contender {
  readonly server: MeasuredServer;
  readonly client: MongoClient;
  readonly things: Collection<Thing>;
  size: number;
}

export type ModeRates = Readonly<Record<Mode, Rate>>;

/** Every operation in every storage mode, round about, so that other work on the machine meets all alike. */
export async function compareModes(rounds: number, seconds: number): Promise<Record<string, ModeRates>> {
  const directories = MODES.map(() => mkdtempSync(join(tmpdir(), 'storage-bench-')));
  const contenders: Contender[] = [];
  try {
    for (const [index, mode] of MODES.entries()) contenders.push(await start(mode, directories[index] as string));
    const results: Record<string, ModeRates> = {};
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      const rates: Rate[][] = MODES.map(() => []);
      // The first round is the compiler's.
      for (let round = 0; round <= rounds; round += 1) {
        for (const [index, contender] of contenders.entries()) {
          const { server, things, size } = contender;
          const rate = await measure(server, (n) => operation(things, n, size), round === 0 ? seconds / 2 : seconds);
          if (name === 'insertOne') contender.size += rate.done;
          if (round > 0) rates[index]?.push(rate);
        }
      }
      results[name] = Object.fromEntries(MODES.map((mode, index) => [mode, middle(rates[index] ?? [])])) as ModeRates;
    }
    return results;
  } finally {
    for (const { client, server } of contenders) {
      await client.close();
      await server[Symbol.asyncDispose]();
    }
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  }
}

async function start(mode: Mode, directory: string): Promise<Contender> {
  const server = await startServer(mode, directory);
  const client = await MongoClient.connect(server.url, { maxPoolSize: PARALLEL });
  const things = client.db('bench').collection<Thing>('things');
  await things.createIndex({ key: 1 }, { unique: true });
  await things.insertMany(Array.from({ length: FIRST_SIZE }, (_, key) => ({ key, n: 0 })));
  return { server, client, things, size: FIRST_SIZE };
}

function middle(rates: readonly Rate[]): Rate {
  return {
    perSecond: Math.round(median(rates.map(({ perSecond }) => perSecond))),
    serverMicros: Math.round(median(rates.map(({ serverMicros }) => serverMicros))),
  };
}

/** Look-ups by a unique key among more and more documents. */
export async function lookUps(sizes: readonly number[], seconds: number): Promise<Map<number, Rate>> {
  await using server = await startServer('memory');
  const client = await MongoClient.connect(server.url, { maxPoolSize: PARALLEL });
  const things = client.db('bench').collection<Thing>('things');
  await things.createIndex({ key: 1 }, { unique: true });
  const find = (size: number) => () => things.findOne({ key: Math.floor(Math.random() * size) });
  const rates = new Map<number, Rate>();
  let size = 0;
  for (const wanted of sizes) {
    for (; size < wanted; size += 1000) {
      await things.insertMany(Array.from({ length: 1000 }, (_, n) => ({ key: size + n, n })));
    }
    if (rates.size === 0) await measure(server, find(size), seconds);
    rates.set(wanted, await measure(server, find(size), seconds));
  }
  await client.close();
  return rates;
}
