import { codedError, forbidden } from '@swiftcart/graphql';
import { type Caller, mayView } from '../domain/delivery-access.ts';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import type { DeliveryFeed } from './delivery-feed.ts';
import { createLiveStream, type LiveStream, type Turn } from './live-stream.ts';

/** Who follows which order, and for how long its record is waited for. */
export interface Follower {
  readonly feed: DeliveryFeed;
  readonly orderId: string;
  readonly caller: Caller;
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A stream over one delivery that the caller may see. An unknown order and a foreign one are both waited for and then end
 * alike with NOT_FOUND, so that nobody can find out which orders exist. A right that is lost ends it with FORBIDDEN, before
 * anything of the new state is sent. `take` says what there is to send, given the newest record.
 */
export function followDelivery<Value>(
  { feed, orderId, caller, waitMs, signal }: Follower,
  take: (record: DeliveryRecord) => Turn<Value>,
): LiveStream<Value> {
  let newest: DeliveryRecord | undefined;
  let failure: Error | undefined;

  return createLiveStream<Value>({
    signal,
    open(notify) {
      const deadline = setTimeout(() => {
        failure = codedError('NOT_FOUND', 'There is no such delivery.');
        notify();
      }, waitMs);
      const unwatch = feed.watch(orderId, (record) => {
        if (record !== null && mayView(caller, record)) {
          clearTimeout(deadline);
          newest = record;
        } else if (newest !== undefined) {
          failure = forbidden('You may no longer follow this delivery.');
        }
        notify();
      });
      return () => {
        clearTimeout(deadline);
        unwatch();
      };
    },
    take() {
      if (failure !== undefined) return { error: failure };
      return newest === undefined ? undefined : take(newest);
    },
  });
}
