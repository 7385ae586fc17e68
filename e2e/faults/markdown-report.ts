import type { FaultReport } from './run-faults.ts';

/** The report as the Markdown of docs/faults.md: a sentence about the run, its faults, what the clients did, the invariants. */
export function markdownReport(report: FaultReport): string[] {
  const { options, faults, operations, orders, results, sagasMs, eventsMs, surprises } = report;
  const placed = orders.placed.toLocaleString('en');
  return [
    `Seed ${options.seed}, ${options.seconds} s of faults, ${options.shoppers} shoppers: ${operations.length.toLocaleString('en')} operations, ` +
      `${placed} orders placed, ${orders.refused} attempts refused, ${report.lostReplies} replies lost, ` +
      `${report.doubles} times two processes failed at once. ` +
      `Sagas at rest ${after(sagasMs)}, all events taken ${after(eventsMs)}; ${surprises.length} processes ended by themselves.`,
    '',
    ...table(['fault', 'times'], [...faultRows(faults), ['**all**', `**${totalOf([...faults.values()])}**`]]),
    '',
    ...table(['operation', 'ok', 'failed', 'unknown'], operationRows(report)),
    '',
    ...table(
      ['invariant', 'checked', 'violations'],
      results.map(({ name, checked, violations }) => [
        name,
        checked.toLocaleString('en'),
        violations.length === 0 ? '0' : `**${violations.length}**`,
      ]),
    ),
  ];
}

/** One row per kind of fault; processes are named within the row, the most often hit first. */
function faultRows(faults: FaultReport['faults']): string[][] {
  const onLinks: [string, number][] = [];
  const onProcesses = new Map<string, [target: string, count: number][]>();
  for (const [name, count] of faults) {
    const [, kind, target] = /^(kill -9|SIGSTOP) (.+)$/.exec(name) ?? [];
    if (kind === undefined || target === undefined) onLinks.push([name, count]);
    else onProcesses.set(kind, [...(onProcesses.get(kind) ?? []), [target, count]]);
  }
  return [
    ...[...onProcesses].map(([kind, targets]) => {
      const named = targets.sort(([, a], [, b]) => b - a).map(([target, count]) => `${target} ${count}`);
      return [`${kind}: ${named.join(', ')}`, String(totalOf(targets.map(([, count]) => count)))];
    }),
    ...onLinks.sort(([, a], [, b]) => b - a).map(([name, count]) => [name, String(count)]),
  ];
}

function operationRows({ operations }: FaultReport): string[][] {
  return [...new Set(operations.map(({ kind }) => kind))].sort().map((kind) => {
    const count = (outcome: string) =>
      operations.filter((each) => each.kind === kind && each.outcome === outcome).length.toLocaleString('en');
    return [kind, count('ok'), count('failed'), count('unknown')];
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

const totalOf = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
const after = (ms: number | null): string => (ms === null ? 'NOT in time' : `after ${(ms / 1_000).toFixed(1)} s`);
