import { setTimeout as pause } from 'node:timers/promises';
import { createId } from '@swiftcart/graphql';
import { type Decision, numberEvents } from '../domain/change.ts';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import { isFinal } from '../domain/delivery-state.ts';
import { deliveryNotFound } from '../domain/refusal.ts';
import { type CommandTools, type Outcome, refusedOutcome } from './command-context.ts';
import { deliveryEventMessage } from './delivery-event-message.ts';

/** Rounds lost to other writers before giving up; each round somebody else succeeded, so this is far beyond real contention. */
const maxRounds = 200;

/**
 * Reads a delivery, lets `decide` judge it, and writes the outcome on condition that nothing has changed in between; else it
 * judges again on what is there now. Events leave with the same write. `decide` is called once a round and must be pure.
 */
export async function changeDelivery(
  tools: CommandTools & { readonly correlationId: string },
  orderId: string,
  {
    mayTouch,
    decide,
  }: { mayTouch: (record: DeliveryRecord) => boolean; decide: (record: DeliveryRecord, now: Date) => Decision },
): Promise<Outcome> {
  for (let round = 0; round < maxRounds; round += 1) {
    const record = await tools.store.deliveries.findByOrderId(orderId);
    if (record === null || !mayTouch(record)) return refusedOutcome(null, deliveryNotFound(['orderId']));
    const now = tools.now();
    const decision = decide(record, now);
    if (decision.kind === 'refused') return refusedOutcome(record, decision.refusal);
    if (decision.kind === 'unchanged') {
      return { record, event: decision.event, hasChanged: decision.isReplay === true, refusals: [] };
    }
    const events = numberEvents(record, decision.set, decision.events, {
      now,
      createEventId: () => createId('dev', now),
    });
    const changed = { ...record, ...decision.set };
    const outbox = events.map((event) => deliveryEventMessage(changed, event, tools.correlationId));
    const written = await tools.store.deliveries.writeIf(record, decision.set, { events, outbox, now });
    if (written === null) {
      // Many writers at once: spread them, or they keep undoing each other's reading.
      if (round > 3) await pause(Math.random() * Math.min(round, 20));
      continue;
    }
    if (events.length > 0) tools.wakeRelay();
    if (isFinal(written.state) && written.riderId !== null) await releaseRider(tools, written.riderId, orderId);
    if (decision.refusal !== undefined) return refusedOutcome(written, decision.refusal);
    return { record: written, event: events[0] ?? null, hasChanged: true, refusals: [] };
  }
  throw new Error(`Delivery ${orderId} changed ${maxRounds} times while one request was judged.`);
}

/** Gives the rider's room back. A failure is left to the reconciler: the parcel's own change has been acknowledged. */
export async function releaseRider(tools: CommandTools, riderId: string, orderId: string): Promise<void> {
  try {
    await tools.store.riders.release(riderId, orderId);
  } catch (error) {
    tools.logger.warn({ err: error, riderId, orderId }, 'rider claim not released; the reconciler will');
  }
}
