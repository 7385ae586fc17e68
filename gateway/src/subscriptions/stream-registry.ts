import { codedError } from '@swiftcart/graphql';
import type { Logger } from '@swiftcart/service';
import { print } from 'graphql';
import { type AccessSettings, decideAccess } from '../auth/decide-access.ts';
import type { Graph } from '../composition/load-graph.ts';
import type { DataSources } from '../datasource/data-sources.ts';
import type { AdmittedOperation } from '../pipeline.ts';
import type { OperationStore } from '../planning/operation-store.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';
import { createPlanStream, type StreamPlan } from './plan-stream.ts';
import { isSameForAll } from './public-fields.ts';
import { SharedStream } from './shared-stream.ts';
import { endedBySchema, endingOf } from './stream-endings.ts';
import { type StreamKey, streamKey } from './stream-key.ts';
import type { StreamMetrics } from './stream-metrics.ts';
import type { PositionRules } from './stream-position.ts';
import type { Subscriber, Subscription } from './subscriber.ts';

/** Every live stream of this gateway. */
export interface StreamRegistry extends Disposable {
  /** Joins a stream that asks for the same, or opens one. Throws OperationRefusedError or a coded error when it cannot be planned. */
  subscribe(operation: AdmittedOperation, subscriber: Subscriber): Subscription;
}

export interface StreamRegistryOptions {
  readonly graphs: { readonly current: Graph; onChange(listener: (graph: Graph) => void | Promise<void>): void };
  readonly operations: OperationStore;
  readonly access: AccessSettings;
  readonly sources: DataSources;
  readonly logger: Logger;
  readonly metrics: StreamMetrics;
  /** Client headers that make a difference to answers. */
  readonly forwardHeaders: readonly string[];
  readonly positions: PositionRules;
  /** Longest that a lost upstream is tried again. */
  readonly upstreamRetryMs: number;
}

/**
 * Sharing must never cost an event. Somebody who subscribes later may be owed events that the stream has already sent
 * (a history, the current state), so he joins one that has sent nothing yet and begins where he does, or one that
 * stands at the very position he asks to go on from. Everybody else begins a stream of his own, and streams of the same
 * course become one when their positions say that they stand at the same place.
 */
