import { inputOf, type Operation } from '../history.ts';
import { type Check, checkEach, groupBy, type StoredDelivery } from './evidence.ts';

const openStates = new Set(['PLACED', 'PACKED', 'OUT_FOR_DELIVERY']);
/** A crash between claim and assignment leaves a claim that housekeeping takes back: after a minute, in its next round. */
const maxStrayClaimMs = 80_000;

/** A rider's load is the number of his claims, and those are the open parcels that name him: no more, no fewer. */
export const ridersCarryWhatTheyClaimed: Check = ({ riders, deliveries, readAt }) => {
  const byOrder = new Map(deliveries.map((delivery) => [delivery._id, delivery]));
  const carried = groupBy(
    deliveries.filter(({ state, riderId }) => openStates.has(state) && riderId !== null),
    ({ riderId }) => String(riderId),
  );
  return checkEach('riders carry what they claimed', riders, ({ _id, load, claims }) => {
    const found: string[] = [];
    if (load !== claims.length) found.push(`rider ${_id}: load ${load}, ${claims.length} claims`);
    const claimed = new Set(claims.map(({ orderId }) => orderId));
    if (claimed.size !== claims.length) found.push(`rider ${_id} claimed an order twice`);
    for (const delivery of carried.get(_id) ?? []) {
      if (!claimed.has(delivery._id)) found.push(`rider ${_id} carries ${delivery._id} without a claim`);
    }
    for (const { orderId, claimedAt } of claims) {
      const delivery = byOrder.get(orderId);
      const isHis = delivery?.riderId === _id && openStates.has(delivery.state);
      if (!isHis && readAt.getTime() - new Date(claimedAt).getTime() > maxStrayClaimMs) {
        found.push(`rider ${_id} still holds a claim on ${orderId}, which is ${delivery?.state ?? 'gone'}`);
      }
    }
    return found;
  });
};

const triesPerCode = 5;

/**
 * No wrong code hands a parcel over, riders hand over by a right one alone, and every wrong one counts: at each fifth a new
 * code is issued. A call that was never answered may have counted or not.
 */
export const codesGuardHandovers: Check = ({ deliveries, operations }) => {
  const told = groupBy(
    operations.filter((each) => each.kind === 'updateStatus' && codeOf(each) !== undefined),
    (operation) => inputOf(operation).orderId,
  );
  const subjects = deliveries.filter(({ _id }) => told.has(_id));
  return checkEach('a parcel is handed over for its code alone', subjects, (delivery) => {
    const { _id, timeline, proof } = delivery;
    const found: string[] = [];
    const calls = told.get(_id) ?? [];
    const handover = timeline.find(isHandover);
    for (const call of calls.filter(isWrong)) {
      const key = inputOf(call).idempotencyKey;
      const hasMoved = timeline.some(({ requestKey }) => requestKey === key);
      if (hasMoved || (call.outcome === 'ok' && !cameTooLate(call, handover)))
        found.push(`delivery ${_id} was handed over for a wrong code (${key})`);
    }
    if (handover?.actorKind === 'RIDER') {
      if (proof?.method !== 'CODE') found.push(`delivery ${_id} was handed over by its rider without a code`);
      const isByRightCode = calls.some(
        (call) => !isWrong(call) && inputOf(call).idempotencyKey === handover.requestKey,
      );
      if (!isByRightCode) found.push(`delivery ${_id} was handed over by its rider, who told no right code`);
    }
    const reissued = timeline.filter(
      ({ kind, actorKind }) => kind === 'ATTEMPT_FAILED' && actorKind === 'SYSTEM',
    ).length;
    const wrong = calls.filter(({ code }) => code === 'CODE_MISMATCH').length;
    const unknown = calls.filter(({ outcome }) => outcome === 'unknown').length;
    const [fewest, most] = [wrong, wrong + unknown].map((tries) => Math.floor(tries / triesPerCode));
    if (reissued < Number(fewest) || reissued > Number(most)) {
      found.push(`delivery ${_id}: ${wrong} (+${unknown}?) wrong codes told, ${reissued} new ones issued`);
    }
    return found;
  });
};

type TimelineEvent = StoredDelivery['timeline'][number];

const isHandover = ({ kind, to }: TimelineEvent): boolean => kind === 'STATE_CHANGED' && to === 'DELIVERED';
const isWrong = ({ input }: Operation): boolean => input['isWrongCode'] === true;

/**
 * Asking for the state that a parcel already has succeeds and changes nothing, whatever code comes with it: nothing is left
 * to guard. So a wrong code may be told that the parcel is DELIVERED already, with the event of another request, once that event
 * has happened: told so any earlier, the rider would have left the parcel with whoever named the code.
 */
function cameTooLate({ answer, endedAt }: Operation, handover: TimelineEvent | undefined): boolean {
  return (
    answer['hasChanged'] === false &&
    handover !== undefined &&
    answer['sequence'] === handover.sequence &&
    new Date(handover.occurredAt).getTime() <= endedAt
  );
}

const codeOf = ({ input }: Operation): unknown =>
  (input['input'] as { handoverCode?: string } | undefined)?.handoverCode;

/** What riders reported is in the timelines as often as it was acknowledged, and nobody reported on another's parcel. */
export const riderReportsAsAnswered: Check = ({ deliveries, operations }) => {
  const attempts = groupBy(
    operations.filter(({ kind }) => kind === 'recordFailedAttempt'),
    ({ input }) => String(input['orderId']),
  );
  const byRider = ({ timeline }: StoredDelivery) => timeline.filter(({ actorKind }) => actorKind === 'RIDER');
  const subjects = deliveries.filter((delivery) => attempts.has(delivery._id) || byRider(delivery).length > 0);
  return checkEach('riders reported what the timelines say', subjects, (delivery) => {
    const found = byRider(delivery)
      .filter(({ actorId }) => actorId !== delivery.riderUserId)
      .map(({ actorId, sequence }) => `delivery ${delivery._id}: event ${sequence} by ${actorId}, not its rider`);
    const calls = attempts.get(delivery._id) ?? [];
    const count = (outcome: string) => calls.filter((call) => call.outcome === outcome).length;
    const kept = byRider(delivery).filter(({ kind }) => kind === 'ATTEMPT_FAILED').length;
    if (kept < count('ok') || kept > count('ok') + count('unknown')) {
      found.push(
        `delivery ${delivery._id}: ${count('ok')} (+${count('unknown')}?) failed attempts reported, ${kept} kept`,
      );
    }
    return found;
  });
};
