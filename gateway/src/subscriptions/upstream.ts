import type { CallContext, DataSource, SubgraphResponse } from '../datasource/data-source.ts';
import { StreamLostError, StreamRefusedError } from '../datasource/stream-failure.ts';
import { SubgraphFailure } from '../datasource/subgraph-failure.ts';
import type { StreamPlan } from './plan-stream.ts';
import { positionIn } from './stream-position.ts';

/** An event as it came, with the plan it belongs to. */
export interface UpstreamEvent {
  readonly plan: StreamPlan;
  readonly response: SubgraphResponse;
  /** Where the stream stands with it; undefined when it does not say, or cannot be trusted to. */
  readonly position: number | undefined;
}

export interface UpstreamOptions {
  /** Longest that a lost stream is tried again before it fails. */
  readonly retryMs: number;
  /** The plan and source to use; asked at every opening, so that a new graph takes over at the next one. */
  current(): { readonly plan: StreamPlan; readonly source: DataSource };
  /** Who is asked for, at every opening anew: an identity must not outlive its assertion. */
  call(signal: AbortSignal): CallContext;
  reconnecting(subgraph: string): void;
}

/** One stream of a subgraph that survives the loss of its connection where that can be done without a gap. */
export interface Upstream {
  /** Ends when the subgraph completes it or after `end`. Throws StreamLostError or StreamRefusedError. */
  events(): AsyncGenerator<UpstreamEvent, void, void>;
  /** Whether it could be opened again after the last event read without losing or repeating one. */
  readonly isResumable: boolean;
  /** Opens the stream again with the current plan, after the last event that was read. */
  reopen(): void;
  end(): void;
}

const firstWaitMs = 100;
const longestWaitMs = 5_000;
/** A connection that has lived this long counts as good again. */
const healthyAfterMs = 10_000;

/**
 * Opens a stream and, when its connection is lost, opens it again with jittered backoff.
 *
 * Nobody may miss, repeat or reorder an event. A stream whose events carry positions is resumed after the last one
 * read; if none was read yet, it starts as its client asked. A stream without positions is opened again only as long as
 * the subgraph cannot have begun it: afterwards the gap could hold events, so it fails, and its client, told by a code,
 * decides how to catch up.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const place = new Place();
  let state: 'running' | 'reopening' | 'ended' = 'running';
  let opening = new AbortController();
  let wake: (() => void) | undefined;

  async function* open(): AsyncGenerator<UpstreamEvent, void, void> {
    opening = new AbortController();
    state = 'running';
    const { signal } = opening;
    for await (const response of subscribe(signal)) {
      if (signal.aborted) return;
      // Not the plan it was opened with: a new graph may have taken over since, and the old one must not be kept alive.
      const event = place.read(options.current().plan, response);
      if (event !== undefined) yield event;
    }
  }

  function subscribe(signal: AbortSignal): AsyncIterable<SubgraphResponse> {
    const { plan, source } = options.current();
    place.opened(plan);
    return source.subscribe(plan.upstream(place.last), options.call(signal));
  }

  /** Resolves after the wait, or at once when the stream ends or is to be opened now. */
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const isEnded = () => state === 'ended';
  const isReopening = () => state === 'reopening';

  return {
    get isResumable() {
      return place.isExact;
    },
    async *events() {
      let failures = 0;
      let failingSince: number | undefined;
      while (!isEnded()) {
        const openedAt = Date.now();
        try {
          for await (const event of open()) {
            failures = 0;
            failingSince = undefined;
            yield event;
          }
          if (!isReopening()) return;
        } catch (error) {
          if (isEnded()) return;
          if (isReopening()) continue;
          const lost = asLost(error, place, options.current().plan);
          if (Date.now() - openedAt > healthyAfterMs) failingSince = undefined;
          failingSince ??= Date.now();
          if (Date.now() - failingSince > options.retryMs) throw lost;
          options.reconnecting(lost.subgraph);
          await pause(Math.min(longestWaitMs, firstWaitMs * 2 ** failures) * (0.5 + Math.random()));
          failures += 1;
        }
      }
    },
    reopen() {
      if (state === 'ended') return;
      state = 'reopening';
      opening.abort();
      wake?.();
    },
    end() {
      state = 'ended';
      opening.abort();
      wake?.();
    },
  };
}

/** How far a stream has been read, and whether that is known exactly. */
class Place {
  last: number | undefined;
  hasBegun = false;
  #isPositioned = true;
  #readWithout = 0;
  #isResumed = false;

  /** A stream of which nothing was read can simply be opened as its client asked. */
  get isExact(): boolean {
    return this.#isPositioned && this.#readWithout === 0;
  }

  opened({ position }: StreamPlan): void {
    if (position === undefined) this.#isPositioned = false;
    this.#isResumed = this.last !== undefined;
  }

  /** Undefined for an event that was read before. */
  read(plan: StreamPlan, response: SubgraphResponse): UpstreamEvent | undefined {
    const { position } = plan;
    this.hasBegun = true;
    const at = position && response.data ? positionIn(response.data, position) : undefined;
    if (at === undefined) {
      this.#readWithout += 1;
      return { plan, response, position: undefined };
    }
    if (this.last !== undefined && at <= this.last) {
      if (this.#isResumed) return undefined;
      // Numbers that do not increase are no positions, whatever their names say.
      this.#isPositioned = false;
    }
    this.last = at;
    this.#readWithout = 0;
    return { plan, response, position: this.#isPositioned ? at : undefined };
  }
}

/** A failure after which the stream may be opened again, as a StreamLostError; any other is thrown. */
function asLost(error: unknown, place: Place, { primary: { serviceName } }: StreamPlan): StreamLostError {
  if (error instanceof StreamRefusedError) {
    // A subgraph's fault in a stream that ran (its database went away, say) is a loss like that of its connection.
    if (error.isVerdict || !place.hasBegun || !place.isExact) throw error;
    return new StreamLostError(serviceName, true, error);
  }
  if (!(error instanceof StreamLostError) && !(error instanceof SubgraphFailure)) throw error;
  const lost = error instanceof StreamLostError ? error : new StreamLostError(serviceName, true, error);
  place.hasBegun ||= lost.hasBegun;
  if (place.hasBegun && !place.isExact) throw lost;
  return lost;
}
