import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, print } from 'graphql';
import { withoutSecurityLinks } from '../../gateway/src/composition/security-links.ts';
import { type MeasuredProcess, startMeasured } from '../support/measured-process.ts';
import { type ModuleShare, profileByModule } from '../support/profile-by-module.ts';
import type { BenchCase, BenchKeys } from './bench-case.ts';
import type { CannedOptions, CannedStatistics } from './canned-subgraphs.ts';
import { ask, type Contestant, LoadGenerator, type Round, requireSameAnswers } from './compare-gateways.ts';

/** What one case showed. Rounds of `ours` and `stock` with the same index ran one after the other. */
export interface CaseResult {
  readonly recorded: CannedStatistics;
  readonly ours: readonly Round[];
  readonly stock: readonly Round[];
  /** The same with every request sent by eight clients at the same moment. */
  readonly oursIdentical: readonly Round[];
  readonly stockIdentical: readonly Round[];
  readonly profile: readonly ModuleShare[] | undefined;
  /** Gateway and subgraphs in one process. */
  readonly whole: { readonly title: string; readonly rounds: readonly Round[] } | undefined;
}

export interface RunOptions {
  readonly rounds: number;
  readonly bundles: ReadonlyMap<string, string>;
  readonly keys: BenchKeys;
  /** Whether to say where the time goes, measured apart from the comparison. */
  readonly isProfiling: boolean;
  readonly isWholeMeasured: boolean;
  readonly onProgress: (text: string) => void;
}

const identicalCopies = 8;

