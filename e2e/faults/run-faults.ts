import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { awaitQuiet, awaitSagas } from './await-quiet.ts';
import { allChecks } from './checks/all-checks.ts';
import type { CheckResult, Evidence } from './checks/evidence.ts';
import { linkNames, startCluster } from './cluster/start-cluster.ts';
import { createHistory, type Operation } from './history.ts';
import { openShop } from './load/open-shop.ts';
import { createNemesis } from './nemesis/nemesis.ts';
import type { FaultOptions } from './options.ts';
import { createRandom } from './random.ts';
import { readEvidence } from './read-evidence.ts';
import { startLoad } from './run-load.ts';

/** What a run did and what came of it. */
export interface FaultReport {
  readonly options: FaultOptions;
  /** How often each fault was inflicted. */
  readonly faults: ReadonlyMap<string, number>;
  /** How often a service and a store failed at once. */
  readonly doubles: number;
  readonly lostReplies: number;
  readonly operations: readonly Operation[];
  /** Orders that opened, and attempts that were recorded and refused. */
  readonly orders: { readonly placed: number; readonly refused: number };
  readonly results: readonly CheckResult[];
  /** Milliseconds after the last fault until the orders it left unfinished were at rest; null: not within the time given. */
  readonly sagasMs: number | null;
  readonly eventsMs: number | null;
  readonly surprises: readonly string[];
  /** Where history and databases of a failed run were left for looking into. */
  readonly keptIn: string | null;
}

const warmUpMs = 2_000;
const readyTimeoutMs = 90_000;
const closeTimeoutMs = 45_000;
const quietTimeoutMs = 75_000;
const catchUpMs = 20_000;
/** Sagas resume without help within this time after a crash (architecture: the sweeper). */
export const maxSagaMs = 30_000;

/** One run from an empty shop to its verdict. Everything it started has ended when it resolves; `say` hears of its progress. */
export async function runFaults(
  options: FaultOptions,
  { say, signal, onFault }: { say: (line: string) => void; signal: AbortSignal; onFault?: (line: string) => void },
): Promise<FaultReport> {
  const directory = await mkdtemp(join(tmpdir(), 'swiftcart-faults-'));
  let isKept = false;
  try {
    await using cluster = await startCluster(directory);
    const random = createRandom(options.seed);
    const history = createHistory(Date.now);
    const cast = await openShop(cluster.url, random.fork('cast'), options.shoppers);
    say(`${options.shoppers} shoppers and ${cast.products.length} products are ready; faults for ${options.seconds} s`);

    const load = startLoad({ url: cluster.url, cast, history, random: random.fork('load') });
    await sleep(warmUpMs);
    const nemesis = createNemesis(cluster, random.fork('nemesis'), onFault);
    const ending = abortedBy(signal);
    await Promise.race([nemesis.run(Date.now() + options.seconds * 1_000), ending]);
    say('healed; waiting for everything to settle');
    const healedAt = Date.now();
    await cluster.waitUntilReady(readyTimeoutMs);
    const readyMs = Date.now() - healedAt;

    const client = await MongoClient.connect(cluster.databaseUrl);
    try {
      const sagas = awaitSagas(client, maxSagaMs - readyMs);
      await Promise.race([load.close(closeTimeoutMs), ending]);
      const closedMs = Date.now() - healedAt;
      const sagasMs = await sagas;
      const quiet = await awaitQuiet(client, quietTimeoutMs);
      const sequences = new Map(quiet.evidence.deliveries.map(({ _id, sequence }) => [_id, sequence]));
      await load.followers.finish(sequences, catchUpMs);
      const evidence: Evidence = {
        ...(await readEvidence(client)),
        operations: history.operations,
        followings: load.followers.followings.map((each) => ({ ...each, expected: sequences.get(each.orderId) ?? 0 })),
      };
      const results = allChecks.map((check) => check(evidence));
      isKept = results.some(({ violations }) => violations.length > 0);
      if (isKept) await writeFile(join(directory, 'evidence.json'), JSON.stringify(evidence));
      const lostReplies = linkNames.reduce((total, name) => total + cluster.link(name).lostReplies, 0);
      return {
        ...{
          options,
          faults: nemesis.counts,
          doubles: nemesis.doubles,
          lostReplies,
          results,
          operations: history.operations,
        },
        orders: {
          placed: evidence.orders.filter(({ isVisible }) => isVisible).length,
          refused: evidence.orders.filter(({ isVisible }) => !isVisible).length,
        },
        sagasMs: sagasMs === null ? null : sagasMs + readyMs,
        eventsMs: quiet.eventsMs === null ? null : quiet.eventsMs + closedMs,
        surprises: cluster.surprises(),
        keptIn: isKept ? directory : null,
      };
    } finally {
      await client.close();
    }
  } finally {
    if (!isKept) await rm(directory, { recursive: true, force: true });
  }
}

function abortedBy(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(new Error('the run was stopped from outside'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined);
  return aborted;
}
