import { type PageArguments, requireRole, requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { mayView } from '../domain/delivery-access.ts';
import { type DeliveryQueueFilterInput, readDeliveryQueue } from '../reads/delivery-queue.ts';
import { readOperationsSummary } from '../reads/operations-summary.ts';

export const queries = {
  async deliveryStatus(_: unknown, { orderId }: { orderId: string }, context: RequestContext) {
    requireUser(context.viewer);
    const record = await context.loaders.deliveryByOrderId.load(orderId);
    return record !== null && mayView(context.caller, record) ? record : null;
  },

  deliveryQueue(
    _: unknown,
    args: PageArguments & { filter?: DeliveryQueueFilterInput | null },
    context: RequestContext,
  ) {
    requireRole(context.viewer, ['OPERATOR', 'RIDER']);
    return readDeliveryQueue(context, args);
  },

  operationsSummary(_: unknown, { since }: { since?: Date | null }, context: RequestContext) {
    requireRole(context.viewer, 'OPERATOR');
    return readOperationsSummary(context, since);
  },

  riders(_: unknown, { isAvailable }: { isAvailable?: boolean | null }, context: RequestContext) {
    requireRole(context.viewer, 'OPERATOR');
    return context.store.riders.list(isAvailable ?? undefined);
  },
};
