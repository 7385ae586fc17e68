import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '@swiftcart/service';
import { OperationTypeNode } from 'graphql';
import { type CircuitBreakerSettings, createCircuitBreaker } from './circuit-breaker.ts';
import type { DataSource } from './data-source.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

export interface ResilienceSettings {
  /** Attempts after the first, for queries alone: a mutation may have taken effect unheard. */
  readonly retries: number;
  readonly breaker: CircuitBreakerSettings;
  readonly metrics?: Metrics | undefined;
}

const firstBackoffMs = 50;
/** A client waits; a subgraph that asks for more patience than this is unavailable to it. */
const maxRetryAfterMs = 2_000;

/** A data source that tries queries again and, when its subgraph keeps failing, gives it a rest. */
export function createResilientDataSource(inner: DataSource, settings: ResilienceSettings): DataSource {
  const { name } = inner;
  const breaker = createCircuitBreaker(settings.breaker);
  const timerOf = createTimers(name, settings.metrics);

  return {
    name,
    async fetch(fetch, call) {
      const attempts = fetch.kind === OperationTypeNode.QUERY ? settings.retries + 1 : 1;
      for (let made = 1; ; made += 1) {
        if (!breaker.admits()) throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', name, `${name} is given a rest.`);
        const startedAt = performance.now();
        const note = (outcome: string) => timerOf(outcome)?.observe((performance.now() - startedAt) / 1_000);
        try {
          const response = await inner.fetch(fetch, call);
          breaker.succeeded();
          note(response.errors === undefined ? 'ok' : 'errors');
          return response;
        } catch (error) {
          if (call.signal.aborted) breaker.abandoned();
          else breaker.failed();
          note(call.signal.aborted ? 'cancelled' : error instanceof SubgraphFailure ? error.code : 'failed');
          if (made >= attempts || call.signal.aborted) throw error;
          const waitMs = backoffMs(error, made);
          if (waitMs === undefined) throw error;
          await sleep(waitMs, undefined, { signal: call.signal }).catch(() => Promise.reject(error));
        }
      }
    },
    subscribe: (fetch, call) => inner.subscribe(fetch, call),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** The time series of one subgraph by outcome, looked up by their labels once: there are a handful. */
function createTimers(subgraph: string, metrics: Metrics | undefined) {
  type Timer = { observe(seconds: number): void };
  const timers = new Map<string, Timer>();
  return (outcome: string): Timer | undefined => {
    if (metrics === undefined) return undefined;
    let timer = timers.get(outcome);
    if (timer === undefined) {
      timer = metrics.subgraphSeconds.labels({ subgraph, outcome });
      timers.set(outcome, timer);
    }
    return timer;
  };
}

/** Undefined when trying again is no use. Jittered, because a subgraph's clients fail at the same moment. */
function backoffMs(error: unknown, made: number): number | undefined {
  if (!(error instanceof SubgraphFailure) || !error.isRetryable) return undefined;
  if (error.retryAfterMs !== undefined) return error.retryAfterMs <= maxRetryAfterMs ? error.retryAfterMs : undefined;
  return firstBackoffMs * 2 ** (made - 1) * (0.5 + Math.random());
}
