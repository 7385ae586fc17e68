import type { Hold, LiveHold } from '../domain/stock-record.ts';

/** What an order has of a product now; undefined when nothing, or nothing any more. */
export function liveHoldOf(holds: readonly Hold[], orderId: string): LiveHold | undefined {
  const hold = holds.find((entry) => entry.orderId === orderId);
  return hold === undefined || hold.state === 'ENDED' ? undefined : hold;
}
