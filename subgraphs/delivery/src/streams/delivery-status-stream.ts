import type { DeliveryEvent, DeliveryRecord } from '../domain/delivery-record.ts';
import { isFinal } from '../domain/delivery-state.ts';
import { type Follower, followDelivery } from './followed-delivery.ts';
import type { LiveStream } from './live-stream.ts';

/** One message: history, and the record as it stands while the message is made. */
export interface DeliveryChange {
  readonly event: DeliveryEvent;
  readonly record: DeliveryRecord;
}

/**
 * The events after `afterSequence` (undefined: from the current one on), each exactly once and in order, out of the record's
 * own timeline; ends after the last event of a final delivery. Missed wake-ups cannot make a gap, because every
 * newer record holds the whole history.
 */
export function deliveryStatusStream(
  follower: Follower,
  afterSequence: number | undefined,
): LiveStream<DeliveryChange> {
  let sent = afterSequence;
  return followDelivery(follower, (record) => {
    sent ??= record.sequence - 1;
    // Sequences count from 1 without gaps, so an event's place in the timeline is its sequence less one.
    const event = record.timeline[sent];
    if (event !== undefined) {
      sent += 1;
      return { value: { event, record } };
    }
    return isFinal(record.state) ? { end: true } : undefined;
  });
}
