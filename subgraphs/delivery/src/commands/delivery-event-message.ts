import { type DomainEvent, newEvent } from '@swiftcart/events';
import type { DeliveryEvent, DeliveryRecord } from '../domain/delivery-record.ts';

/** Topic on which every event of every timeline is told. */
export const deliveryTopic = 'delivery';
/** Topic of position wake-ups; apart, so that consumers of events need not read them. */
export const positionTopic = 'delivery.position';

/** A timeline event as other services hear it. */
export function deliveryEventMessage(
  record: Pick<DeliveryRecord, 'orderId' | 'orderNumber' | 'customerId' | 'riderUserId'>,
  event: DeliveryEvent,
  correlationId: string,
): DomainEvent {
  const message = newEvent({
    topic: deliveryTopic,
    kind: 'delivery.event',
    key: record.orderId,
    correlationId,
    now: event.occurredAt,
    payload: {
      orderId: record.orderId,
      orderNumber: record.orderNumber,
      customerId: record.customerId,
      sequence: event.sequence,
      eventKind: event.kind,
      from: event.from,
      to: event.to,
      riderUserId: record.riderUserId,
      note: event.note,
      actorKind: event.actorKind,
    },
  });
  // The same event is the same message however often it is told, so consumers know a repeat by its id.
  return { ...message, id: event.id.replace(/^dev_/, 'evt_') };
}
