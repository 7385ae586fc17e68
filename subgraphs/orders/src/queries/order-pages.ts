import {
  type Connection,
  connection,
  decodeCursor,
  encodeCursor,
  type PageArguments,
  pageArgs,
} from '@swiftcart/graphql';
import type { Order } from '../domain/order.ts';
import type { OrderStatus } from '../domain/order-lifecycle.ts';
import type { OrderPageQuery, OrderStore } from '../store/orders.ts';

export interface OrderFilter {
  readonly statuses?: readonly OrderStatus[] | null;
  readonly placedAfter?: Date | null;
  readonly placedBefore?: Date | null;
  readonly customerId?: string | null;
}

export interface OrderPage extends Connection<Order> {
  /** Counted only when asked for. */
  totalCount(): Promise<number>;
}

/** One page of orders, newest first. Throws BAD_USER_INPUT for a bad `first` or cursor. */
export async function readOrderPage(
  orders: OrderStore,
  { filter, ...page }: PageArguments & { filter?: OrderFilter | null },
  defaultFirst: number,
): Promise<OrderPage> {
  const { limit, after } = pageArgs(page, { defaultFirst });
  const query: OrderPageQuery = {
    statuses: filter?.statuses ?? undefined,
    placedAfter: filter?.placedAfter ?? undefined,
    placedBefore: filter?.placedBefore ?? undefined,
    customerId: filter?.customerId ?? undefined,
  };
  const rows = await orders.page(query, readCursor(after), limit + 1);
  const built = connection(rows, limit, (order) => encodeCursor([order._id]), after !== undefined);
  return { ...built, totalCount: () => orders.count(query) };
}

/** The id behind a one-part cursor; null without one. Throws BAD_USER_INPUT. */
export function readCursor(after: string | undefined): string | null {
  return after === undefined ? null : String(decodeCursor(after, 1)[0]);
}