export function createStreamRegistry(options: StreamRegistryOptions): StreamRegistry {
  const { graphs, operations, access, metrics, forwardHeaders } = options;
  const planStream = createPlanStream(options.positions);
  const streams = new Set<SharedStream>();
  /** Streams that have sent nothing, by course and beginning. */
  const fresh = new Map<string, SharedStream>();
  /** Streams that know where they stand, by course and position. */
  const standing = new Map<string, SharedStream>();
  /** Where each subscriber is now: streams merge and move to other keys under them. */
  const homes = new WeakMap<Subscriber, SharedStream>();

  function remove(stream: SharedStream): void {
    streams.delete(stream);
    forget(stream);
  }

  /** Nobody joins it any more where it was. */
  function forget(stream: SharedStream): void {
    const { key, position } = stream;
    if (fresh.get(beginningOf(key)) === stream) fresh.delete(beginningOf(key));
    if (position === undefined) return;
    const place = placeOf(key, position);
    if (standing.get(place) === stream) standing.delete(place);
  }

  /** Makes a stream known under its key; equal course and position: whatever comes next is the same for both. */
  function settle(stream: SharedStream): void {
    if (stream.isFresh) {
      if (fresh.get(beginningOf(stream.key))?.isFresh !== true) fresh.set(beginningOf(stream.key), stream);
      return;
    }
    if (stream.position === undefined) return;
    const place = placeOf(stream.key, stream.position);
    const other = standing.get(place);
    if (other === undefined || other === stream) {
      standing.set(place, stream);
      return;
    }
    // The larger crowd stays where it is.
    const [stays, goes] = other.subscribers.size >= stream.subscribers.size ? [other, stream] : [stream, other];
    for (const subscriber of goes.subscribers) homes.set(subscriber, stays);
    stays.absorb(goes);
    standing.set(place, stays);
    metrics.merged();
  }

  /** The stream that somebody who begins here can join without missing or repeating anything. */
  function running(key: StreamKey, start: unknown): SharedStream | undefined {
    const unbegun = fresh.get(beginningOf(key));
    if (unbegun?.isFresh) return unbegun;
    return typeof start === 'number' ? standing.get(placeOf(key, start)) : undefined;
  }

  const streamOptions = {
    sources: options.sources,
    logger: options.logger,
    metrics,
    retryMs: options.upstreamRetryMs,
    onHandOut: forget,
    onDelivered: settle,
    onEnd: remove,
  };

  function keyOf(plan: StreamPlan, subscriber: Subscriber): StreamKey {
    const isPublic = isSameForAll(plan.prepared);
    return streamKey(plan, subscriber.caller, subscriber.headers, forwardHeaders, isPublic);
  }

  /** Moves a stream onto the graph in force; ends it when its operation does not fit any more. */
  async function moveTo(graph: Graph, stream: SharedStream): Promise<void> {
    const { prepared, variables } = stream.plan;
    if (prepared.graph === graph) return;
    try {
      const next = operations.prepare(graph, print(prepared.document), prepared.operation.name?.value);
      if (isSameForAll(prepared)) await dismissUnlike(next, stream);
      const [leader] = stream.subscribers;
      if (leader === undefined) return;
      const denials = await decideAccess(next, leader.caller, access);
      const plan = planStream({ prepared: next, variables, denials });
      if (!stream.continueWith(plan)) {
        // It goes on as it was, unless that would go on sending what its viewers may not have any more.
        if (denials.size > 0) stream.end(endedBySchema([]));
        return;
      }
      forget(stream);
      stream.key = keyOf(plan, leader);
      settle(stream);
    } catch (error) {
      if (!(error instanceof OperationRefusedError)) return stream.end(endingOf(error));
      const isVerdict = error.errors.some(({ extensions }) => isAccessCode(extensions['code']));
      stream.end(
        isVerdict ? { reason: 'forbidden', errors: error.errors, isLost: false } : endedBySchema(error.errors),
      );
    }
  }

  /**
   * A stream may be shared across subjects only as long as all of them are given the same. Under a new graph each is
   * asked: who has lost the right leaves, and so does everybody to whom the answers of those who may have most would
   * now be another's. Within one subject all have the same rights.
   */
  async function dismissUnlike(next: PreparedOperation, stream: SharedStream): Promise<void> {
    const { variables } = stream.plan;
    const entitled: { subscriber: Subscriber; course: string; isDenied: boolean }[] = [];
    for (const subscriber of [...stream.subscribers]) {
      const denials = await decideAccess(next, subscriber.caller, access).catch((error: unknown) => {
        stream.dismiss(subscriber, 'forbidden', endingOf(error).errors);
      });
      if (denials === undefined) continue;
      const { course } = keyOf(planStream({ prepared: next, variables, denials }), subscriber);
      entitled.push({ subscriber, course, isDenied: denials.size > 0 });
    }
    const first = entitled.find(({ isDenied }) => !isDenied) ?? entitled[0];
    for (const { subscriber, course } of entitled) {
      if (course !== first?.course) stream.dismiss(subscriber, 'schema', endedBySchema([]).errors);
    }
  }

  graphs.onChange(async (graph) => {
    for (const stream of [...streams]) await moveTo(graph, stream);
  });

  return {
    subscribe(operation, subscriber) {
      const plan = planStream(operation);
      const key = keyOf(plan, subscriber);
      let stream = running(key, plan.start);
      metrics.subscribed();
      if (stream !== undefined) {
        stream.subscribers.add(subscriber);
        homes.set(subscriber, stream);
      } else {
        stream = new SharedStream(key, plan, subscriber, streamOptions);
        homes.set(subscriber, stream);
        streams.add(stream);
        settle(stream);
        void stream.run();
        // Admitted just before a reload: the change has already been told to all others.
        if (plan.prepared.graph !== graphs.current) void moveTo(graphs.current, stream);
      }
      return {
        leave() {
          if (homes.get(subscriber)?.leave(subscriber)) metrics.ended('client');
        },
      };
    },
    [Symbol.dispose]() {
      for (const stream of [...streams]) stream.end(goingAway);
    },
  };
}

const beginningOf = ({ course, start }: StreamKey) => `${start} ${course}`;
const placeOf = ({ course }: StreamKey, position: number) => `${position} ${course}`;

const goingAway = {
  reason: 'upstream_lost',
  errors: [codedError('OVERLOADED', 'The gateway is going away.')],
  isLost: true,
} as const;

function isAccessCode(code: unknown): boolean {
  return code === 'FORBIDDEN' || code === 'UNAUTHENTICATED';
}
