import type { Operation } from './history.ts';
import { type FaultReport, maxSagaMs } from './run-faults.ts';

/** Whether everything held: no violation, and sagas resumed in time. */
export function isClean({ results, sagasMs, eventsMs }: FaultReport): boolean {
  const hasSettled = sagasMs !== null && sagasMs <= maxSagaMs && eventsMs !== null;
  return hasSettled && results.every(({ violations }) => violations.length === 0);
}

const maxShown = 10;
const maxCodes = 5;

/** The report as lines for people. */
export function describeReport(report: FaultReport): string[] {
  const { options, faults, operations, orders, results, sagasMs, eventsMs, surprises } = report;
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const lines = [`seed ${options.seed}, ${options.seconds} s of faults, ${options.shoppers} shoppers`, ''];
  lines.push(
    `Faults: ${total} (${report.doubles} times two processes at once; ${report.lostReplies} replies lost on purpose)`,
  );
  for (const [name, count] of [...faults].sort(([a], [b]) => (a < b ? -1 : 1))) lines.push(`  ${pad(count)}  ${name}`);

  lines.push('', `Operations: ${operations.length}; orders: ${orders.placed} placed, ${orders.refused} refused`);
  for (const kind of [...new Set(operations.map((each) => each.kind))].sort()) {
    const of = operations.filter((each) => each.kind === kind);
    const tell = (outcome: string) => {
      const met = of.filter((each) => each.outcome === outcome);
      return `${met.length} ${outcome}${codesOf(met)}`;
    };
    lines.push(`  ${pad(of.length)}  ${kind}: ${['ok', 'failed', 'unknown'].map(tell).join(', ')}`);
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

/** Why, the most frequent first. */
function codesOf(operations: readonly Operation[]): string {
  const counts = new Map<string, number>();
  for (const { code } of operations) if (code !== null) counts.set(code, (counts.get(code) ?? 0) + 1);
  const named = [...counts].sort(([, a], [, b]) => b - a).slice(0, maxCodes);
  return named.length === 0 ? '' : ` (${named.map(([code, count]) => `${code} ${count}`).join(', ')})`;
}

const pad = (count: number): string => String(count).padStart(6);
const after = (ms: number | null): string =>
  ms === null ? 'NOT within the time given' : `${(ms / 1_000).toFixed(1)} s after the last fault was healed`;
