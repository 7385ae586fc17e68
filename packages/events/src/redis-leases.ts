import type { Redis } from 'ioredis';
import { z } from 'zod';
import { partitionCount, redisNames } from './redis-names.ts';

/** Which partitions one member of a group may read now, agreed with the other members through Redis. */
export interface RedisLeases {
  /** Shows up, renews what is held, takes what is free up to a fair share. Call at least three times per `leaseMs`. */
  renew(): Promise<{ fairShare: number; held: readonly number[] }>;
  /** Gives one back, if still held. */
  release(partition: number): Promise<void>;
  /** Leaves the group. Partitions must have been released. */
  leave(): Promise<void>;
}

// One script, so that two members never both find a partition free. Time is Redis' own: members' clocks may differ.
const renewScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, leaseMs = ARGV[1], tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], now, me)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - leaseMs)
redis.call('PEXPIRE', KEYS[1], leaseMs * 10)
local fair = math.ceil((#KEYS - 1) / redis.call('ZCARD', KEYS[1]))
local held = {}
for i = 2, #KEYS do
  if redis.call('GET', KEYS[i]) == me then
    redis.call('PEXPIRE', KEYS[i], leaseMs)
    held[#held + 1] = i - 2
  end
end
for i = 2, #KEYS do
  if #held < fair and redis.call('SET', KEYS[i], me, 'NX', 'PX', leaseMs) then
    held[#held + 1] = i - 2
  end
end
return { fair, held }`;

const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

const renewReply = z.tuple([z.number(), z.array(z.number())]);

/** Nothing is taken before the first `renew`. */
export function createRedisLeases(redis: Redis, { topic, group, member, leaseMs }: RedisLeasesOptions): RedisLeases {
  const names = redisNames(topic);
  const owners = Array.from({ length: partitionCount }, (_, partition) => names.owner(group, partition));
  const keys = [names.members(group), ...owners];
  return {
    async renew() {
      const [fairShare, held] = renewReply.parse(await redis.eval(renewScript, keys.length, ...keys, member, leaseMs));
      return { fairShare, held };
    },
    async release(partition) {
      await redis.eval(releaseScript, 1, names.owner(group, partition), member);
    },
    async leave() {
      await redis.zrem(names.members(group), member);
    },
  };
}

interface RedisLeasesOptions {
  topic: string;
  group: string;
  /** Unique to this consumer. */
  member: string;
  /** A member silent for this long has lost what it held. */
  leaseMs: number;
}
