import { rankRiders } from '../domain/rank-riders.ts';
import { assignRider } from './assign-rider.ts';
import { type CommandTools, systemActor } from './command-context.ts';

/** Parcels looked at in one pass; the next pass takes the rest. */
const batchSize = 50;

/**
 * Gives every packed parcel that waits to the best rider by the rule of domain/rank-riders.ts, oldest promise first.
 * Several processes may do this at once: claims and assignments are conditional, so a parcel gets one rider.
 * Answers how many were assigned.
 */
export async function autoAssignRiders(tools: CommandTools & { readonly correlationId: string }): Promise<number> {
  const waiting = await tools.store.queries.waitingForRider(batchSize);
  let assigned = 0;
  for (const { orderId } of waiting) {
    const { model, riderMaxActive: maxLoad } = tools.settings;
    const candidates = rankRiders(await tools.store.riders.list(true), {
      store: model.store,
      maxLoad,
      now: tools.now(),
    });
    if (candidates.length === 0) return assigned;
    for (const { id: riderId } of candidates) {
      const { refusals, hasChanged } = await assignRider(tools, {
        orderId,
        riderId,
        actor: systemActor,
        mayReplace: false,
      });
      if (hasChanged) assigned += 1;
      // Somebody else took the rider's last room: try the next one. Any other refusal is about the parcel.
      if (!refusals.some(({ code }) => code === 'RIDER_UNAVAILABLE')) break;
    }
  }
  return assigned;
}
