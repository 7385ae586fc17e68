import { requireRole } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { canCancelOrder } from '../domain/decide-cancel.ts';
import { isOwner, mayView, statusActorOf } from '../domain/delivery-access.ts';
import type { DeliveryEvent, DeliveryRecord } from '../domain/delivery-record.ts';
import { isFinal, nextStatesFor } from '../domain/delivery-state.ts';
import { isLate } from '../domain/estimate.ts';
import { maskPhone } from '../domain/mask-phone.ts';
import { findVisibleRider } from '../reads/visible-rider.ts';
import type { RiderRecord } from '../store/rider-store.ts';

/** An order as another subgraph refers to it; the last two only where `canCancel` requires them. */
interface OrderReference {
  readonly id: string;
  readonly status?: string | null;
  readonly customerId?: string | null;
}

export const deliveryTypes = {
  Node: { __resolveType: () => 'DeliveryStatus' },
  UserError: { __resolveType: () => 'DeliveryError' },

  Order: {
    __resolveReference: (reference: OrderReference) => reference,
    async deliveryStatus({ id }: OrderReference, _: unknown, { loaders, caller }: RequestContext) {
      const record = await loaders.deliveryByOrderId.load(id);
      return record !== null && mayView(caller, record) ? record : null;
    },
    async canCancel({ id, status, customerId }: OrderReference, _: unknown, { loaders, caller }: RequestContext) {
      // What is required comes from another subgraph; without it any answer would be a guess.
      if (status === undefined || status === null || customerId === undefined || customerId === null) return null;
      const record = await loaders.deliveryByOrderId.load(id);
      return canCancelOrder({
        orderStatus: status,
        state: record?.state ?? null,
        isOwner: caller.userId !== null && caller.userId === customerId,
        isOperator: caller.isOperator,
      });
    },
  },

  DeliveryStatus: {
    async __resolveReference({ id }: { id: string }, { loaders, caller }: RequestContext) {
      const record = await loaders.deliveryById.load(id);
      return record !== null && mayView(caller, record) ? record : null;
    },
    order: ({ orderId, orderNumber }: DeliveryRecord) =>
      orderNumber === null ? null : { id: orderId, number: orderNumber },
    status: ({ state }: DeliveryRecord) => state,
    nextStates: (record: DeliveryRecord, _: unknown, { caller }: RequestContext) =>
      nextStatesFor(record.state, statusActorOf(caller, record)),
    eta: (record: DeliveryRecord, _: unknown, { now }: RequestContext) =>
      record.state === 'CANCELLED'
        ? null
        : { promisedAt: record.promisedAt, estimatedAt: record.estimatedAt, isLate: isLate(record, now()) },
    riderProgress: ({ progress }: DeliveryRecord) => progress,
    rider: ({ riderId }: DeliveryRecord, _: unknown, { loaders }: RequestContext) =>
      riderId === null ? null : loaders.riderById.load(riderId),
    riderPosition: ({ state, position }: DeliveryRecord) => (isFinal(state) ? null : position),
    destination: (record: DeliveryRecord, _: unknown, { caller }: RequestContext) =>
      mayView(caller, record) ? record.destination : null,
    handoverCode: (record: DeliveryRecord, _: unknown, { caller }: RequestContext) =>
      isOwner(caller, record) && record.state === 'OUT_FOR_DELIVERY' ? (record.handover?.code ?? null) : null,
  },

  DeliveryEvent: {
    actorId: ({ actorId }: DeliveryEvent, _: unknown, { caller }: RequestContext) =>
      caller.isOperator ? actorId : null,
  },

  Rider: {
    __resolveReference: ({ id }: { id: string }, context: RequestContext) => findVisibleRider(context, id),
    user: ({ userId }: RiderRecord, _: unknown, { caller }: RequestContext) =>
      caller.isOperator ? { id: userId } : null,
    maskedPhone: ({ phone }: RiderRecord) => maskPhone(phone),
    activeDeliveries({ load }: RiderRecord, _: unknown, { viewer }: RequestContext) {
      requireRole(viewer, 'OPERATOR');
      return load;
    },
  },
};
