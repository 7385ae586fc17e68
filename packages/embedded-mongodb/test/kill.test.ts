import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openStorage } from '../src/storage/open-storage.ts';
import { seededRandom } from './seeded-random.ts';

const ROUNDS = 20;
const WRITERS = 20;

/** What a writer was told, by document id: its last acknowledged content, or that it is gone. */
type Acknowledged = Map<string, number | 'removed'>;

describe('a server killed with SIGKILL under twenty writers', () => {
  it(`has lost nothing it acknowledged and brought nothing back that it removed, in ${ROUNDS} rounds, most of them in a compaction`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'embedded-mongodb-kill-'));
    const bundles = mkdtempSync(join(tmpdir(), 'embedded-mongodb-kill-child-'));
    const random = seededRandom();
    const acknowledged: Acknowledged = new Map();
    let writes = 0;
    try {
      const child = await bundleChild(bundles);
      for (let round = 0; round < ROUNDS; round += 1) {
        // Small enough to compact all the time, so that the kill falls into one; or so large that the log alone counts.
        const compactAfterBytes = round % 4 === 0 ? 1e9 : 30_000;
        writes += await writeUntilKilled(
          child,
          directory,
          compactAfterBytes,
          acknowledged,
          round,
          60 + random.below(250),
        );
        await expectKept(directory, acknowledged, `seed ${random.seed}, round ${round}`);
      }
      console.info(`kill -9: ${ROUNDS} rounds, ${writes} acknowledged writes, none lost; seed ${random.seed}`);
      expect(writes).toBeGreaterThan(ROUNDS * WRITERS);
      expect(readdirSync(directory).some((name) => name.startsWith('snapshot-'))).toBe(true);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      rmSync(bundles, { recursive: true, force: true });
    }
  }, 120_000);
});

async function writeUntilKilled(
  script: string,
  directory: string,
  compactAfterBytes: number,
  acknowledged: Acknowledged,
  round: number,
  killAfterMs: number,
): Promise<number> {
  const { child, url } = await startChild(script, directory, compactAfterBytes);
  const client = await MongoClient.connect(url, {
    maxPoolSize: WRITERS,
    serverSelectionTimeoutMS: 200,
    retryWrites: false,
  });
  const things = client.db('test').collection<{ _id: string; n: number }>('things');
  let writes = 0;
  let isKilled = false;
  const write = async (writer: number) => {
    for (let n = 0; ; n += 1) {
      const id = `${round}-${writer}-${n % 50}`;
      const known = acknowledged.get(id);
      // While a write is under way either outcome is right: until the answer nothing is promised about this document.
      acknowledged.delete(id);
      try {
        if (known === undefined || known === 'removed') await things.insertOne({ _id: id, n });
        else if (n % 3 === 0) await things.deleteOne({ _id: id });
        else await things.updateOne({ _id: id }, { $set: { n } });
      } catch (error) {
        if (!isKilled) throw error;
        return;
      }
      acknowledged.set(id, known !== undefined && known !== 'removed' && n % 3 === 0 ? 'removed' : n);
      writes += 1;
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  setTimeout(() => {
    isKilled = true;
    child.kill('SIGKILL');
  }, killAfterMs);
  await writers;
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await client.close(true);
  return writes;
}

/** Compiled once: twenty children that each compile the server would take most of the test's time. */
async function bundleChild(directory: string): Promise<string> {
  const outfile = join(directory, 'kill-child.mjs');
  const entryPoints = [fileURLToPath(new URL('./kill-child.ts', import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
  return outfile;
}

async function startChild(
  script: string,
  directory: string,
  compactAfterBytes: number,
): Promise<{ child: ChildProcess; url: string }> {
  // What the bundle still asks for by name at run time (sorted-btree) is beside the package, not beside the bundle.
  const modules = dirname(dirname(createRequire(import.meta.url).resolve('sorted-btree/package.json')));
  const child = spawn(process.execPath, [script, directory, String(compactAfterBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_PATH: modules },
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

/** Reads the directory as the next start does. */
async function expectKept(directory: string, acknowledged: Acknowledged, where: string): Promise<void> {
  const storage = await openStorage(directory, { onFailure: () => undefined, compactAfterBytes: 1e9 });
  const rows = storage.catalog.find('test.things')?.rows() ?? [];
  const kept = new Map(Array.from(rows, ({ doc }) => [doc['_id'] as string, Number(doc['n'])]));
  await storage.close();
  for (const [id, expected] of acknowledged) {
    expect(kept.get(id) ?? 'removed', `${where}: ${id}`).toBe(expected);
  }
}
