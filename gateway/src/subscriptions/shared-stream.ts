import { setMaxListeners } from 'node:events';
import { createId } from '@swiftcart/graphql';
import type { Logger } from '@swiftcart/service';
import type { CallContext, DataSource } from '../datasource/data-source.ts';
import type { DataSources } from '../datasource/data-sources.ts';
import { formatErrors } from '../http/format-errors.ts';
import { executeEvent } from './execute-event.ts';
import type { StreamPlan } from './plan-stream.ts';
import { endingOf, type StreamEnding } from './stream-endings.ts';
import type { StreamKey } from './stream-key.ts';
import type { StreamMetrics } from './stream-metrics.ts';
import type { EndReason, Subscriber } from './subscriber.ts';
import { createUpstream, type Upstream, type UpstreamEvent } from './upstream.ts';

export interface SharedStreamOptions {
  readonly sources: DataSources;
  readonly logger: Logger;
  readonly metrics: StreamMetrics;
  readonly retryMs: number;
  /** Called before an event is handed to the first: until `onDelivered` the stream stands nowhere. */
  onHandOut(stream: SharedStream): void;
  /** Called after an event has been handed to everybody. */
  onDelivered(stream: SharedStream): void;
  /** Called once, when the stream is over. */
  onEnd(stream: SharedStream): void;
}

/** So many subscribers are served before other work gets a turn. */
const subscribersPerTurn = 500;

/**
 * One upstream stream with everybody who shares it. Events are taken one after the other: the next is joined when this
 * one has been handed out, so order holds by construction, and a slow join delays this stream alone.
 */
export class SharedStream {
  /** Everybody in here gets the next event. The first is the one in whose name subgraphs are asked. */
  readonly subscribers = new Set<Subscriber>();
  key: StreamKey;
  /** Whether the upstream has sent nothing yet: whoever joins now misses nothing. */
  isFresh = true;
  /** Where everybody stands; undefined when events do not say, and while some have an event that others have not. */
  position: number | undefined;
  #plan: StreamPlan;
  readonly #options: SharedStreamOptions;
  readonly #upstream: Upstream;
  /** Cancels the fetches of the event in work when nobody waits for it any more. */
  #event: AbortController | undefined;
  #events = 0;
  #isOver = false;
  readonly #id = createId('str');
  /** A stream's own: a subscriber's would be gone with him. */
  readonly #correlationId: string;

  constructor(key: StreamKey, plan: StreamPlan, first: Subscriber, options: SharedStreamOptions) {
    this.key = key;
    this.#plan = plan;
    this.#options = options;
    this.#correlationId = first.correlationId;
    this.subscribers.add(first);
    this.#upstream = createUpstream({
      retryMs: options.retryMs,
      current: () => ({ plan: this.#plan, source: this.#source() }),
      call: (signal) => this.#call(signal),
      reconnecting: (subgraph) => options.metrics.reconnecting(subgraph),
    });
    options.metrics.upstreamOpened();
  }

  get plan(): StreamPlan {
    return this.#plan;
  }

  /** Runs until the stream ends, one way or another. Never rejects. */
  async run(): Promise<void> {
    try {
      for await (const event of this.#upstream.events()) {
        if (this.#isOver) return;
        this.isFresh = false;
        await this.#handOut(event);
        if (this.#isOver) return;
      }
      this.end({ reason: 'complete', errors: [], isLost: false });
    } catch (error) {
      this.end(endingOf(error));
    }
  }

  async #handOut(event: UpstreamEvent): Promise<void> {
    const { logger, metrics } = this.#options;
    const startedAt = performance.now();
    this.#event = new AbortController();
    // Every fetch of a wide plan listens for the end of its event.
    setMaxListeners(0, this.#event.signal);
    this.#events += 1;
    const sources = this.#options.sources.forGraph(event.plan.prepared.graph);
    const call = { ...this.#call(this.#event.signal), flight: `${this.#id} ${this.#events}` };
    const { data, errors } = await executeEvent(event.plan, event.response, sources, call);
    if (this.#isOver) return;
    const formatted = errors.length === 0 ? {} : { errors: formatErrors(errors, this.#correlationId, logger) };
    const payload = Buffer.from(JSON.stringify({ data, ...formatted }));
    let served = 0;
    this.#options.onHandOut(this);
    this.position = undefined;
    for (const subscriber of this.subscribers) {
      subscriber.deliver(payload);
      served += 1;
      if (served % subscribersPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#isOver) return;
    metrics.event(served, (performance.now() - startedAt) / 1_000);
    this.position = event.position;
    this.#options.onDelivered(this);
  }

  leave(subscriber: Subscriber): boolean {
    if (!this.subscribers.delete(subscriber)) return false;
    if (this.subscribers.size === 0) this.#stop();
    return true;
  }

  /** Takes over everybody of a stream that stands where this one does. */
  absorb(other: SharedStream): void {
    for (const subscriber of other.subscribers) this.subscribers.add(subscriber);
    other.subscribers.clear();
    other.#stop();
  }

  /** Ends the stream for everybody. */
  end({ errors, reason, isLost }: StreamEnding): void {
    if (this.#isOver) return;
    const subscribers = [...this.subscribers];
    this.subscribers.clear();
    this.#stop();
    for (const subscriber of subscribers) {
      this.#options.metrics.ended(reason);
      if (reason === 'complete') subscriber.complete();
      else subscriber.fail(errors, isLost);
    }
  }

  /** Ends it for one subscriber alone. */
  dismiss(subscriber: Subscriber, reason: EndReason, errors: readonly unknown[]): void {
    if (!this.leave(subscriber)) return;
    this.#options.metrics.ended(reason);
    subscriber.fail(errors, false);
  }

  /**
   * Goes on under a plan for another graph, from the next event on. True when it does. A plan that asks its subgraph
   * for something else needs another upstream: without positions that could lose events, and the stream stays as it is.
   */
  continueWith(plan: StreamPlan): boolean {
    const before = this.#plan;
    const isSame = before.primary.operation === plan.primary.operation && this.#source() === this.#sourceOf(plan);
    if (!isSame && !(this.#upstream.isResumable && plan.position !== undefined)) return false;
    this.#plan = plan;
    if (!isSame) this.#upstream.reopen();
    return true;
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#upstream.end();
    this.#event?.abort();
    this.#options.metrics.upstreamClosed();
    this.#options.onEnd(this);
  }

  #source(): DataSource {
    const source = this.#sourceOf(this.#plan);
    if (source === undefined) throw new Error(`There is no subgraph ${this.#plan.primary.serviceName}.`);
    return source;
  }

  #sourceOf(plan: StreamPlan): DataSource | undefined {
    return this.#options.sources.forGraph(plan.prepared.graph).get(plan.primary.serviceName);
  }

  #call(signal: AbortSignal): CallContext {
    const [leader] = this.subscribers;
    const { caller, headers } = leader ?? { caller: { viewer: { kind: 'anonymous' } as const }, headers: {} };
    return { viewer: caller.viewer, headers, correlationId: this.#correlationId, signal };
  }
}
