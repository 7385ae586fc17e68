import { badUserInput, requireRole, requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import type { RiderPosition } from '../domain/delivery-record.ts';
import { type DeliveryQueueFilterInput, effectiveFilter } from '../reads/delivery-queue.ts';
import { deliveryQueueStream } from '../streams/delivery-queue-stream.ts';
import { type DeliveryChange, deliveryStatusStream } from '../streams/delivery-status-stream.ts';
import type { Follower } from '../streams/followed-delivery.ts';
import { riderLocationStream } from '../streams/rider-location-stream.ts';

export const subscriptions = {
  deliveryStatusChanged: {
    subscribe(
      _: unknown,
      { orderId, afterSequence }: { orderId: string; afterSequence?: number | null },
      context: RequestContext,
    ) {
      requireUser(context.viewer);
      if ((afterSequence ?? 0) < 0) throw badUserInput('afterSequence must be 0 or more.', 'afterSequence');
      return deliveryStatusStream(followerOf(context, orderId), afterSequence ?? undefined);
    },
    resolve: (change: DeliveryChange, _: unknown, context: RequestContext) => seenAnew(change, context),
  },

  riderLocationChanged: {
    subscribe(_: unknown, { orderId }: { orderId: string }, context: RequestContext) {
      requireUser(context.viewer);
      return riderLocationStream(followerOf(context, orderId));
    },
    resolve: (position: RiderPosition) => position,
  },

  deliveryQueueChanged: {
    async subscribe(_: unknown, { filter }: { filter?: DeliveryQueueFilterInput | null }, context: RequestContext) {
      requireRole(context.viewer, ['OPERATOR', 'RIDER']);
      const { feed, caller, signal, now } = context;
      return deliveryQueueStream({ feed, caller, signal, now, filter: await effectiveFilter(context, filter) });
    },
    resolve: (change: DeliveryChange, _: unknown, context: RequestContext) => seenAnew(change, context),
  },
};

function followerOf({ feed, caller, settings, signal }: RequestContext, orderId: string): Follower {
  return { feed, orderId, caller, waitMs: settings.streamWaitMs, signal };
}

/** The context lives as long as the stream: what its loaders read for the last event is history for this one. */
function seenAnew({ event, record }: DeliveryChange, { loaders }: RequestContext) {
  loaders.clear();
  return { event, deliveryStatus: record };
}
