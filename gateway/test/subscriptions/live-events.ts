import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext, TestSubgraph } from '../fixtures/start-supergraph.ts';

/** A source of events that a test pushes by hand, with counts of what reached it. */
export interface LiveEvents {
  readonly subgraphs: Record<string, TestSubgraph>;
  /** Adds the next event (1, 2, 3 ...) of a log and wakes everybody up; gives its position. */
  push(log: string): number;
  /** Ends every stream of a log after what was pushed. */
  finish(log: string): void;
  /** Upstream streams that are open now. */
  open(): number;
  /** Upstream streams that were ever opened, with their arguments and who asked. */
  readonly opened: { log: string; afterPosition: number | null; userId: string; cart: string | undefined }[];
  /** Events that went to the gateway. */
  sent: number;
  /** Entity fetches that joined an event. */
  joins: { userId: string; ids: string[] }[];
  /** What a join waits for. */
  joinDelay: (id: string) => Promise<unknown>;
}

/** `ticked` has positions (`afterPosition`, `position`) and a history; `pulsed` has neither: live events alone. */
export function liveEvents(): LiveEvents {
  const logs = new Map<string, { length: number; isFinished: boolean }>();
  const wakeUps = new Set<() => void>();
  const logOf = (name: string) => {
    const known = logs.get(name) ?? { length: 0, isFinished: false };
    logs.set(name, known);
    return known;
  };
  const wake = () => {
    for (const wakeUp of [...wakeUps]) wakeUp();
  };
  let open = 0;
  const userOf = (viewer: TestContext['viewer']) => (viewer.kind === 'user' ? viewer.userId : viewer.kind);

  async function* follow(log: string, from: number, context: TestContext) {
    const known = logOf(log);
    open += 1;
    let next = from;
    try {
      for (;;) {
        while (next <= known.length) {
          state.sent += 1;
          yield next;
          next += 1;
        }
        if (known.isFinished || context.signal?.aborted) return;
        await new Promise<void>((resolve) => {
          const wakeUp = () => {
            wakeUps.delete(wakeUp);
            context.signal?.removeEventListener('abort', wakeUp);
            resolve();
          };
          wakeUps.add(wakeUp);
          context.signal?.addEventListener('abort', wakeUp, { once: true });
        });
        if (context.signal?.aborted) return;
      }
    } finally {
      open -= 1;
    }
  }

  const note = (log: string, afterPosition: number | null, { viewer, headers }: TestContext) =>
    state.opened.push({ log, afterPosition, userId: userOf(viewer), cart: headers['x-cart-token'] });

  const state: LiveEvents = {
    opened: [],
    sent: 0,
    joins: [],
    joinDelay: () => sleep(0),
    open: () => open,
    push(name) {
      const log = logOf(name);
      log.length += 1;
      wake();
      return log.length;
    },
    finish(name) {
      logOf(name).isFinished = true;
      wake();
    },
    subgraphs: {
      events: {
        typeDefs: `
          type Query { now: Int }
          type Subscription {
            ticked(log: ID!, afterPosition: Int, size: Int): Tick!
            pulsed(log: ID!): Item!
            guarded(log: ID!): Item! @requiresScopes(scopes: [["operator"]])
            refused: Item!
            broken: Item!
          }
          type Tick { event: Event! item: Item! padding(size: Int): String }
          type Event { position: Int! log: ID! }
          type Item @key(fields: "id") { id: ID! weight: Int @shareable }`,
        resolvers: {
          Query: { now: () => 0 },
          Item: { weight: ({ id }: { id: string }) => id.length },
          Tick: { padding: (_: unknown, { size }: { size: number }) => 'x'.repeat(size) },
          Subscription: {
            ticked: {
              async *subscribe(
                _: unknown,
                { log, afterPosition }: { log: string; afterPosition?: number },
                context: TestContext,
              ) {
                note(log, afterPosition ?? null, context);
                // Without a position: from the current one on, as a status stream does.
                const from = afterPosition === undefined ? Math.max(1, logOf(log).length) : afterPosition + 1;
                for await (const position of follow(log, from, context)) {
                  yield { ticked: { event: { position, log }, item: { id: `${log}-${position}` } } };
                }
              },
            },
            pulsed: {
              async *subscribe(_: unknown, { log }: { log: string }, context: TestContext) {
                note(log, null, context);
                for await (const position of follow(log, logOf(log).length + 1, context)) {
                  yield { pulsed: { id: `${log}-${position}` } };
                }
              },
            },
            guarded: {
              async *subscribe(_: unknown, { log }: { log: string }, context: TestContext) {
                note(log, null, context);
                for await (const position of follow(log, logOf(log).length + 1, context)) {
                  yield { guarded: { id: `${log}-${position}` } };
                }
              },
            },
            refused: {
              // biome-ignore lint/correctness/useYield: a stream that fails before its first event is the point
              async *subscribe() {
                const { codedError } = await import('@swiftcart/graphql');
                throw codedError('NOT_FOUND', 'There is no such thing.');
              },
            },
            broken: {
              // biome-ignore lint/correctness/useYield: a stream that fails before its first event is the point
              async *subscribe() {
                throw new Error('disk at 10.0.0.7 is full');
              },
            },
          },
        },
      },
      items: {
        typeDefs:
          'type Item @key(fields: "id") { id: ID! name: String weight: Int @shareable broken: String seenBy: String }',
        resolvers: {
          Item: {
            __resolveReference: async ({ id }: { id: string }, { viewer }: TestContext) => {
              state.joins.push({ userId: userOf(viewer), ids: [id] });
              await state.joinDelay(id);
              return { id };
            },
            name: ({ id }: { id: string }) => `Item ${id}`,
            weight: ({ id }: { id: string }) => id.length,
            seenBy: (_: unknown, __: unknown, { viewer }: TestContext) => userOf(viewer),
            broken: () => {
              throw new Error('no');
            },
          },
        },
      },
    },
  };
  return state;
}
