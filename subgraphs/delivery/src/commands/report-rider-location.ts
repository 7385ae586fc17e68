import { decideEstimate, refusePosition } from '../domain/decide-rider-work.ts';
import { statusActorOf } from '../domain/delivery-access.ts';
import type { Coordinates, RiderPosition } from '../domain/delivery-record.ts';
import { isPlace } from '../domain/distance.ts';
import { deliveryNotFound, type Refusal, refusal } from '../domain/refusal.ts';
import { changeDelivery } from './change-delivery.ts';
import type { CommandContext } from './command-context.ts';

const maxRounds = 5;

/** Stores where the parcel is, on the delivery and on its rider; the estimate follows when it moved by a minute or more. */
export async function reportRiderLocation(
  context: CommandContext,
  orderId: string,
  place: Coordinates,
): Promise<{ position: RiderPosition | null; refusals: readonly Refusal[] }> {
  const refuse = (reason: Refusal) => ({ position: null, refusals: [reason] });
  if (!isPlace(place)) {
    const field = Math.abs(place.latitude) <= 90 ? ['longitude'] : ['latitude'];
    return refuse(refusal('INVALID', 'Latitude is -90 to 90 degrees, longitude -180 to 180.', { field }));
  }
  for (let round = 0; round < maxRounds; round += 1) {
    const record = await context.store.deliveries.findByOrderId(orderId);
    if (record === null || statusActorOf(context.caller, record) === undefined) {
      return refuse(deliveryNotFound(['orderId']));
    }
    const reason = refusePosition(record);
    if (reason !== undefined) return refuse(reason);
    const riderId = record.riderId ?? '';
    const position = { ...place, recordedAt: context.now() };
    const written = await context.store.deliveries.setPosition(orderId, riderId, position);
    // Handed to another rider, or ended, since it was read: judge again.
    if (written === null) continue;
    await context.store.riders.setPosition(riderId, position);
    context.announcePosition(orderId, context.correlationId);
    const { model } = context.settings;
    if (decideEstimate(written, model, position.recordedAt).kind === 'changed') {
      const decide = (current: typeof written, now: Date) => decideEstimate(current, model, now);
      await changeDelivery(context, orderId, { mayTouch: () => true, decide });
    }
    return { position, refusals: [] };
  }
  throw new Error(`Delivery ${orderId} kept changing hands while a position was stored.`);
}
