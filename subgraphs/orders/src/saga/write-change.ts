import { newEvent } from '@swiftcart/events';
import type { Order, OrderChange } from '../domain/order.ts';
import { eventPayload } from '../domain/order-announcement.ts';
import { isLegalMove } from '../domain/order-lifecycle.ts';
import type { Decision } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { pauseAfterConflict } from './pause-after-conflict.ts';

/**
 * Writes a decided change as one conditional write: fields, history, open effects and outgoing events together.
 * Null when the order moved since it was read. While effects are open, the writer holds the lease.
 */
export async function writeChange(
  context: Pick<ProcessContext, 'store' | 'config' | 'now' | 'wakeRelay'>,
  order: Order,
  change: OrderChange,
): Promise<Order | null> {
  const now = context.now();
  const next: Order = { ...order, ...change.set };
  if (order.isVisible && !isLegalMove(order.status, next.status)) {
    throw new Error(`order ${order._id} cannot go from ${order.status} to ${next.status}`);
  }
  const todo = change.todo ?? order.saga.todo;
  const leaseEnd = new Date(now.getTime() + context.config.sagaLeaseMs);
  const dueAt = todo.length ? leaseEnd : null;
  const events = (change.history ?? []).map(({ kind, actor, note }, index) => ({
    sequence: order.events.length + 1 + index,
    kind,
    note: note ?? null,
    actorKind: actor.kind,
    actorId: actor.id,
    occurredAt: now,
  }));
  const outbox = (change.announce ?? []).map((announcement) =>
    newEvent({
      topic: 'orders',
      kind: announcement.kind,
      key: order._id,
      correlationId: order.correlationId,
      payload: eventPayload(next, announcement),
      now,
    }),
  );
  const set = { ...change.set, saga: { todo, dueAt, attempts: 0 }, updatedAt: now };
  const written = await context.store.orders.change(order, { set, events, outbox });
  if (written && outbox.length) context.wakeRelay();
  return written;
}

const maxConflicts = 200;

/**
 * Decides on the order as it is and writes, again on a fresh read whenever somebody else was faster. A decision of
 * null means that nothing has to change. Throws when it keeps losing, which no real load does.
 */
export async function changeOrder(
  context: ProcessContext,
  order: Order,
  decide: (order: Order) => Decision<OrderChange | null>,
): Promise<{ order: Order; refusal: Extract<Decision<never>, { ok: false }>['refusal'] | null; isChanged: boolean }> {
  let current = order;
  for (let round = 0; round < maxConflicts; round += 1) {
    const decision = decide(current);
    if (!decision.ok) return { order: current, refusal: decision.refusal, isChanged: false };
    if (decision.value === null) return { order: current, refusal: null, isChanged: false };
    const written = await writeChange(context, current, decision.value);
    if (written) return { order: written, refusal: null, isChanged: true };
    await pauseAfterConflict(round);
    current = await requireOrder(context, order._id);
  }
  throw new Error(`order ${order._id} was changed by others ${maxConflicts} times in a row`);
}

/** The order as it is now. Orders are never deleted, so a missing one is a defect. */
export async function requireOrder(context: Pick<ProcessContext, 'store'>, id: string): Promise<Order> {
  const order = await context.store.orders.find(id);
  if (!order) throw new Error(`order ${id} is gone`);
  return order;
}
