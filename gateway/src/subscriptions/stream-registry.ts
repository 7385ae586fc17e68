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
import { createPlanStream } from './plan-stream.ts';
import { isSameForAll } from './public-fields.ts';
import { SharedStream } from './shared-stream.ts';
import { endedBySchema, endingOf } from './stream-endings.ts';
import { streamKey } from './stream-key.ts';
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
 * (a history, the current state), so only a stream that has sent nothing yet is joined. Everybody else begins a stream
 * of his own, and streams of the same key become one when their positions say that they stand at the same place.
 */
export function createStreamRegistry(options: StreamRegistryOptions): StreamRegistry {
  const { graphs, operations, access, metrics, forwardHeaders } = options;
  const planStream = createPlanStream(options.positions);
  const streams = new Map<string, Set<SharedStream>>();
  /** Where each subscriber is now: streams merge and move to other keys under them. */
  const homes = new WeakMap<Subscriber, SharedStream>();

  function add(stream: SharedStream): void {
    const known = streams.get(stream.key);
    if (known === undefined) streams.set(stream.key, new Set([stream]));
    else known.add(stream);
  }

  function remove(stream: SharedStream): void {
    const known = streams.get(stream.key);
    known?.delete(stream);
    if (known?.size === 0) streams.delete(stream.key);
  }

  /** Equal key and equal position: whatever comes next is the same for both. The larger crowd stays where it is. */
  function mergeWhereEqual(stream: SharedStream): void {
    if (stream.position === undefined) return;
    for (const other of streams.get(stream.key) ?? []) {
      if (other === stream || other.position !== stream.position) continue;
      const [stays, goes] = other.subscribers.size >= stream.subscribers.size ? [other, stream] : [stream, other];
      for (const subscriber of goes.subscribers) homes.set(subscriber, stays);
      stays.absorb(goes);
      metrics.merged();
      return;
    }
  }

  const streamOptions = {
    sources: options.sources,
    logger: options.logger,
    metrics,
    retryMs: options.upstreamRetryMs,
    onDelivered: mergeWhereEqual,
    onEnd: remove,
  };

  function keyOf(plan: Parameters<typeof streamKey>[0], subscriber: Subscriber): string {
    const isPublic = isSameForAll(plan.prepared);
    return streamKey(plan, subscriber.caller, subscriber.headers, forwardHeaders, isPublic);
  }

  /** Moves a stream onto the graph in force; ends it when its operation does not fit any more. */
  async function moveTo(graph: Graph, stream: SharedStream): Promise<void> {
    const [leader] = stream.subscribers;
    const { prepared, variables } = stream.plan;
    if (leader === undefined || prepared.graph === graph) return;
    try {
      const next = operations.prepare(graph, print(prepared.document), prepared.operation.name?.value);
      const denials = await decideAccess(next, leader.caller, access);
      if (isSameForAll(prepared)) await dismissDenied(next, stream);
      const plan = planStream({ prepared: next, variables, denials });
      if (!stream.continueWith(plan)) return;
      remove(stream);
      stream.key = keyOf(plan, leader);
      add(stream);
    } catch (error) {
      if (!(error instanceof OperationRefusedError)) return stream.end(endingOf(error));
      const isVerdict = error.errors.some(({ extensions }) => isAccessCode(extensions['code']));
      stream.end(
        isVerdict ? { reason: 'forbidden', errors: error.errors, isLost: false } : endedBySchema(error.errors),
      );
    }
  }

  /** Where a stream is shared across subjects, each has to be asked; within one all have the same rights. */
  async function dismissDenied(next: PreparedOperation, stream: SharedStream): Promise<void> {
    for (const subscriber of [...stream.subscribers]) {
      try {
        await decideAccess(next, subscriber.caller, access);
      } catch (error) {
        stream.dismiss(subscriber, 'forbidden', endingOf(error).errors);
      }
    }
  }

  graphs.onChange(async (graph) => {
    for (const stream of [...streams.values()].flatMap((known) => [...known])) await moveTo(graph, stream);
  });

  return {
    subscribe(operation, subscriber) {
      const plan = planStream(operation);
      const key = keyOf(plan, subscriber);
      let stream = [...(streams.get(key) ?? [])].find((candidate) => candidate.isFresh);
      metrics.subscribed();
      if (stream !== undefined) {
        stream.subscribers.add(subscriber);
        homes.set(subscriber, stream);
      } else {
        stream = new SharedStream(key, plan, subscriber, streamOptions);
        homes.set(subscriber, stream);
        add(stream);
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
      for (const known of [...streams.values()]) for (const stream of [...known]) stream.end(goingAway);
    },
  };
}

const goingAway = {
  reason: 'upstream_lost',
  errors: [codedError('OVERLOADED', 'The gateway is going away.')],
  isLost: true,
} as const;

function isAccessCode(code: unknown): boolean {
  return code === 'FORBIDDEN' || code === 'UNAUTHENTICATED';
}
