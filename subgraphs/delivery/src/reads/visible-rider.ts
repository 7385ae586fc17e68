import type { RequestContext } from '../context.ts';
import type { RiderRecord } from '../store/rider-store.ts';

/** A rider by reference: for operators, the rider himself, and customers he is on the way to; null for everybody else. */
export async function findVisibleRider(
  { caller, loaders }: RequestContext,
  riderId: string,
): Promise<RiderRecord | null> {
  if (caller.userId === null) return null;
  const rider = await loaders.riderById.load(riderId);
  if (rider === null || caller.isOperator || rider.userId === caller.userId) return rider;
  return (await loaders.servesCustomer.load({ customerId: caller.userId, riderId })) ? rider : null;
}
