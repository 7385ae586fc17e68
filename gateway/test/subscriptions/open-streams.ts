import { createMetrics, type Metrics } from '@swiftcart/service';

/** Metrics for a gateway, and a wait until so many subscriptions of clients are open: a fact, where time would guess. */
export function streamCounts(): {
  metrics: Metrics;
  untilOpen(count: number): Promise<void>;
  readGauge(name: string): Promise<number | undefined>;
  /** Notes each value that the gauge takes, as often as can be looked; `stop` gives those that differ from the one before. */
  watchGauge(name: string): { stop(): number[] };
} {
  const metrics = createMetrics({ service: 'test' });
  const readGauge = async (name: string) =>
    (await metrics.registry.getSingleMetric(`swiftcart_${name}`)?.get())?.values[0]?.value;
  return {
    metrics,
    readGauge,
    watchGauge(name) {
      const seen: number[] = [];
      const look = async () => {
        const value = await readGauge(name);
        if (value !== undefined && value !== seen.at(-1)) seen.push(value);
      };
      const timer = setInterval(look, 5);
      return {
        stop() {
          clearInterval(timer);
          return seen;
        },
      };
    },
    async untilOpen(count) {
      while ((await readGauge('streams_open')) !== count) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}
