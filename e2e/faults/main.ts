// `npm run test:faults -- [--seed N] [--seconds N | --minutes N] [--shoppers N]`: kills, stops and cuts a running shop and checks that nothing was lost or doubled.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describeReport, isClean } from './describe-report.ts';
import { readOptions } from './options.ts';
import { runFaults } from './run-faults.ts';

const hasRedis = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => folder !== '' && existsSync(join(folder, 'redis-server')));

if (!hasRedis) {
  console.log(
    'skipped: there is no redis-server on the PATH, and services by themselves need one (apt install redis-server).',
  );
} else {
  const options = readOptions(process.argv.slice(2), () => randomInt(2 ** 32 - 1));
  console.log(`fault run with --seed ${options.seed}`);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  try {
    const report = await runFaults(options, { say: (line) => console.log(line), signal: stopping.signal });
    for (const line of describeReport(report)) console.log(line);
    const verdict = isClean(report) ? 'PASSED' : 'FAILED';
    console.log(`${verdict}: seed ${options.seed}`);
    process.exitCode = verdict === 'PASSED' ? 0 : 1;
  } catch (error) {
    console.error(`the run with --seed ${options.seed} could not be finished:`, error);
    process.exitCode = 1;
  }
  // A run that was stopped halfway leaves clients behind that would go on trying.
  process.exit();
}
