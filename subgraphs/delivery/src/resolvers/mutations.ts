import { badUserInput, isCleanText, requireRole, requireService } from '@swiftcart/graphql';
import { assignRider } from '../commands/assign-rider.ts';
import { bulkUpdateStatus } from '../commands/bulk-update-status.ts';
import { cancelDelivery } from '../commands/cancel-delivery.ts';
import { actorOf, type Outcome } from '../commands/command-context.ts';
import { recordFailedAttempt } from '../commands/record-failed-attempt.ts';
import { registerRider } from '../commands/register-rider.ts';
import { reportRiderLocation } from '../commands/report-rider-location.ts';
import { reportRiderProgress } from '../commands/report-rider-progress.ts';
import { type RiderOutcome, setRiderAvailability } from '../commands/set-rider-availability.ts';
import { type UpdateStatusInput, updateStatus } from '../commands/update-status.ts';
import type { RequestContext } from '../context.ts';
import type { AttemptReason, Coordinates, DeliveryActorKind } from '../domain/delivery-record.ts';
import type { RiderProgress } from '../domain/rider-progress.ts';

const staff = ['OPERATOR', 'RIDER'] as const;
/** The orders service puts a customer's own words into a reason, so there is room for more than its form allows. */
const maxCancelReasonLength = 1_000;

export const mutations = {
  async updateStatus(_: unknown, { input }: { input: UpdateStatusInput }, context: RequestContext) {
    requireRole(context.viewer, staff);
    return payload(await updateStatus(context, input));
  },

  async bulkUpdateStatus(_: unknown, { inputs }: { inputs: UpdateStatusInput[] }, context: RequestContext) {
    requireRole(context.viewer, 'OPERATOR');
    const rows = await bulkUpdateStatus(context, inputs);
    const failedCount = rows.filter(({ outcome }) => outcome.refusals.length > 0).length;
    return {
      results: rows.map(({ orderId, outcome }) => ({ orderId, ...payload(outcome) })),
      succeededCount: rows.length - failedCount,
      failedCount,
    };
  },

  async assignRider(_: unknown, { orderId, riderId }: { orderId: string; riderId: string }, context: RequestContext) {
    requireRole(context.viewer, 'OPERATOR');
    return payload(await assignRider(context, { orderId, riderId, actor: actorOf(context.caller) }));
  },

  async reportRiderLocation(
    _: unknown,
    { orderId, latitude, longitude }: { orderId: string } & Coordinates,
    context: RequestContext,
  ) {
    requireRole(context.viewer, staff);
    const { position, refusals } = await reportRiderLocation(context, orderId, { latitude, longitude });
    return { position, userErrors: refusals };
  },

  async reportRiderProgress(
    _: unknown,
    { orderId, progress }: { orderId: string; progress: RiderProgress },
    context: RequestContext,
  ) {
    requireRole(context.viewer, staff);
    return payload(await reportRiderProgress(context, orderId, progress));
  },

  async setRiderAvailability(
    _: unknown,
    { riderId, isAvailable }: { riderId?: string | null; isAvailable: boolean },
    context: RequestContext,
  ) {
    requireRole(context.viewer, staff);
    return riderPayload(await setRiderAvailability(context, { riderId: riderId ?? null, isAvailable }));
  },

  async registerRider(
    _: unknown,
    { userId, name, phone, vehicle }: { userId: string; name: string; phone?: string | null; vehicle?: string | null },
    context: RequestContext,
  ) {
    requireRole(context.viewer, 'OPERATOR');
    return riderPayload(await registerRider(context, { userId, name, phone: phone ?? null, vehicle: vehicle ?? null }));
  },

  cancelDelivery(
    _: unknown,
    { orderId, actorKind, actorId, reason }: CancelDeliveryArguments,
    context: RequestContext,
  ) {
    requireService(context.viewer, 'orders');
    if (actorKind === 'RIDER') throw badUserInput('Riders do not cancel deliveries.', 'actorKind');
    if (!isCleanText(reason, { minLength: 1, maxLength: maxCancelReasonLength })) {
      throw badUserInput(`reason must be 1 to ${maxCancelReasonLength} characters.`, 'reason');
    }
    return cancelDelivery(context, { orderId, actor: { kind: actorKind, id: actorId ?? null }, reason });
  },

  async recordFailedAttempt(
    _: unknown,
    { orderId, reason, note }: { orderId: string; reason: AttemptReason; note?: string | null },
    context: RequestContext,
  ) {
    requireRole(context.viewer, staff);
    return payload(await recordFailedAttempt(context, { orderId, reason, note: note ?? null }));
  },
};

interface CancelDeliveryArguments {
  readonly orderId: string;
  readonly actorKind: DeliveryActorKind;
  readonly actorId?: string | null;
  readonly reason: string;
}

function payload({ record, event, hasChanged, refusals }: Outcome) {
  return { deliveryStatus: record, event, hasChanged, userErrors: refusals };
}

function riderPayload({ rider, refusals }: RiderOutcome) {
  return { rider, userErrors: refusals };
}
