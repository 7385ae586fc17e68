import { writeFile } from 'node:fs/promises';
import { allChecks } from './checks/all-checks.ts';
import { type FaultReport, maxSagaMs } from './run-faults.ts';

/** One thing that a run was held against, for machines that only count. */
export interface CheckOutcome {
  readonly name: string;
  /** `skipped`: the run had nothing to hold against it, which shows neither the one nor the other. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
}

/** Every invariant of a run, and the two deadlines for settling, as one outcome each. */
export function outcomesOf({ results, sagasMs, eventsMs }: FaultReport): CheckOutcome[] {
  const settled = (name: string, isSettled: boolean): CheckOutcome => ({
    name,
    outcome: isSettled ? 'passed' : 'failed',
  });
  return [
    ...results.map(({ name, checked, violations }): CheckOutcome => {
      if (violations.length > 0) return { name, outcome: 'failed' };
      return { name, outcome: checked === 0 ? 'skipped' : 'passed' };
    }),
    settled(`sagas come to rest within ${maxSagaMs / 1_000} s`, sagasMs !== null && sagasMs <= maxSagaMs),
    settled('all events are taken in', eventsMs !== null),
  ];
}

/** The invariants as they stand when the run could not begin. */
export function skippedOutcomes(): CheckOutcome[] {
  const nothing = {
    ...{ products: [], orders: [], payments: [], carts: [], deliveries: [], riders: [], readAt: new Date(0) },
    ...{ waitingEvents: {}, parkedEvents: 0, operations: [], followings: [] },
  };
  return allChecks.map((check) => ({ name: check(nothing).name, outcome: 'skipped' }));
}

/** Writes what `--report` asks for: `{ skipped, checks }`, with the reason when the whole run was skipped. */
export async function writeReport(
  file: string | null,
  checks: readonly CheckOutcome[],
  skipped: string | null = null,
): Promise<void> {
  if (file !== null) await writeFile(file, `${JSON.stringify({ skipped, checks }, null, 2)}\n`);
}
