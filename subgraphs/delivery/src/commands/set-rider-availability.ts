import { type Refusal, refusal } from '../domain/refusal.ts';
import type { RiderRecord } from '../store/rider-store.ts';
import type { CommandContext } from './command-context.ts';

/** What came of a change to a rider. */
export interface RiderOutcome {
  readonly rider: RiderRecord | null;
  readonly refusals: readonly Refusal[];
}

/** Starts or ends a shift. Riders may name only themselves; somebody else's id is unknown to them. */
export async function setRiderAvailability(
  context: CommandContext,
  { riderId, isAvailable }: { riderId: string | null; isAvailable: boolean },
): Promise<RiderOutcome> {
  const { caller, store } = context;
  const own = caller.userId === null ? null : await store.riders.findByUserId(caller.userId);
  const target = riderId ?? own?.id;
  const isHis = target !== undefined && (caller.isOperator || target === own?.id);
  const rider = isHis ? await store.riders.setAvailability(target, isAvailable) : null;
  if (rider !== null) {
    // Shifts have no timeline; the log is their audit.
    context.logger.info({ riderId: rider.id, isAvailable, actorId: caller.userId }, 'rider shift changed');
    return { rider, refusals: [] };
  }
  return { rider: null, refusals: [refusal('NOT_FOUND', 'There is no such rider.', { field: ['riderId'] })] };
}
