import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '@swiftcart/service';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { DomainEvent } from './domain-event.ts';
import { decodeEvent } from './encode-event.ts';
import { backoffMs, type EventConsumer } from './event-bus.ts';
import { handleEvent } from './handle-event.ts';
import { createRedisLeases } from './redis-leases.ts';
import { createPartitionWork, type PartitionWork } from './redis-partition-work.ts';
import { createRedisStream, type StreamEntry } from './redis-stream.ts';

export interface RedisConsumerOptions {
  consumer: EventConsumer;
  /** For short commands; shared. */
  commands: Redis;
  /** For waiting reads; this consumer's own. */
  reader: Redis;
  logger: Logger;
  metrics?: Metrics | undefined;
  leaseMs: number;
}

const blockMs = 500;
const trimEveryMs = 30_000;
/** Read but unfinished events; past it reading pauses, so that a slow database does not fill the memory. */
const maxUnfinished = 500;

/**
 * One member of a consumer group. It holds leases on some of the topic's partitions and alone reads those for its group:
 * so the order per key holds although several processes share the work. A partition taken over starts with what its last
 * owner left pending. Resolves when the first leases are agreed; rejects when Redis cannot be reached.
 */
export async function startRedisConsumer(options: RedisConsumerOptions): Promise<AsyncDisposable> {
  const { consumer, commands, reader, logger, metrics, leaseMs } = options;
  const { topic, group } = consumer;
  const member = randomUUID();
  const leases = createRedisLeases(commands, { topic, group, member, leaseMs });
  const stream = createRedisStream({ topic, group, member });
  const held = new Map<number, PartitionWork>();
  const givingBack = new Set<number>();
  const stopping = new AbortController();
  let renewedAtMs = 0;
  let trimmedAtMs = Date.now();

  async function agreeOnLeases(): Promise<void> {
    const askedAtMs = Date.now();
    const { fairShare, held: granted } = await leases.renew();
    renewedAtMs = askedAtMs;
    for (const [partition, work] of held) if (!granted.includes(partition)) lose(partition, work);
    for (const partition of granted) if (!held.has(partition)) held.set(partition, createPartitionWork());
    // Another member has come: give it some, after finishing what runs; not awaited, or a slow handler would hold up renewals.
    for (const partition of [...held.keys()].slice(fairShare)) {
      giveBack(partition).catch((error: unknown) =>
        logger.debug({ err: error, partition }, 'lease runs out by itself'),
      );
    }
    await Promise.all(
      [...held].map(([partition, work]) => work.flush((ids) => stream.acknowledge(commands, partition, ids))),
    );
  }

  /** Somebody else may own it by now: start nothing more of it, acknowledge nothing more. */
  function lose(partition: number, work: PartitionWork): void {
    logger.warn({ topic, group, partition }, 'partition lost');
    held.delete(partition);
    work.stop();
  }

  async function giveBack(partition: number): Promise<void> {
    const work = held.get(partition);
    if (work === undefined || givingBack.has(partition)) return;
    givingBack.add(partition);
    work.stop();
    await work.idle();
    await work.flush((ids) => stream.acknowledge(commands, partition, ids)).catch(() => undefined);
    held.delete(partition);
    givingBack.delete(partition);
    await leases.release(partition);
  }

  function take({ partition, entryId, text }: StreamEntry): void {
    const work = held.get(partition);
    if (work === undefined || !work.begin(entryId)) return;
    const event = decodeOrUndefined(text);
    if (event === undefined) {
      logger.error({ topic, group, entryId }, 'stream entry is no event');
      work.finish(entryId);
      return;
    }
    work.queue(event.key, async () => {
      if (work.signal.aborted) return work.abandon(entryId);
      const isDone = await handleEvent(consumer, event, { logger, metrics, signal: work.signal });
      if (!isDone) return work.abandon(entryId);
      work.finish(entryId);
      // When this fails, the next renewal acknowledges; until then `begin` knows it as done.
      await work.flush((ids) => stream.acknowledge(commands, partition, ids)).catch(() => undefined);
    });
  }

  async function readOnce(): Promise<void> {
    for (const [partition, work] of held) {
      if (work.isOpen || work.signal.aborted) continue;
      await stream.openGroup(commands, partition);
      for (const entry of await stream.claimPending(commands, partition)) take(entry);
      work.isOpen = true;
    }
    const open = [...held].filter(([, work]) => work.isOpen && !work.signal.aborted).map(([partition]) => partition);
    const unfinished = [...held.values()].reduce((sum, work) => sum + work.size, 0);
    if (open.length === 0 || unfinished >= maxUnfinished) await pause(50);
    else for (const entry of await stream.read(reader, open, blockMs)) take(entry);
  }

  async function readLoop(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        await readOnce();
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        if (failures === 1) logger.warn({ err: error, topic, group }, 'event stream cannot be read');
        // Entries may have been handed to us in an answer that never arrived: claim again before reading on.
        for (const work of held.values()) work.isOpen = false;
        await pause(backoffMs({ baseMs: 100, maxMs: 2_000 }, failures));
      }
    }
  }

  async function leaseLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(leaseMs / 3);
      if (stopping.signal.aborted) return;
      try {
        await agreeOnLeases();
        if (Date.now() - trimmedAtMs > trimEveryMs) {
          trimmedAtMs = Date.now();
          for (const partition of held.keys()) await stream.trim(commands, partition);
        }
      } catch (error) {
        logger.debug({ err: error, topic, group }, 'leases not renewed');
        if (Date.now() - renewedAtMs > leaseMs) for (const [partition, work] of held) lose(partition, work);
      }
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  await agreeOnLeases();
  const loops = Promise.all([readLoop(), leaseLoop()]);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      for (const work of held.values()) work.stop();
      // Handlers that run must finish first; only then may another member start on the same keys.
      await Promise.all([...held.values()].map((work) => work.idle()));
      reader.disconnect();
      await loops;
      // Unreachable now means that the leases run out by themselves.
      await Promise.all([...held.keys()].map(giveBack)).catch(() => undefined);
      await leases.leave().catch(() => undefined);
    },
  };
}

function decodeOrUndefined(text: string | undefined): DomainEvent | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeEvent(text);
  } catch {
    return undefined;
  }
}
