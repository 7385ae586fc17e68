import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../history.ts';
import type { Random } from '../random.ts';
import type { RunCast } from './open-shop.ts';

/** What every client of a run shares. */
export interface LoadContext {
  readonly url: string;
  readonly cast: RunCast;
  readonly history: History;
  /** Set when no new work is to be begun; work that was begun is brought to a definite end. */
  isClosing(): boolean;
  /** Milliseconds since the epoch after which even begun work is given up. */
  givesUpAt(): number;
  /** Tells the followers of a new order. */
  orderPlaced(order: { orderId: string; customerId: string; headers: Record<string, string> }): void;
  /** Who may be asked for the handover code of an order; undefined while nobody was told of it. */
  ownerOf(orderId: string): Record<string, string> | undefined;
  /** Any order that was placed; undefined before the first. */
  anyOrder(random: Random): string | undefined;
  /** Tells the refunder of a paid order. */
  orderPaid(orderId: string): void;
}

/** Waits unless the run closes meanwhile. */
export async function pause(context: Pick<LoadContext, 'isClosing'>, ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (!context.isClosing() && Date.now() < until) await sleep(Math.min(200, Math.max(1, until - Date.now())));
}
