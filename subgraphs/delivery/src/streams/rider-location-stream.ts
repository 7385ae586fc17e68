import type { RiderPosition } from '../domain/delivery-record.ts';
import { isFinal } from '../domain/delivery-state.ts';
import { type Follower, followDelivery } from './followed-delivery.ts';
import type { LiveStream } from './live-stream.ts';

/** The newest position whenever it changed; ends with the delivery. */
export function riderLocationStream(follower: Follower): LiveStream<RiderPosition> {
  let sentMs = Number.NEGATIVE_INFINITY;
  return followDelivery(follower, ({ position, state }) => {
    if (isFinal(state)) return { end: true };
    if (position === null || position.recordedAt.getTime() <= sentMs) return undefined;
    sentMs = position.recordedAt.getTime();
    return { value: position };
  });
}
