// `npm run bench:gateway`: this gateway with every guard on, against stock, in front of the same recorded subgraphs.
//   --case a|b        one case alone            --rounds 7     rounds of each gateway
//   --orders 500      orders of case (a)        --profile      where the CPU time goes, by module
//   --gateways-only   without gateway and subgraphs in one process
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleProcesses } from '../support/bundle-processes.ts';
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

console.log(`Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}\n`);
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
    console.log(`${reportCase(each, result)}\n`);
    if (result.profile !== undefined)
      console.log(`${reportProfile(result.profile)}
`);
  } finally {
    await each[Symbol.asyncDispose]();
  }
}
