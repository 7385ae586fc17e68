import { setTimeout as sleep } from 'node:timers/promises';
import { createSubscriptionClient } from '@swiftcart/testkit';
import type { Random } from '../random.ts';
import * as ops from './operations.ts';

/** One event as a subscriber received it. */
export interface SeenEvent {
  readonly sequence: number;
  readonly kind: string;
  readonly from: string | null;
  readonly to: string;
}

/** Everything one subscriber received of one order, connection by connection. */
export interface Following {
  readonly orderId: string;
  readonly connections: { readonly afterSequence: number; readonly events: SeenEvent[]; isComplete: boolean }[];
}

/** Subscribers of a run: each follows one order, loses its connection now and then, and resumes after what it has seen. */
export interface Followers {
  readonly followings: readonly Following[];
  follow(order: { orderId: string; headers: Record<string, string> }): void;
  /** Keeps every subscriber going until it has seen `sequenceOf` its order, or time is up; then ends all. */
  finish(sequenceOf: ReadonlyMap<string, number>, timeoutMs: number): Promise<void>;
}

/** At most `limit` orders are followed at the same time; more are not taken on. */
export function createFollowers(url: string, random: Random, limit: number): Followers {
  const followings: Following[] = [];
  const running = new Set<Promise<void>>();
  let isOver = false;

  async function run(following: Following, headers: Record<string, string>, draw: Random): Promise<void> {
    while (!isOver) {
      const connection = { afterSequence: lastSeen(following), events: [] as SeenEvent[], isComplete: false };
      following.connections.push(connection);
      const client = createSubscriptionClient(url, { connectionParams: { ...headers } });
      const stream = client.subscribe<{ deliveryStatusChanged: { event: SeenEvent } }>(ops.TRACK, {
        orderId: following.orderId,
        afterSequence: connection.afterSequence,
      });
      const hangsUpAt = Date.now() + draw.between(1_000, 15_000);
      void stream.closed.then(() => (connection.isComplete = true)).catch(() => undefined);
      try {
        while (!isOver && Date.now() < hangsUpAt) {
          const message = await stream.next(400).catch((error: Error) => {
            if (error.message.startsWith('No message came')) return undefined;
            throw error;
          });
          const event = message?.data?.deliveryStatusChanged?.event;
          if (event) connection.events.push(event);
        }
      } catch {
        // The stream ended: by completion, or because something between here and delivery died.
      }
      await Promise.race([client[Symbol.asyncDispose](), sleep(1_000)]);
      if (connection.isComplete) return;
      await sleep(draw.between(100, 800));
    }
  }

  return {
    followings,
    follow({ orderId, headers }) {
      if (isOver || running.size >= limit) return;
      const following: Following = { orderId, connections: [] };
      followings.push(following);
      const promise = run(following, headers, random.fork(orderId)).finally(() => running.delete(promise));
      running.add(promise);
    },
    async finish(sequenceOf, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      const isBehind = (each: Following) => lastSeen(each) < (sequenceOf.get(each.orderId) ?? 0);
      while (Date.now() < deadline && followings.some(isBehind)) await sleep(200);
      isOver = true;
      await Promise.all(running);
    },
  };
}

/** The highest sequence received over any connection; 0 before the first event. */
export function lastSeen({ connections }: Following): number {
  return Math.max(0, ...connections.flatMap(({ events }) => events.map(({ sequence }) => sequence)));
}
