import { createHash } from 'node:crypto';

/** How many streams a topic is spread over; at most that many members of a group work at once. Changing it reorders what is under way. */
export const partitionCount = 8;

/** Every key of one topic. The braces keep them on one node of a Redis cluster, where scripts and transactions need them. */
export function redisNames(topic: string) {
  const root = `swiftcart:{${topic}}`;
  return {
    stream: (partition: number) => `${root}:stream:${partition}`,
    /** Pub/sub channel of `listen`. */
    channel: `${root}:heard`,
    /** Sorted set: member ids by the time they last showed up. */
    members: (group: string) => `${root}:group:${group}:members`,
    /** The member that reads a partition for a group; expires unless renewed. */
    owner: (group: string, partition: number) => `${root}:group:${group}:owner:${partition}`,
  };
}

/** All events of a key go to one stream, which one member at a time reads: that is what keeps their order. */
export function partitionOf(key: string): number {
  return createHash('sha1').update(key).digest().readUInt32BE(0) % partitionCount;
}
