import { type FaultReport, maxSagaMs } from './run-faults.ts';

/** Whether everything held: no violation, and sagas resumed in time. */
export function isClean({ results, sagasMs, eventsMs }: FaultReport): boolean {
  const hasSettled = sagasMs !== null && sagasMs <= maxSagaMs && eventsMs !== null;
  return hasSettled && results.every(({ violations }) => violations.length === 0);
}

const maxShown = 10;

/** The report as lines for people. */
export function describeReport(report: FaultReport): string[] {
  const { options, faults, operations, orders, results, sagasMs, eventsMs, surprises } = report;
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const lines = [`seed ${options.seed}, ${options.seconds} s of faults, ${options.shoppers} shoppers`, ''];
  lines.push(`Faults: ${total} (${report.lostReplies} replies lost on purpose)`);
  for (const [name, count] of [...faults].sort(([a], [b]) => (a < b ? -1 : 1))) lines.push(`  ${pad(count)}  ${name}`);

  lines.push('', `Operations: ${operations.length}; orders: ${orders.placed} placed, ${orders.refused} refused`);
  for (const kind of [...new Set(operations.map((each) => each.kind))].sort()) {
    const of = operations.filter((each) => each.kind === kind);
    const count = (outcome: string) => of.filter((each) => each.outcome === outcome).length;
    lines.push(
      `  ${pad(of.length)}  ${kind}: ${count('ok')} ok, ${count('failed')} failed, ${count('unknown')} unknown`,
    );
  }

  lines.push('', 'Invariants (checked, violations):');
  for (const { name, checked, violations } of results) {
    lines.push(`  ${pad(checked)}  ${violations.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
    for (const violation of violations.slice(0, maxShown)) lines.push(`            ${violation}`);
    if (violations.length > maxShown) lines.push(`            and ${violations.length - maxShown} more`);
  }
  lines.push('', `Sagas at rest ${after(sagasMs)}; all events handed on and taken in ${after(eventsMs)}.`);
  if (surprises.length > 0) {
    lines.push(`Processes that ended by themselves and were started again: ${surprises.length}`);
    for (const surprise of surprises.slice(0, maxShown))
      lines.push(`  ${surprise.replaceAll('\n', ' ').slice(0, 300)}`);
  }
  if (report.keptIn !== null) lines.push(`Evidence kept in ${report.keptIn}`);
  return lines;
}

const pad = (count: number): string => String(count).padStart(6);
const after = (ms: number | null): string =>
  ms === null ? 'NOT within the time given' : `${(ms / 1_000).toFixed(1)} s after the last fault was healed`;
