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
      if (call.signal.aborted) return Promise.reject(endedBefore(inner.name, call.signal.reason));
      const key = keyOf(fetch, call, mutations.now);
      const running = flights.get(key);
      if (running !== undefined) return running.follow(call);
      const flight = new Flight(
        inner.name,
        (leader) => inner.fetch(fetch, leader),
        () => {
          if (flights.get(key) === flight) flights.delete(key);
        },
      );
      flights.set(key, flight);
      return flight.lead(call);
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

function endedBefore(subgraph: string, cause: unknown): SubgraphFailure {
  return new SubgraphFailure('SUBGRAPH_TIMEOUT', subgraph, `The request ended before ${subgraph} answered.`, { cause });
}

interface Follower {
  readonly call: CallContext;
  readonly onLeave: () => void;
  resolve(response: SubgraphResponse): void;
  reject(reason: unknown): void;
}

/**
 * One upstream call with those who wait for it. The first of them leads: the call is made on its signal, so that a call
 * which nobody shares, and that is nearly every one, needs no signal of its own. When the leader goes away the next one
 * leads and the query is sent again; when nobody is left it is cancelled.
 */
class Flight {
  readonly #subgraph: string;
  readonly #run: (leader: CallContext) => Promise<SubgraphResponse>;
  readonly #onEnd: () => void;
  readonly #followers = new Set<Follower>();

  /** `onEnd` is called as soon as nobody may join any more. */
  constructor(subgraph: string, run: (leader: CallContext) => Promise<SubgraphResponse>, onEnd: () => void) {
    this.#subgraph = subgraph;
    this.#run = run;
    this.#onEnd = onEnd;
  }

  async lead(call: CallContext): Promise<SubgraphResponse> {
    try {
      const response = await this.#run(call);
      this.#onEnd();
      if (this.#followers.size > 0) this.#share(response);
      return response;
    } catch (error) {
      if (call.signal.aborted && this.#followers.size > 0) this.#handOver();
      else this.#fail(error);
      throw error;
    }
  }

  follow(call: CallContext): Promise<SubgraphResponse> {
    return new Promise((resolve, reject) => {
      const onLeave = () => {
        this.#followers.delete(follower);
        reject(endedBefore(this.#subgraph, call.signal.reason));
      };
      const follower: Follower = { call, onLeave, resolve, reject };
      this.#followers.add(follower);
      call.signal.addEventListener('abort', onLeave, { once: true });
    });
  }

  /** Each owns its answer and may change it: every follower gets a copy, made before anybody runs on. */
  #share(response: SubgraphResponse): void {
    const followers = this.#release();
    const copies = followers.map(() => copyResponse(response));
    for (const [index, follower] of followers.entries()) follower.resolve(copies[index] as SubgraphResponse);
  }

  #handOver(): void {
    const [next] = this.#followers;
    if (next === undefined) return;
    this.#followers.delete(next);
    next.call.signal.removeEventListener('abort', next.onLeave);
    this.lead(next.call).then(next.resolve, next.reject);
  }

  #fail(error: unknown): void {
    this.#onEnd();
    for (const { reject } of this.#release()) reject(error);
  }

  #release(): Follower[] {
    const followers = [...this.#followers];
    this.#followers.clear();
    for (const { call, onLeave } of followers) call.signal.removeEventListener('abort', onLeave);
    return followers;
  }
}
