// `npm run bench:gateway`: this gateway with every guard on, against stock, in front of the same recorded subgraphs.
//   --case a|b        one case alone            --rounds 7     rounds of each gateway
//   --orders 500      orders of case (a)        --profile      where the CPU time goes, by module
//   --gateways-only   without gateway and subgraphs in one process
//   --write           puts the figures into docs/performance.md
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleProcesses } from '../support/bundle-processes.ts';
import { replaceSection } from '../support/replace-section.ts';
import type { BenchCase } from './bench-case.ts';
import { createBenchKeys } from './bench-keys.ts';
import { libraryCase } from './library-case.ts';
import { reportCase, reportProfile } from './report.ts';
import { runCase } from './run-case.ts';
import { shopCase } from './shop-case.ts';

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true, default: ['a', 'b'] },
    rounds: { type: 'string', default: '7' },
    orders: { type: 'string', default: '500' },
    profile: { type: 'boolean', default: false },
    'gateways-only': { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const bundles = await bundleProcesses([
  'gateway/src/main.ts',
  'bench/gateway/stock-gateway.ts',
  'bench/gateway/library-in-process.ts',
  'bench/support/report-cpu.ts',
]);
const keys = createBenchKeys();
const cases: Readonly<Record<string, () => Promise<BenchCase>>> = {
  a: () => shopCase(keys, Number(values.orders)),
  b: () => libraryCase(keys, bundles.get('library-in-process') ?? ''),
};
const onProgress = (text: string) => process.stderr.write(`  ${text}\n`);

const document = new URL('../../docs/performance.md', import.meta.url);
const today = new Date().toISOString().slice(0, 10);
const machine = `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}`;

console.log(`${machine}\n`);
for (const name of values.case) {
  const open = cases[name];
  if (open === undefined) throw new Error(`there is no case ${name}`);
  onProgress(`preparing (${name})`);
  const each = await open();
  try {
    const rounds = Number(values.rounds);
    const result = await runCase(each, {
      rounds,
      bundles,
      keys,
      isProfiling: values.profile,
      isWholeMeasured: !values['gateways-only'],
      onProgress,
    });
    const figures = reportCase(each, result);
    console.log(`${figures}\n`);
    if (values.write) await replaceSection(document, `bench:gateway:${name}`, `${machine}, ${today}.\n\n${figures}`);
    if (result.profile !== undefined) {
      const profile = reportProfile(result.profile);
      console.log(`${profile}\n`);
      if (values.write) await replaceSection(document, `bench:gateway:${name}:profile`, profile);
    }
  } finally {
    await each[Symbol.asyncDispose]();
  }
}
