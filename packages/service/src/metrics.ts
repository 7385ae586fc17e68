import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What one process (or one part of it) counts, in Prometheus' format. Every name starts with `swiftcart_`. */
export interface Metrics {
  readonly registry: Registry;
  /** HTTP requests by `route`, `method` and `status`. */
  readonly requests: Counter<'route' | 'method' | 'status'>;
  /** Top-level GraphQL errors by `code`. */
  readonly errorsByCode: Counter<'code'>;
  /** Time to answer a GraphQL operation by `operation` and `kind`. */
  readonly operationSeconds: Histogram<'operation' | 'kind'>;
  /** Time a call to a subgraph took by `subgraph` and `outcome`. */
  readonly subgraphSeconds: Histogram<'subgraph' | 'outcome'>;
  /** From an event's happening to its being handled, by `topic` and `group`. */
  readonly eventLagSeconds: Histogram<'topic' | 'group'>;
  /** These three return the metric of that name, made on first use; the prefix is added when missing. */
  counter<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  gauge<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Gauge<Label>;
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
    buckets?: number[],
  ): Histogram<Label>;
  /** An operation's name as a label: clients choose names, so after 200 different ones the rest is `other`. */
  operationLabel(operationName: string | null | undefined): string;
  /** The text that `/metrics` serves. */
  render(): Promise<string>;
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `processMetrics` adds node's own (memory, CPU, event loop); for process entries, once a process. */
export function createMetrics({
  service,
  processMetrics = false,
}: {
  service: string;
  processMetrics?: boolean;
}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (processMetrics) collectDefaultMetrics({ register: registry, prefix: 'swiftcart_' });

  function once<Metric>(name: string, make: (fullName: string) => Metric): Metric {
    const fullName = name.startsWith('swiftcart_') ? name : `swiftcart_${name}`;
    // The name says what kind it is, as everywhere in Prometheus; one name is only ever asked for as one kind.
    return (registry.getSingleMetric(fullName) as Metric | undefined) ?? make(fullName);
  }
  const registers = [registry];
  const counter: Metrics['counter'] = (name, help, labels = []) =>
    once(name, (fullName) => new Counter({ name: fullName, help, labelNames: labels, registers }));
  const gauge: Metrics['gauge'] = (name, help, labels = []) =>
    once(name, (fullName) => new Gauge({ name: fullName, help, labelNames: labels, registers }));
  const histogram: Metrics['histogram'] = (name, help, labels = [], buckets = secondsBuckets) =>
    once(name, (fullName) => new Histogram({ name: fullName, help, labelNames: labels, buckets, registers }));

  return {
    registry,
    requests: counter('requests_total', 'HTTP requests answered.', ['route', 'method', 'status']),
    errorsByCode: counter('errors_total', 'Top-level GraphQL errors.', ['code']),
    operationSeconds: histogram('operation_seconds', 'Time to answer a GraphQL operation.', ['operation', 'kind']),
    subgraphSeconds: histogram('subgraph_seconds', 'Time of a call to a subgraph.', ['subgraph', 'outcome']),
    eventLagSeconds: histogram('event_lag_seconds', 'From an event to its being handled.', ['topic', 'group']),
    counter,
    gauge,
    histogram,
    operationLabel: createLabelCap(200),
    render: () => registry.metrics(),
  };
}

/** Bounds how many series a label chosen by clients can make: unknown values past the cap become `other`. */
function createLabelCap(maxValues: number): (value: string | null | undefined) => string {
  const seen = new Set<string>();
  return (value) => {
    const label = value?.slice(0, 100) || 'anonymous';
    if (seen.has(label)) return label;
    if (seen.size >= maxValues) return 'other';
    seen.add(label);
    return label;
  };
}
