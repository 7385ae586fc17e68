import type { Decision } from '../domain/change.ts';
import { decideAssignment } from '../domain/decide-rider-work.ts';
import type { Actor, DeliveryRecord } from '../domain/delivery-record.ts';
import { isFinal } from '../domain/delivery-state.ts';
import { deliveryNotFound, type Refusal, refusal } from '../domain/refusal.ts';
import type { RiderRecord } from '../store/rider-store.ts';
import { changeDelivery, releaseRider } from './change-delivery.ts';
import { type CommandTools, type Outcome, refusedOutcome } from './command-context.ts';

type Tools = CommandTools & { readonly correlationId: string };

/** `mayReplace` false leaves a parcel alone that has a rider already; the default takes it from him. */
export interface AssignmentRequest {
  readonly orderId: string;
  readonly riderId: string;
  readonly actor: Actor;
  readonly mayReplace?: boolean;
}

/**
 * Gives a parcel to a rider. The rider's document judges his load: room is claimed there first, then the delivery names him,
 * and the claim is undone when that fails. A crash in between leaves a claim that the reconciler finds.
 */
export async function assignRider(
  tools: Tools,
  { orderId, riderId, actor, mayReplace = true }: AssignmentRequest,
): Promise<Outcome> {
  const [before, rider] = await Promise.all([
    tools.store.deliveries.findByOrderId(orderId),
    tools.store.riders.findById(riderId),
  ]);
  if (before === null) return refusedOutcome(null, deliveryNotFound(['orderId']));
  if (rider === null) {
    return refusedOutcome(before, refusal('NOT_FOUND', 'There is no such rider.', { field: ['riderId'] }));
  }
  const decide = (record: DeliveryRecord): Decision =>
    mayReplace || record.riderId === null ? decideAssignment(record, rider, actor) : { kind: 'unchanged', event: null };
  const preview = decide(before);
  if (preview.kind === 'refused') return refusedOutcome(before, preview.refusal);
  if (preview.kind === 'unchanged') {
    return { record: before, event: preview.event, hasChanged: false, refusals: [] };
  }

  const hasClaimed = await tools.store.riders.claim(riderId, orderId, {
    maxLoad: tools.settings.riderMaxActive,
    now: tools.now(),
  });
  const existingClaim = hasClaimed ? undefined : await findClaim(tools, riderId, orderId);
  if (existingClaim !== undefined && !existingClaim.isHeld) return refusedOutcome(before, existingClaim.refusal);

  try {
    let previousRiderId: string | null = null;
    const outcome = await changeDelivery(tools, orderId, {
      mayTouch: () => true,
      decide: (record) => {
        // The last round is the one that was written: only the rider whom this very write replaced loses his claim.
        previousRiderId = record.riderId;
        return decide(record);
      },
    });
    const isHis = outcome.record?.riderId === riderId && !isFinal(outcome.record.state);
    if (!isHis) await releaseRider(tools, riderId, orderId);
    else if (!hasClaimed) await tools.store.riders.restoreClaim(riderId, orderId, tools.now());
    if (outcome.hasChanged && previousRiderId !== null) await releaseRider(tools, previousRiderId, orderId);
    return outcome;
  } catch (error) {
    // Whether the delivery was written is unknown here, so it is asked; the reconciler repeats this if asking fails too.
    await undoUnlessAssigned(tools, riderId, orderId).catch((cause: unknown) =>
      tools.logger.warn({ err: cause, riderId, orderId }, 'claim left to the reconciler'),
    );
    throw error;
  }
}

/** Releases a claim that its delivery does not back: another rider's, final, or gone. */
export async function undoUnlessAssigned(tools: CommandTools, riderId: string, orderId: string): Promise<boolean> {
  const record = await tools.store.deliveries.findByOrderId(orderId);
  if (record !== null && record.riderId === riderId && !isFinal(record.state)) return false;
  await tools.store.riders.release(riderId, orderId);
  return true;
}

/** The claim was refused: because the same assignment is being made by somebody else, or because there is no room. */
async function findClaim(
  tools: CommandTools,
  riderId: string,
  orderId: string,
): Promise<{ isHeld: true } | { isHeld: false; refusal: Refusal }> {
  const rider = await tools.store.riders.findById(riderId);
  if (rider?.claims.some((claim) => claim.orderId === orderId)) return { isHeld: true };
  return { isHeld: false, refusal: unavailable(rider, tools.settings.riderMaxActive) };
}

function unavailable(rider: RiderRecord | null, maxLoad: number): Refusal {
  const message =
    rider?.isAvailable === true
      ? `${rider.name} already has ${rider.load} deliveries and may have ${maxLoad}.`
      : `${rider?.name ?? 'The rider'} is off shift.`;
  return refusal('RIDER_UNAVAILABLE', message, { field: ['riderId'] });
}
