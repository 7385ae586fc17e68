import type { Redis } from 'ioredis';
import { z } from 'zod';
import { redisNames } from './redis-names.ts';

/** One entry of a stream; `text` is undefined when the entry is not one of ours. */
export interface StreamEntry {
  partition: number;
  entryId: string;
  text: string | undefined;
}

const entryShape = z.tuple([z.string(), z.array(z.string()).nullable()]);
const readReply = z.array(z.tuple([z.string(), z.array(entryShape)])).nullable();
const claimReply = z.tuple([z.string(), z.array(entryShape)]).rest(z.unknown());
const groupsReply = z.array(z.array(z.unknown()));
const pendingReply = z.tuple([z.number(), z.string().nullable()]).rest(z.unknown());

/** A group's view of a topic's streams. */
export function createRedisStream({ topic, group, member }: { topic: string; group: string; member: string }) {
  const names = redisNames(topic);
  const partitionByName = new Map<string, number>();

  return {
    /** A new group starts at the oldest event kept, so that nothing published before its first start is missed. */
    async openGroup(redis: Redis, partition: number): Promise<void> {
      try {
        await redis.call('XGROUP', 'CREATE', names.stream(partition), group, '0', 'MKSTREAM');
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
      }
    },

    /** Takes over what earlier owners of the partition, living or dead, read but did not finish; oldest first. */
    async claimPending(redis: Redis, partition: number): Promise<StreamEntry[]> {
      const claimed: StreamEntry[] = [];
      let cursor = '0-0';
      do {
        const reply = await redis.call(
          'XAUTOCLAIM',
          names.stream(partition),
          group,
          member,
          '0',
          cursor,
          'COUNT',
          '100',
        );
        const [next, entries] = claimReply.parse(reply);
        claimed.push(...entries.map((entry) => toEntry(partition, entry)));
        cursor = next;
      } while (cursor !== '0-0');
      return claimed;
    },

    /** New entries of these partitions; waits up to `blockMs` for the first. */
    async read(redis: Redis, partitions: readonly number[], blockMs: number): Promise<StreamEntry[]> {
      const streams = partitions.map((partition) => {
        partitionByName.set(names.stream(partition), partition);
        return names.stream(partition);
      });
      const from = streams.map(() => '>');
      const reply = await redis.call(
        'XREADGROUP',
        'GROUP',
        group,
        member,
        'COUNT',
        '100',
        'BLOCK',
        String(blockMs),
        'STREAMS',
        ...streams,
        ...from,
      );
      return (readReply.parse(reply) ?? []).flatMap(([name, entries]) =>
        entries.map((entry) => toEntry(partitionByName.get(name) ?? 0, entry)),
      );
    },

    async acknowledge(redis: Redis, partition: number, entryIds: readonly string[]): Promise<void> {
      if (entryIds.length > 0) await redis.xack(names.stream(partition), group, ...entryIds);
    },

    /** Drops what every group has finished. */
    async trim(redis: Redis, partition: number): Promise<void> {
      const stream = names.stream(partition);
      const groups = groupsReply.parse(await redis.call('XINFO', 'GROUPS', stream)).map(toRecord);
      const needed: string[] = [];
      for (const each of groups) {
        const [, oldestPending] = pendingReply.parse(await redis.call('XPENDING', stream, String(each['name'])));
        needed.push(oldestPending ?? String(each['last-delivered-id']));
      }
      const oldest = needed.sort(byEntryId)[0];
      if (oldest !== undefined) await redis.call('XTRIM', stream, 'MINID', '~', oldest);
    },
  };
}

export type RedisStream = ReturnType<typeof createRedisStream>;

function toEntry(partition: number, [entryId, fields]: z.infer<typeof entryShape>): StreamEntry {
  // Deleted entries come back from a claim without fields.
  const at = fields?.indexOf('event') ?? -1;
  return { partition, entryId, text: at === -1 ? undefined : fields?.[at + 1] };
}

function toRecord(flat: readonly unknown[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) record[String(flat[at])] = flat[at + 1];
  return record;
}

/** Ids are `<ms>-<n>`, so text order would put 9 after 10. */
function byEntryId(a: string, b: string): number {
  const [aMs = 0, aNumber = 0] = a.split('-').map(Number);
  const [bMs = 0, bNumber = 0] = b.split('-').map(Number);
  return aMs - bMs || aNumber - bNumber;
}
