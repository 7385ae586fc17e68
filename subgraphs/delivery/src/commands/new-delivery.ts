import { createId } from '@swiftcart/graphql';
import { numberEvents } from '../domain/change.ts';
import type { Actor, DeliveryRecord } from '../domain/delivery-record.ts';
import { type EstimateModel, estimateValues } from '../domain/estimate.ts';
import type { DeliveryOrder } from '../store/delivery-store.ts';

/** The first version of a record: its first event has sequence 1 and comes from no state. */
export function newDelivery(
  orderId: string,
  first: { state: 'PLACED' | 'CANCELLED'; actor: Actor; note: string | null },
  { order, model, now }: { order: DeliveryOrder | null; model: EstimateModel; now: Date },
): DeliveryRecord {
  const promisedAt = new Date(now.getTime() + model.promiseSeconds * 1_000);
  const unnumbered = {
    orderId,
    id: createId('dlv', now),
    orderNumber: order?.orderNumber ?? null,
    customerId: order?.customerId ?? null,
    destination: order?.destination ?? null,
    itemCount: order?.itemCount ?? 0,
    state: first.state,
    sequence: 0,
    revision: 1,
    riderId: null,
    riderUserId: null,
    progress: 'UNASSIGNED' as const,
    position: null,
    placedAt: now,
    promisedAt,
    packedAt: null,
    dispatchedAt: null,
    deliveredAt: null,
    packSeconds: null,
    deliverySeconds: null,
    attempts: [],
    handover: null,
    proof: null,
    updatedAt: now,
  };
  const drafts = [{ kind: 'STATE_CHANGED' as const, note: first.note, actor: first.actor }];
  const timeline = numberEvents(unnumbered, {}, drafts, { now, createEventId: () => createId('dev', now) });
  return {
    ...unnumbered,
    ...estimateValues(unnumbered, model, now),
    sequence: timeline.length,
    timeline: timeline.map((event) => ({ ...event, from: null })),
  };
}
