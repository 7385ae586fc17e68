import { createLogger, type Metrics } from '@swiftcart/service';
import type { Logger } from 'pino';
import type { DomainEvent } from './domain-event.ts';
import { decodeEvent, encodeEvent } from './encode-event.ts';
import { BusUnavailableError, type EventBus, type EventConsumer, type EventListener } from './event-bus.ts';
import { handleEvent } from './handle-event.ts';
import { hear } from './hear-event.ts';
import { createKeyQueues, type KeyQueues } from './key-queues.ts';

/** An event on its way to one group. */
interface Delivery {
  event: DomainEvent;
  /** False: the bus stops before anybody handled it. */
  settle(isDone: boolean): void;
}

interface Group {
  members: EventConsumer[];
  queues: KeyQueues;
  /** What came while the group had no member, oldest first. */
  waiting: Delivery[];
}

/** The bus of one process. */
export interface MemoryBus extends EventBus {
  /** Ends the pause of `startPaused`: everything published meanwhile goes out. */
  open(): void;
}

/**
 * The bus for one process. It keeps nothing when the process dies: what must not be lost is published `untilSafe`, as the
 * outbox relay does. Events for a group whose members all left wait for the next one.
 */
export function createMemoryBus(options: MemoryBusOptions = {}): MemoryBus {
  const { logger = createLogger({ name: 'events', level: 'warn' }), metrics, startPaused = false } = options;
  const groups = new Map<string, Map<string, Group>>();
  const listeners = new Map<string, Set<EventListener>>();
  const leaving = new Map<EventConsumer, AbortController>();
  const stopping = new AbortController();
  let held: (() => void)[] | undefined = startPaused ? [] : undefined;

  function groupOf({ topic, group }: EventConsumer): Group {
    const ofTopic = groups.get(topic) ?? new Map<string, Group>();
    groups.set(topic, ofTopic);
    const found = ofTopic.get(group) ?? { members: [], queues: createKeyQueues(), waiting: [] };
    ofTopic.set(group, found);
    return found;
  }

  function dispatch(group: Group, delivery: Delivery): void {
    group.queues.push(delivery.event.key, async () => {
      while (!stopping.signal.aborted) {
        // The member is chosen when the event's turn comes, because the one of its arrival may have left since.
        const member = group.members.shift();
        if (member === undefined) return void group.waiting.push(delivery);
        group.members.push(member);
        const signal = leaving.get(member)?.signal ?? AbortSignal.abort();
        if (await handleEvent(member, delivery.event, { logger, metrics, signal })) return delivery.settle(true);
      }
      delivery.settle(false);
    });
  }

  /** To all groups and listeners; false when one of the groups did not get to handle it. */
  async function deliver(topic: string, text: string): Promise<boolean> {
    const ofTopic = [...(groups.get(topic)?.values() ?? [])];
    const deliveries = ofTopic.map(
      (group) => new Promise<boolean>((settle) => dispatch(group, { event: decodeEvent(text), settle })),
    );
    for (const listener of listeners.get(topic) ?? []) hear(listener, text, logger);
    return (await Promise.all(deliveries)).every((isDone) => isDone);
  }

  return {
    async publish(event, { untilSafe = false } = {}) {
      if (stopping.signal.aborted) throw new BusUnavailableError();
      // As text: what could not cross a network must not work here either.
      const text = encodeEvent(event);
      const delivered = new Promise<boolean>((resolve) => {
        const start = () => void deliver(event.topic, text).then(resolve);
        if (held === undefined) setImmediate(start);
        else held.push(start);
      });
      if (untilSafe && !(await delivered)) throw new BusUnavailableError();
    },
    open() {
      const starts = held ?? [];
      held = undefined;
      for (const start of starts) start();
    },
    async consume(given) {
      const consumer = { ...given };
      const group = groupOf(consumer);
      leaving.set(consumer, new AbortController());
      group.members.push(consumer);
      for (const delivery of group.waiting.splice(0)) dispatch(group, delivery);
      return {
        async [Symbol.asyncDispose]() {
          group.members = group.members.filter((member) => member !== consumer);
          leaving.get(consumer)?.abort();
          await group.queues.idle();
          leaving.delete(consumer);
        },
      };
    },
    async listen(given) {
      const listener = { ...given };
      const ofTopic = listeners.get(listener.topic) ?? new Set();
      listeners.set(listener.topic, ofTopic.add(listener));
      return {
        async [Symbol.asyncDispose]() {
          ofTopic.delete(listener);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      listeners.clear();
      for (const controller of leaving.values()) controller.abort();
      held = undefined;
      const all = [...groups.values()].flatMap((ofTopic) => [...ofTopic.values()]);
      for (const group of all) group.members = [];
      await Promise.all(all.map((group) => group.queues.idle()));
      for (const { settle } of all.flatMap(({ waiting }) => waiting.splice(0))) settle(false);
    },
  };
}

export interface MemoryBusOptions {
  /**
   * Hold everything back until `open()`: in a process that starts several subgraphs one after the other, so that what the
   * first finds in its outbox is not published before the last has begun to consume. Default false.
   */
  startPaused?: boolean | undefined;
  logger?: Logger | undefined;
  metrics?: Metrics | undefined;
}
