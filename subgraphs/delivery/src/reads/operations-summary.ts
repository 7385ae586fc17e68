import type { CommandTools } from '../commands/command-context.ts';

const dayMs = 24 * 60 * 60_000;

/** How the store is doing, over deliveries placed since an instant; the last 24 hours by default. */
export async function readOperationsSummary({ store, now }: CommandTools, since: Date | null | undefined) {
  const at = now();
  const figures = await store.queries.figuresSince(since ?? new Date(at.getTime() - dayMs), at);
  const delivered = figures.states.find(({ state }) => state === 'DELIVERED');
  return {
    counts: figures.states.map(({ state, count }) => ({ status: state, count })),
    lateCount: figures.lateCount,
    averagePackSeconds: roundOrNull(figures.averagePackSeconds),
    averageDeliverySeconds: roundOrNull(figures.averageDeliverySeconds),
    onTimePercent:
      delivered === undefined || delivered.count === 0
        ? null
        : Math.round((1_000 * (delivered.count - delivered.lateCount)) / delivered.count) / 10,
  };
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
