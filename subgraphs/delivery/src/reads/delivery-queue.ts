import { badUserInput, connection, decodeCursor, encodeCursor, type PageArguments, pageArgs } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import { activeStates, type DeliveryState } from '../domain/delivery-state.ts';
import type { QueueConditions } from '../store/delivery-queries.ts';
import type { QueueFilter } from '../streams/delivery-queue-stream.ts';

/** As the schema's input of the same name; an explicit null counts as not given. */
export interface DeliveryQueueFilterInput {
  readonly statuses?: readonly DeliveryState[] | null;
  readonly isLate?: boolean | null;
  readonly riderId?: string | null;
  readonly isUnassigned?: boolean | null;
}

/** The filter that applies: what was given, and for riders their own assignments whatever they named. */
export async function effectiveFilter(
  { caller, store }: RequestContext,
  input: DeliveryQueueFilterInput | null | undefined,
): Promise<QueueFilter> {
  const filter = {
    statuses: input?.statuses ?? undefined,
    isLate: input?.isLate ?? undefined,
    riderId: input?.riderId ?? undefined,
    isUnassigned: input?.isUnassigned ?? undefined,
  };
  if (caller.isOperator) return filter;
  const own = caller.userId === null ? null : await store.riders.findByUserId(caller.userId);
  // No rider has the empty id: a user with the role who was never registered has no assignments.
  return { ...filter, riderId: own?.id ?? '' };
}

/** One page of the work list, oldest promise first; `totalCount` is counted only when asked for. */
export async function readDeliveryQueue(
  context: RequestContext,
  { filter, ...page }: PageArguments & { filter?: DeliveryQueueFilterInput | null },
) {
  const { limit, after } = pageArgs(page, { defaultFirst: 50 });
  const { statuses, ...rest } = await effectiveFilter(context, filter);
  const conditions: QueueConditions = { ...rest, states: statuses ?? activeStates };
  const now = context.now();
  const position = after === undefined ? {} : { after: parseCursor(after) };
  const rows = await context.store.queries.queuePage(conditions, { ...position, limit: limit + 1, now });
  return {
    ...connection(rows, limit, cursorOf, after !== undefined),
    totalCount: () => context.store.queries.queueCount(conditions, now),
  };
}

function cursorOf({ promisedAt, orderId }: DeliveryRecord): string {
  return encodeCursor([promisedAt.getTime(), orderId]);
}

function parseCursor(cursor: string): { promisedAt: Date; orderId: string } {
  const [promisedMs, orderId] = decodeCursor(cursor, 2);
  const promisedAt = new Date(typeof promisedMs === 'number' ? promisedMs : Number.NaN);
  if (Number.isNaN(promisedAt.getTime()) || typeof orderId !== 'string') {
    throw badUserInput('The cursor is not one that this list gave out.', 'after');
  }
  return { promisedAt, orderId };
}
