import { OperationTypeNode } from 'graphql';
import { copyResponse } from './copy-response.ts';
import type { CallContext, DataSource, SubgraphFetch, SubgraphResponse } from './data-source.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

/** Headers that name one request and change no answer: they must not keep equal queries apart. */
const requestNames = new Set(['x-correlation-id', 'traceparent', 'tracestate']);

/**
 * Lets identical queries that run at the same time share one upstream call. Identical means: text, variables, subject
 * and every forwarded header; so nobody is ever given what was fetched for another. Mutations never share, and a query
 * that starts after a mutation has ended never joins a call that began before it: everybody reads their own writes.
 */
export function createSingleFlight(inner: DataSource, mutations: MutationClock): DataSource {
  const flights = new Map<string, Flight>();

  return {
    name: inner.name,
    fetch(fetch, call) {
      if (fetch.kind !== OperationTypeNode.QUERY) {
        return inner.fetch(fetch, call).finally(() => mutations.tick());
      }
      const key = keyOf(fetch, call, mutations.now);
      const running = flights.get(key);
      if (running !== undefined) return running.join(call.signal);
      const flight = new Flight(inner.name, () => {
        if (flights.get(key) === flight) flights.delete(key);
      });
      flights.set(key, flight);
      const answer = flight.join(call.signal);
      flight.start((signal) => inner.fetch(fetch, { ...call, signal }));
      return answer;
    },
    subscribe: (fetch, call) => inner.subscribe(fetch, call),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** Counts the mutations that have ended, over all subgraphs of a gateway. */
export interface MutationClock {
  readonly now: number;
  tick(): void;
}

export function createMutationClock(): MutationClock {
  let now = 0;
  return {
    get now() {
      return now;
    },
    tick() {
      now += 1;
    },
  };
}

/** Worked out once per request: all of its fetches are made on behalf of the same caller. */
const callerKeys = new WeakMap<CallContext, string>();

function callerKey(call: CallContext): string {
  const known = callerKeys.get(call);
  if (known !== undefined) return known;
  const kept = Object.entries(call.headers).filter(([name]) => !requestNames.has(name));
  const key = JSON.stringify([call.flight ?? 0, call.viewer, kept.sort()]);
  callerKeys.set(call, key);
  return key;
}

/** The parts are JSON but for the operation, which comes last, so that no two different calls make one key. */
function keyOf({ operation, variables, variablesText }: SubgraphFetch, call: CallContext, clock: number): string {
  return `${clock} ${callerKey(call)} ${variablesText ?? JSON.stringify(variables)} ${operation}`;
}

/** One upstream call with those who wait for it. It is cancelled when the last of them goes away. */
class Flight {
  readonly #ending = new AbortController();
  readonly #waiting = new Set<{ resolve: (response: SubgraphResponse) => void; reject: (reason: unknown) => void }>();
  readonly #subgraph: string;
  readonly #onEnd: () => void;

  /** `onEnd` is called as soon as nobody may join any more. */
  constructor(subgraph: string, onEnd: () => void) {
    this.#subgraph = subgraph;
    this.#onEnd = onEnd;
  }

  /** Makes the call, unless those who waited for it have left already. */
  start(run: (signal: AbortSignal) => Promise<SubgraphResponse>): void {
    if (this.#waiting.size === 0) return;
    run(this.#ending.signal).then(
      (response) => this.#land(response),
      (error: unknown) => {
        this.#onEnd();
        for (const { reject } of this.#waiting) reject(error);
      },
    );
  }

  join(signal: AbortSignal): Promise<SubgraphResponse> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        const message = `The request ended before ${this.#subgraph} answered.`;
        reject(new SubgraphFailure('SUBGRAPH_TIMEOUT', this.#subgraph, message, { cause: signal.reason }));
        if (this.#waiting.size > 0) return;
        this.#onEnd();
        this.#ending.abort();
      };
      const waiter = {
        resolve: (response: SubgraphResponse) => {
          signal.removeEventListener('abort', leave);
          resolve(response);
        },
        reject: (reason: unknown) => {
          signal.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      this.#waiting.add(waiter);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Each owns its answer and may change it: all but the first get copies, made before anybody runs on. */
  #land(response: SubgraphResponse): void {
    this.#onEnd();
    const [first, ...others] = this.#waiting;
    const copies = others.map(() => copyResponse(response));
    first?.resolve(response);
    for (const [index, waiter] of others.entries()) waiter.resolve(copies[index] as SubgraphResponse);
  }
}
