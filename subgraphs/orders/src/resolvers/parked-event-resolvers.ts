import type { ParkedEvent } from '@swiftcart/events';
import { connection, encodeCursor, type PageArguments, pageArgs, requireRole } from '@swiftcart/graphql';
import { replayEvent } from '../commands/replay-event.ts';
import type { RequestContext } from '../context.ts';
import { readCursor } from '../queries/order-pages.ts';
import { asUserError } from './payloads.ts';

type Context = RequestContext;

export const parkedEventQueries = {
  parkedEvents: async (_: unknown, args: PageArguments, context: Context) => {
    requireRole(context.viewer, 'ADMIN');
    const { limit, after } = pageArgs(args, { defaultFirst: 50 });
    const page = { limit: limit + 1, after: readCursor(after) ?? undefined };
    const rows = await context.process.parkedEvents.list(page);
    return connection(rows, limit, (parked) => encodeCursor([parked.id]), after !== undefined);
  },
};

export const parkedEventMutations = {
  replayEvent: async (_: unknown, { eventId }: { eventId: string }, context: Context) => {
    requireRole(context.viewer, 'ADMIN');
    const refusal = await replayEvent(context.process, eventId);
    return { isReplayed: refusal === null, userErrors: refusal ? [asUserError(refusal)] : [] };
  },
};

export const parkedEventTypes = {
  ParkedEvent: {
    subgraph: (parked: ParkedEvent) => parked.group ?? 'orders',
    kind: (parked: ParkedEvent) => parked.event.kind,
    orderId: (parked: ParkedEvent) => {
      const { orderId } = parked.event.payload;
      return typeof orderId === 'string' ? orderId : null;
    },
  },
};
