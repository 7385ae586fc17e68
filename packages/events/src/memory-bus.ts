import { createLogger, type Metrics } from '@swiftcart/service';
import type { Logger } from 'pino';
import type { DomainEvent } from './domain-event.ts';
import { decodeEvent, encodeEvent } from './encode-event.ts';
import { BusUnavailableError, type EventBus, type EventConsumer, type EventListener } from './event-bus.ts';
import { handleEvent } from './handle-event.ts';
import { hear } from './hear-event.ts';
import { createKeyQueues, type KeyQueues } from './key-queues.ts';

interface Group {
  members: EventConsumer[];
  queues: KeyQueues;
  /** Events that came while the group had no member, oldest first. */
  waiting: DomainEvent[];
}

/**
 * The bus for one process. What was taken over and not yet handled dies with the process, so consumers' work that must
 * not be lost is found again by their own sweepers. Events for a group whose members all left wait for the next one.
 */
export function createMemoryBus({
  logger = createLogger({ name: 'events', level: 'warn' }),
  metrics,
}: MemoryBusOptions = {}): EventBus {
  const groups = new Map<string, Map<string, Group>>();
  const listeners = new Map<string, Set<EventListener>>();
  const stopping = new AbortController();

  function groupOf({ topic, group }: EventConsumer): Group {
    const ofTopic = groups.get(topic) ?? new Map<string, Group>();
    groups.set(topic, ofTopic);
    const found = ofTopic.get(group) ?? { members: [], queues: createKeyQueues(), waiting: [] };
    ofTopic.set(group, found);
    return found;
  }

  function dispatch(group: Group, event: DomainEvent): void {
    group.queues.push(event.key, async () => {
      for (;;) {
        // The member is chosen when the event's turn comes, because the one of its arrival may have left since.
        const member = group.members.shift();
        if (member === undefined) return void group.waiting.push(event);
        group.members.push(member);
        if (await handleEvent(member, event, { logger, metrics, signal: signalOf(member) })) return;
        if (stopping.signal.aborted) return;
      }
    });
  }

  const leaving = new Map<EventConsumer, AbortController>();
  const signalOf = (member: EventConsumer) => leaving.get(member)?.signal ?? AbortSignal.abort();

  return {
    async publish(event) {
      if (stopping.signal.aborted) throw new BusUnavailableError();
      // A copy, checked: what could not cross a network must not work here either.
      const text = encodeEvent(event);
      setImmediate(() => {
        for (const group of groups.get(event.topic)?.values() ?? []) dispatch(group, decodeEvent(text));
        for (const listener of listeners.get(event.topic) ?? []) hear(listener, text, logger);
      });
    },
    async consume(given) {
      const consumer = { ...given };
      const group = groupOf(consumer);
      leaving.set(consumer, new AbortController());
      group.members.push(consumer);
      for (const event of group.waiting.splice(0)) dispatch(group, event);
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
      const all = [...groups.values()].flatMap((ofTopic) => [...ofTopic.values()]);
      for (const group of all) group.members = [];
      await Promise.all(all.map((group) => group.queues.idle()));
    },
  };
}

export interface MemoryBusOptions {
  logger?: Logger | undefined;
  metrics?: Metrics | undefined;
}