/** Records the subgraphs' replies, then measures both gateways in turn, then gateway and subgraphs in one process. */
export async function runCase(each: BenchCase, options: RunOptions): Promise<CaseResult> {
  const { rounds, onProgress } = options;
  const directory = await mkdtemp(join(tmpdir(), 'swiftcart-bench-case-'));
  const opened: AsyncDisposable[] = [];
  try {
    const canned = await startCanned(each, options.keys);
    opened.push(canned);
    const [ours, stock] = await startGateways(each, canned.port, directory, options, (process) => opened.push(process));
    const load = new LoadGenerator();
    opened.push(load);

    onProgress('recording');
    for (const request of each.requests) for (const { url } of [ours, stock]) await ask(url, request);
    const recorded = await canned.replayOnly();
    await requireSameAnswers([ours, stock], each.requests.slice(0, 20));

    const { requests, concurrency, perRound } = each;
    const measure = async (title: string, copies: number) => {
      const order = { requests, concurrency, copies };
      for (const contestant of [ours, stock]) await load.round(contestant, { ...order, count: perRound });
      const results: { ours: Round[]; stock: Round[] } = { ours: [], stock: [] };
      for (let round = 0; round < rounds; round += 1) {
        onProgress(`${title}, round ${round + 1} of ${rounds}`);
        results.ours.push(await load.round(ours, { ...order, count: perRound }));
        results.stock.push(await load.round(stock, { ...order, count: perRound }));
      }
      return results;
    };
    const measureWhole = async () => {
      const whole = await each.wholeProcess();
      const wholeProcess = startMeasured({
        entry: whole.entry,
        reporter: bundle(options, 'report-cpu'),
        isTypeScript: whole.entry.endsWith('.ts'),
        env: whole.isGatewayEnv ? { ...gatewayEnv(options.keys, canned.port, directory), ...whole.env } : whole.env,
      });
      opened.push(wholeProcess);
      const [, url = ''] = await wholeProcess.waitFor(whole.urlPattern);
      const contestant = { name: whole.title, url, process: wholeProcess };
      const order = { requests, concurrency, copies: 1, count: Math.ceil(perRound / 3) };
      await load.round(contestant, order);
      const wholeRounds: Round[] = [];
      for (let round = 0; round < rounds; round += 1) {
        onProgress(`in one process, round ${round + 1} of ${rounds}`);
        wholeRounds.push(await load.round(contestant, order));
      }
      return { title: whole.title, rounds: wholeRounds };
    };
    const distinct = await measure('different requests', 1);
    const identical = await measure(`${identicalCopies} identical requests at a time`, identicalCopies);
    let profile: readonly ModuleShare[] | undefined;
    if (options.isProfiling) {
      onProgress('profile');
      await ours.process.startProfile();
      await load.round(ours, { requests, concurrency, copies: 1, count: perRound * 2 });
      await ours.process.stopProfile(`${directory}/gateway.cpuprofile`);
      profile = await profileByModule(`${directory}/gateway.cpuprofile`);
    }
    const { misses } = await canned.replayOnly();
    if (misses > 0) throw new Error(`${misses} requests to subgraphs had not been recorded`);
    // Nothing else should run beside what comes last.
    for (const { process } of [ours, stock]) await process[Symbol.asyncDispose]();

    const whole = options.isWholeMeasured ? await measureWhole() : undefined;
    return {
      recorded,
      ours: distinct.ours,
      stock: distinct.stock,
      oursIdentical: identical.ours,
      stockIdentical: identical.stock,
      profile,
      whole,
    };
  } finally {
    for (const part of opened.reverse()) await part[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }
}

async function startGateways(
  each: BenchCase,
  cannedPort: number,
  directory: string,
  { bundles, keys }: RunOptions,
  opening: (process: MeasuredProcess) => void,
): Promise<[Contestant, Contestant]> {
  await writeSupergraphs(each, cannedPort, directory);
  const start = async (name: string, entry: string, env: Record<string, string>) => {
    const reporter = bundle({ bundles }, 'report-cpu');
    const process = startMeasured({ entry: bundle({ bundles }, entry), reporter, env });
    opening(process);
    const [, url = ''] = await process.waitFor(/(http:\/\/127\.0\.0\.1:\d+\/graphql|http:\/\/127\.0\.0\.1:\d+)/);
    return { name, url: url.endsWith('/graphql') ? url : `${url}/`, process };
  };
  const ours = await start('this gateway', 'main', { ...gatewayEnv(keys, cannedPort, directory), ...each.gatewayEnv });
  const stockEnv = {
    NODE_ENV: 'production',
    APOLLO_TELEMETRY_DISABLED: '1',
    SUPERGRAPH_PATH: `${directory}/stock.graphql`,
  };
  return [ours, await start('stock', 'stock-gateway', stockEnv)];
}

/** Stock refuses security directives, so its file comes without them: it has less to do. */
async function writeSupergraphs({ supergraphSdl, upstreams }: BenchCase, port: number, directory: string) {
  let sdl = supergraphSdl;
  for (const name of Object.keys(upstreams)) {
    const url = `http://127.0.0.1:${port}/graphql/${name}`;
    sdl = sdl.replace(
      new RegExp(`@join__graph\\(name: "${name}", url: "[^"]*"\\)`),
      `@join__graph(name: "${name}", url: "${url}")`,
    );
  }
  await writeFile(`${directory}/ours.graphql`, sdl);
  await writeFile(`${directory}/stock.graphql`, print(withoutSecurityLinks(parse(sdl))));
}

/** Production, every guard on; the rate limits count but are too high to refuse one bench's load. */
function gatewayEnv(keys: BenchKeys, cannedPort: number, directory: string): Record<string, string> {
  return {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    HOST: '127.0.0.1',
    PORT: '0',
    SUPERGRAPH_PATH: `${directory}/ours.graphql`,
    JWKS_URL: `http://127.0.0.1:${cannedPort}/jwks`,
    SERVICE_PRIVATE_KEY: keys.servicePrivateKey,
    RATE_LIMIT_VIEWER_COST: '1000000000000',
    RATE_LIMIT_ADDRESS_COST: '1000000000000',
    RATE_LIMIT_FIELDS: 'login=120,register=120,requestOtp=30,verifyOtp=60,resetPassword=60,applyCoupon=120',
  };
}

async function startCanned({ upstreams }: BenchCase, keys: BenchKeys) {
  const cannedOptions: CannedOptions = {
    upstreams,
    servicePrivateKey: keys.servicePrivateKey,
    jwks: keys.jwks,
    // Sees every order, so that one recording serves all customers.
    viewer: { kind: 'user', userId: 'usr_recorder', sessionId: 'ses_recorder', roles: ['CUSTOMER', 'OPERATOR'] },
  };
  const child: ChildProcess = fork(new URL('./canned-subgraphs.ts', import.meta.url), [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, CANNED_OPTIONS: JSON.stringify(cannedOptions) },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [line] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  return {
    port: Number(String(line).split(' ')[1]),
    async replayOnly(): Promise<CannedStatistics> {
      const answered = once(child, 'message');
      child.send({ replayOnly: true });
      const [statistics] = (await answered) as [CannedStatistics];
      return statistics;
    },
    [Symbol.asyncDispose]: async () => void child.kill(),
  };
}

function bundle({ bundles }: Pick<RunOptions, 'bundles'>, name: string): string {
  const path = bundles.get(name);
  if (path === undefined) throw new Error(`${name} is not bundled`);
  return path;
}
