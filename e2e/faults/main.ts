// `npm run test:faults -- [--seed N] [--seconds N | --minutes N] [--shoppers N] [--report FILE] [--markdown]
// [--verbose]`: kills, stops and cuts a running shop and checks that nothing was lost or doubled.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describeReport, isClean } from './describe-report.ts';
import { markdownReport } from './markdown-report.ts';
import { readOptions } from './options.ts';
import { outcomesOf, skippedOutcomes, writeReport } from './report-file.ts';
import { runFaults } from './run-faults.ts';

const hasRedis = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => folder !== '' && existsSync(join(folder, 'redis-server')));
const options = readOptions(process.argv.slice(2), () => randomInt(2 ** 32 - 1));

if (!hasRedis) {
  const reason = 'there is no redis-server on the PATH, and services by themselves need one (apt install redis-server)';
  console.log(`skipped: ${reason}.`);
  await writeReport(options.report, skippedOutcomes(), reason);
} else {
  console.log(`fault run with --seed ${options.seed}`);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  try {
    const say = (line: string) => console.log(line);
    const onFault = (line: string) => options.isVerbose && say(`${new Date().toISOString().slice(14, 23)} ${line}`);
    const report = await runFaults(options, { say, signal: stopping.signal, onFault });
    for (const line of describeReport(report)) console.log(line);
    if (options.isMarkdown) for (const line of ['', ...markdownReport(report)]) console.log(line);
    await writeReport(options.report, outcomesOf(report));
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
