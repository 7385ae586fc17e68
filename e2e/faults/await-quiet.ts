import { setTimeout as sleep } from 'node:timers/promises';
import type { MongoClient } from 'mongodb';
import { eventsWereHandedOn, oneDeliveryPerOrder } from './checks/delivery-checks.ts';
import type { StoredOrder } from './checks/evidence.ts';
import { isStillAllowedToWait, ordersCameToRest } from './checks/order-checks.ts';
import { readEvidence, type StoredEvidence } from './read-evidence.ts';

/**
 * How long the orders that were not at rest when it was called took to come to it, without help; null when some did not
 * within `timeoutMs`. What their owners begin anew meanwhile does not count.
 */
export async function awaitSagas(client: MongoClient, timeoutMs: number): Promise<number | null> {
  const since = Date.now();
  const orders = client.db('swiftcart_orders').collection<StoredOrder>('orders');
  const busy = { 'saga.todo.0': { $exists: true } };
  const findBusy = async () => (await orders.find(busy).toArray()).filter((order) => !isStillAllowedToWait(order));
  let left = new Set((await findBusy()).map(({ _id }) => _id));
  while (left.size > 0) {
    if (Date.now() - since > timeoutMs) return null;
    await sleep(500);
    const still = new Set((await findBusy()).map(({ _id }) => _id));
    left = new Set([...left].filter((id) => still.has(id)));
  }
  return Date.now() - since;
}

/** How long things took to settle by themselves after the last fault; null when they did not within the time given. */
export interface Quiet {
  /** Every event handed on and taken in. */
  readonly eventsMs: number | null;
  readonly evidence: StoredEvidence;
}

/** Waits until no order has anything left to do and every event has arrived; never longer than `timeoutMs`. */
export async function awaitQuiet(client: MongoClient, timeoutMs: number): Promise<Quiet> {
  const since = Date.now();
  for (;;) {
    const evidence = await readEvidence(client);
    const elapsed = Date.now() - since;
    const areSagasDone = evidence.orders.every(isStillAllowedToWait);
    const whole = { ...evidence, operations: [], followings: [] };
    const isQuiet = [ordersCameToRest, eventsWereHandedOn, oneDeliveryPerOrder].every(
      (check) => check(whole).violations.length === 0,
    );
    if (areSagasDone && isQuiet) return { eventsMs: elapsed, evidence };
    if (elapsed > timeoutMs) return { eventsMs: null, evidence };
    await sleep(500);
  }
}
