import { undoUnlessAssigned } from './assign-rider.ts';
import type { CommandTools } from './command-context.ts';

/** Younger claims may belong to an assignment that is still being made. */
const settleMs = 60_000;

/** Gives back room that a crash left claimed: for parcels that are final or somebody else's. Answers how many claims went. */
export async function reconcileClaims(tools: CommandTools): Promise<number> {
  const before = new Date(tools.now().getTime() - settleMs);
  let released = 0;
  for (const rider of await tools.store.riders.findWithClaimsBefore(before)) {
    for (const { orderId, claimedAt } of rider.claims) {
      if (claimedAt < before && (await undoUnlessAssigned(tools, rider.id, orderId))) released += 1;
    }
  }
  return released;
}
