import type { ModuleShare } from '../support/profile-by-module.ts';
import { median } from '../support/statistics.ts';
import type { BenchCase } from './bench-case.ts';
import type { Round } from './compare-gateways.ts';
import type { CaseResult } from './run-case.ts';

/** The figures of a case as Markdown, ready for docs/performance.md. */
export function reportCase(each: BenchCase, result: CaseResult): string {
  const { recorded, ours, stock, oursIdentical, stockIdentical, whole } = result;
  const spread = Object.entries(recorded.representations)
    .filter(([, { sent, distinct }]) => sent > distinct)
    .map(([path, { sent, distinct }]) => `${path.split('/').at(-1)} ${sent} (${distinct} different)`);
  return [
    `### (${each.name}) ${each.title}`,
    '',
    `${each.concurrency} requests in flight, ${each.perRound} a round, ${ours.length} rounds of each in turn; ` +
      `${kilobytes(each.requests[0]?.body.length ?? 0)} asked and ${kilobytes(median(ours.map((round) => round.answerBytes)))} answered.` +
      (spread.length === 0 ? '' : ` Most representations in one fetch of stock: ${spread.join(', ')}.`),
    '',
    '| | CPU a request, median (ms) | requests/s, median | less CPU than stock: median (least) | more requests/s: median (least) |',
    '|---|---|---|---|---|',
    row('stock `@apollo/gateway`', stock),
    row('this gateway', ours, stock),
    row('stock, identical requests', stockIdentical),
    row('this gateway, identical requests', oursIdentical, stockIdentical),
    ...(whole === undefined ? [] : [row(whole.title, whole.rounds)]),
  ].join('\n');
}

function row(name: string, rounds: readonly Round[], against?: readonly Round[]): string {
  const cpu = (median(rounds.map((round) => round.cpuMicroseconds)) / 1_000).toFixed(3);
  const rate = median(rounds.map((round) => round.requestsPerSecond)).toFixed(0);
  if (against === undefined) return `| ${name} | ${cpu} | ${rate} | | |`;
  const ratios = (pick: (own: Round, other: Round) => number) => {
    const values = rounds.map((round, index) => pick(round, against[index] as Round));
    return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)})`;
  };
  const lessCpu = ratios((own, other) => other.cpuMicroseconds / own.cpuMicroseconds);
  const more = ratios((own, other) => own.requestsPerSecond / other.requestsPerSecond);
  return `| ${name} | ${cpu} | ${rate} | ${lessCpu} | ${more} |`;
}

/** Where the CPU time went, modules of ours apart from the rest. */
export function reportProfile(shares: readonly ModuleShare[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const lines = shares
    .filter(({ share }) => share >= 0.005)
    .map(({ module, share, isOurs, functions }) => {
      const heaviest = functions
        .filter((each) => each.share >= 0.003)
        .map((each) => `${each.name} ${percent(each.share)}`);
      return `| ${isOurs ? `\`${module}\`` : module} | ${percent(share)} | ${heaviest.join(', ')} |`;
    });
  const own = shares.filter(({ isOurs }) => isOurs).reduce((sum, { share }) => sum + share, 0);
  return ['| module | share | heaviest functions |', '|---|---|---|', ...lines, `\nOurs in all: ${percent(own)}.`].join(
    '\n',
  );
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
