import type { Order, OrderChange } from '../domain/order.ts';
import { nextEffect, retryDelayMs, type SagaEffect, without } from '../domain/saga-effects.ts';
import type { ProcessContext } from '../process-context.ts';
import { effects } from './effects.ts';
import { undoStaleEffect } from './undo-stale-effect.ts';
import { requireOrder, writeChange } from './write-change.ts';

/**
 * Works off what an order still has to do: effect, then the record of it, until nothing is open or the rest has to
 * wait. Any number of workers may run the same order: effects are idempotent and every record is conditional.
 * Never throws for an effect that failed; that one is put off, with growing delays, and others go on.
 */
export async function runSaga(context: ProcessContext, start: Order): Promise<Order> {
  let order = start;
  const failed = new Set<SagaEffect>();
  for (;;) {
    const effect = nextEffect(order.saga.todo, failed);
    if (effect === null) return order.saga.todo.length ? putOff(context, order) : order;
    const change = await tryEffect(context, order, effect);
    if (change === null) {
      failed.add(effect);
      continue;
    }
    context.crashPoint(`${effect}.done`);
    const written = await writeChange(context, order, { todo: without(order.saga.todo, effect), ...change });
    if (written) {
      context.crashPoint(`${effect}.recorded`);
      order = written;
    } else {
      order = await requireOrder(context, order._id);
      await undoStaleEffect(context, effect, order);
    }
  }
}

async function tryEffect(context: ProcessContext, order: Order, effect: SagaEffect): Promise<OrderChange | null> {
  try {
    return await effects[effect](context, order);
  } catch (error) {
    context.logger.warn(
      { err: error, orderId: order._id, effect, correlationId: order.correlationId },
      'saga effect put off',
    );
    return null;
  }
}

async function putOff(context: ProcessContext, order: Order): Promise<Order> {
  const delayMs = retryDelayMs(order.saga.attempts);
  await context.store.orders.postpone(order, new Date(context.now().getTime() + delayMs));
  return order;
}
