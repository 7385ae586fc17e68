import { createMetrics, type Metrics } from '@swiftcart/service';

/** Metrics for a gateway, and a wait until so many subscriptions of clients are open: a fact, where time would guess. */
export function streamCounts(): {
  metrics: Metrics;
  untilOpen(count: number): Promise<void>;
  readGauge(name: string): Promise<number | undefined>;
} {
  const metrics = createMetrics({ service: 'test' });
  const readGauge = async (name: string) =>
    (await metrics.registry.getSingleMetric(`swiftcart_${name}`)?.get())?.values[0]?.value;
  return {
    metrics,
    readGauge,
    async untilOpen(count) {
      while ((await readGauge('streams_open')) !== count) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}
