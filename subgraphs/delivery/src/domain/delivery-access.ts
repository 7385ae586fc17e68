import type { DeliveryRecord } from './delivery-record.ts';
import type { StatusActor } from './delivery-state.ts';

/** What matters about a caller here. `userId` is null for callers that are no person. */
export interface Caller {
  readonly userId: string | null;
  readonly isOperator: boolean;
  readonly isRider: boolean;
}

type Owned = Pick<DeliveryRecord, 'customerId' | 'riderUserId'>;

export function isOwner(caller: Caller, record: Owned): boolean {
  return caller.userId !== null && record.customerId === caller.userId;
}

/** Only while assigned: a rider whose parcel went to somebody else is a stranger again. */
export function isAssignedRider(caller: Caller, record: Owned): boolean {
  return caller.isRider && caller.userId !== null && record.riderUserId === caller.userId;
}

/** Who may know of a delivery at all (rules.md): its order's owner, its assigned rider, operators. */
export function mayView(caller: Caller, record: Owned): boolean {
  return caller.isOperator || isOwner(caller, record) || isAssignedRider(caller, record);
}

/** In which capacity the caller may work on it, if in any. */
export function statusActorOf(caller: Caller, record: Owned): StatusActor | undefined {
  if (caller.isOperator) return 'OPERATOR';
  return isAssignedRider(caller, record) ? 'RIDER' : undefined;
}
