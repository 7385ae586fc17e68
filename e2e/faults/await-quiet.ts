import { setTimeout as sleep } from 'node:timers/promises';
import type { MongoClient } from 'mongodb';
import { eventsWereHandedOn, oneDeliveryPerOrder } from './checks/delivery-checks.ts';
import { isStillAllowedToWait, ordersCameToRest } from './checks/order-checks.ts';
import { readEvidence, type StoredEvidence } from './read-evidence.ts';

/** How long things took to settle by themselves after the last fault; null when they did not within the time given. */
export interface Quiet {
  /** Every saga at rest. */
  readonly sagasMs: number | null;
  /** Every event handed on and taken in. */
  readonly eventsMs: number | null;
  readonly evidence: StoredEvidence;
}

/** Waits until no order has anything left to do and every event has arrived; never longer than `timeoutMs`. */
export async function awaitQuiet(client: MongoClient, timeoutMs: number): Promise<Quiet> {
  const since = Date.now();
  let sagasMs: number | null = null;
  for (;;) {
    const evidence = await readEvidence(client);
    const elapsed = Date.now() - since;
    const areSagasDone = evidence.orders.every(isStillAllowedToWait);
    if (areSagasDone) sagasMs ??= elapsed;
    const whole = { ...evidence, operations: [], followings: [] };
    const isQuiet = [ordersCameToRest, eventsWereHandedOn, oneDeliveryPerOrder].every(
      (check) => check(whole).violations.length === 0,
    );
    if (areSagasDone && isQuiet) return { sagasMs, eventsMs: elapsed, evidence };
    if (elapsed > timeoutMs) return { sagasMs, eventsMs: null, evidence };
    await sleep(500);
  }
}
