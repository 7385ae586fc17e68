// One event to many subscribers: what a delivery costs the gateway and how long it takes, shared and joined for each.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createAccessTokenSigner, generateKeyPair } from '@swiftcart/identity';
import { type Child, startChild } from './child.ts';
import { median, quantile, short, table } from './figures.ts';
import { measuredToken } from './measured-token.ts';

const { values: flags } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '100,1000,10000' },
    rounds: { type: 'string', default: '3' },
    /** Deliveries of a shared round, and a tenth as many where each is joined by itself; at least one event. */
    deliveries: { type: 'string', default: '50000' },
    /** Writes the gateway's CPU profile into this folder. */
    profile: { type: 'string' },
    /** Leaves out the rounds without sharing. */
    'shared-only': { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const deliveries = Number(flags.deliveries);

interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly streams: number;
}

interface Round {
  readonly cpuPerDeliveryUs: number;
  readonly latenciesUs: readonly number[];
  readonly rssBytes: number;
}

interface Bench {
  readonly subgraphs: Child;
  readonly gateway: Child;
  readonly clients: Child;
}

const usageOf = (gateway: Child) => gateway.request<Usage>({ kind: 'usage' });

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Subscribes everybody, sends events one after the other, each when the last has arrived everywhere, and unsubscribes. */
async function runRound({ subgraphs, gateway, clients }: Bench, count: number, isShared: boolean): Promise<Round> {
  await clients.request({ kind: 'subscribe', isShared });
  const upstreams = isShared ? 1 : count;
  const openStreams = () => subgraphs.request<{ streams: number }>({ kind: 'open' });
  await waitUntil(
    async () => (await usageOf(gateway)).streams === count && (await openStreams()).streams === upstreams,
  );
  const events = Math.max(isShared ? 3 : 1, Math.round(deliveries / (isShared ? 1 : 10) / count));
  const before = await usageOf(gateway);
  const latenciesUs: number[] = [];
  for (let event = 0; event < events; event += 1) {
    const { streams } = await subgraphs.request<{ streams: number }>({ kind: 'emit' });
    if (streams !== upstreams) throw new Error(`${streams} upstream streams where there should be ${upstreams}`);
    const answer = await clients.request<{ latenciesUs: number[] }>({ kind: 'await', deliveries: count });
    latenciesUs.push(...answer.latenciesUs);
  }
  const after = await usageOf(gateway);
  await clients.request({ kind: 'unsubscribe' });
  await waitUntil(async () => (await usageOf(gateway)).streams === 0 && (await openStreams()).streams === 0);
  const cpuPerDeliveryUs = (after.cpuUs - before.cpuUs) / (events * count);
  return { cpuPerDeliveryUs, latenciesUs, rssBytes: after.rssBytes };
}

/** A size in processes of its own, so that no size inherits the memory of another. */
async function measure(count: number): Promise<string[][]> {
  const keyPair = generateKeyPair();
  const signer = createAccessTokenSigner({ ...measuredToken, keyPair, ttlSeconds: 36_000 });
  const subject = { userId: 'usr_bench', sessionId: 'ses_bench', roles: ['CUSTOMER' as const] };
  const authorization = `Bearer ${signer.sign(subject, new Date()).token}`;
  await using subgraphs = await startChild('subgraph-process.ts');
  const profiling = flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`];
  await using gateway = await startChild('gateway-process.ts', profiling);
  await using clients = await startChild('clients-process.ts');
  const bench: Bench = { subgraphs, gateway, clients };
  const { url: subgraphUrl } = await subgraphs.request<{ url: string }>({ kind: 'address' });
  const supergraphPath = fileURLToPath(new URL('supergraph.graphql', import.meta.url));
  const start = { kind: 'start', supergraphPath, subgraphUrl, jwks: signer.jwks() };
  const { url } = await gateway.request<{ url: string }>(start);
  const empty = await usageOf(gateway);
  await clients.request({ kind: 'connect', url, count, authorization });

  const kinds = flags['shared-only'] ? [true] : [true, false];
  // The first round of each kind compiles the code: its times do not count, but its memory is that of live streams
  // alone, before the garbage of earlier rounds waits to be collected.
  const firstRounds = new Map<boolean, Round>();
  for (const isShared of kinds) firstRounds.set(isShared, await runRound(bench, count, isShared));
  const results = new Map<boolean, Round[]>(kinds.map((isShared) => [isShared, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const isShared of kinds) results.get(isShared)?.push(await runRound(bench, count, isShared));
  }
  const cpuOf = (isShared: boolean) =>
    median((results.get(isShared) ?? []).map(({ cpuPerDeliveryUs }) => cpuPerDeliveryUs));
  const shared = cpuOf(true);
  const rows = kinds.map((isShared) => {
    const ofKind = results.get(isShared) ?? [];
    const latencies = ofKind.flatMap(({ latenciesUs }) => latenciesUs);
    return [
      String(count),
      isShared ? 'once' : 'for each',
      short(cpuOf(isShared)),
      short(cpuOf(isShared) / shared),
      short(quantile(latencies, 0.5) / 1_000),
      short(quantile(latencies, 0.99) / 1_000),
      short((firstRounds.get(isShared)?.rssBytes ?? Number.NaN) / 1e6),
      short(empty.rssBytes / 1e6),
    ];
  });
  await clients.request({ kind: 'disconnect' });
  return rows;
}

/** Two of the processes hold a file descriptor for each socket. */
function descriptorsAllowed(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}

const rows: string[][] = [];
for (const count of flags.subscribers.split(',').map(Number)) {
  const needed = count + 500;
  if (descriptorsAllowed() < needed) {
    process.stdout.write(`${count} subscribers need ${needed} file descriptors: run \`ulimit -n ${needed}\` first\n`);
    continue;
  }
  process.stderr.write(`measuring ${count} subscribers\n`);
  rows.push(...(await measure(count)));
}
process.stdout.write(`node ${process.version}, ${cpus().length} cores, ${rounds} rounds of each, alternating\n\n`);
const head = ['subscribers', 'joined', 'CPU us/delivery', 'ratio', 'p50 ms', 'p99 ms', 'RSS MB', 'RSS MB before'];
process.stdout.write(`${table(head, rows)}\n`);
