import { withCorrelationId } from '@swiftcart/service';
import { expired } from '../domain/cancellation.ts';
import { unpaidStatuses } from '../domain/order-lifecycle.ts';
import { accept } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from './run-saga.ts';
import { changeOrder } from './write-change.ts';

const batch = 48;
/** Orders worked on at once: one sibling that hangs must not keep the others waiting beyond their 30 s. */
const workers = 16;

/** Takes over orders whose worker fell silent. Any number of processes may sweep: each order is taken by one write. */
export async function sweepOverdue(context: ProcessContext): Promise<void> {
  let left = batch;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const now = context.now();
      const order = await context.store.orders.takeOverdue(now, new Date(now.getTime() + context.config.sagaLeaseMs));
      if (!order) return;
      await withCorrelationId(order.correlationId, () => runSaga(context, order));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** Ends unpaid orders whose time is up and gives their stock back. */
export async function sweepExpired(context: ProcessContext): Promise<void> {
  const due = await context.store.orders.findExpired(context.now(), batch);
  await Promise.all(
    due.map(async (order) => {
      const now = context.now();
      const changed = await changeOrder(context, order, (current) => {
        const isDue = unpaidStatuses.includes(current.status) && current.expiresAt !== null && current.expiresAt <= now;
        return accept(isDue ? expired(current) : null);
      });
      if (!changed.isChanged) return;
      context.crashPoint('expiryRecorded');
      await runSaga(context, changed.order);
    }),
  );
}

/**
 * Tells again of confirmed orders that delivery has said nothing about. A bus within one process loses what was on its
 * way when that process was killed; delivery takes an order it knows already for a repeat.
 */
export async function sweepUnheard(context: ProcessContext): Promise<void> {
  const before = new Date(context.now().getTime() - context.config.deliveryReminderMs);
  for (const order of await context.store.orders.findUnheard(before, batch)) {
    await changeOrder(context, order, (current) => {
      const isUnheard = current.status === 'CONFIRMED' && current.deliverySequence === 0 && current.updatedAt < before;
      return accept(isUnheard ? { announce: [{ kind: 'order.confirmed' }] } : null);
    });
  }
}

/** Repeats the given duties for as long as the process lives; a duty that throws is logged and tried again next time. */
export function startSweeper(
  context: Pick<ProcessContext, 'config' | 'logger'>,
  duties: readonly (() => Promise<unknown>)[],
): AsyncDisposable {
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const sweep = async (): Promise<void> => {
    for (const duty of duties) {
      if (isStopped) return;
      await duty().catch((error: unknown) => context.logger.error({ err: error }, 'sweep failed'));
    }
  };
  const schedule = (): void => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = sweep().finally(schedule);
    }, context.config.sweepIntervalMs);
    timer.unref();
  };
  schedule();
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
