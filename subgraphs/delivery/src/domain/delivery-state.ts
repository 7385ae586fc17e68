/** Where a parcel is. The order of the list is the order of the way. */
export const deliveryStates = ['PLACED', 'PACKED', 'OUT_FOR_DELIVERY', 'DELIVERED', 'CANCELLED'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Who acts on a delivery through `updateStatus`; customers cancel through the order. */
export type StatusActor = 'OPERATOR' | 'RIDER';

/** The lifecycle (rules.md, "Delivery"): from each state, where it may go, and who may move it there. */
export const deliveryLifecycle: Readonly<
  Record<DeliveryState, readonly { to: DeliveryState; by: readonly StatusActor[] }[]>
> = {
  PLACED: [
    { to: 'PACKED', by: ['OPERATOR'] },
    { to: 'CANCELLED', by: ['OPERATOR'] },
  ],
  PACKED: [
    { to: 'OUT_FOR_DELIVERY', by: ['OPERATOR'] },
    { to: 'CANCELLED', by: ['OPERATOR'] },
  ],
  OUT_FOR_DELIVERY: [
    { to: 'DELIVERED', by: ['OPERATOR', 'RIDER'] },
    { to: 'CANCELLED', by: ['OPERATOR'] },
  ],
  DELIVERED: [],
  CANCELLED: [],
};

/** How a record begins: PLACED by a confirmed order, CANCELLED when the cancellation overtook the confirmation. */
export const initialStates: readonly DeliveryState[] = ['PLACED', 'CANCELLED'];

/** States that still need work on the store floor or on the road. */
export const activeStates: readonly DeliveryState[] = deliveryStates.filter((state) => !isFinal(state));

/** Nothing follows a final state: no transition, and no other event of the timeline either. */
export function isFinal(state: DeliveryState): boolean {
  return deliveryLifecycle[state].length === 0;
}

/** Legal next states for one kind of caller; empty when final or when the caller may not move it. */
export function nextStatesFor(state: DeliveryState, actor: StatusActor | undefined): readonly DeliveryState[] {
  if (actor === undefined) return [];
  return deliveryLifecycle[state].filter((step) => step.by.includes(actor)).map((step) => step.to);
}
