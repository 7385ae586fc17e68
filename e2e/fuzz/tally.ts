/** Counts what became of the requests. */
export interface Tally {
  add(kind: string, caller: string, outcome: string): void;
  /** A few lines: requests in all, by kind, and by outcome, most frequent first. */
  report(seed: number): string;
}

export function createTally(): Tally {
  const startedAt = performance.now();
  const byKind = new Map<string, number>();
  const byOutcome = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const list = (counts: Map<string, number>) =>
    [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([key, times]) => `${key} ${times}`)
      .join(', ');
  return {
    add(kind, caller, outcome) {
      count(byKind, kind);
      count(byKind, `as ${caller}`);
      count(byOutcome, outcome);
    },
    report(seed) {
      const total = [...byOutcome.values()].reduce((sum, each) => sum + each, 0);
      const seconds = Math.round((performance.now() - startedAt) / 1_000);
      return `fuzz: ${total} requests in ${seconds} s, FUZZ_SEED=${seed}\n  ${list(byKind)}\n  ${list(byOutcome)}`;
    },
  };
}
