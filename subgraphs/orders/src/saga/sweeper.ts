import { expired } from '../domain/cancellation.ts';
import { unpaidStatuses } from '../domain/order-lifecycle.ts';
import { accept } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { runSaga } from './run-saga.ts';
import { changeOrder } from './write-change.ts';

const batch = 20;

/** Takes over orders whose worker fell silent. Any number of processes may sweep: each order is taken by one write. */
export async function sweepOverdue(context: ProcessContext): Promise<number> {
  for (let taken = 0; taken < batch; taken += 1) {
    const now = context.now();
    const order = await context.store.orders.takeOverdue(now, new Date(now.getTime() + context.config.sagaLeaseMs));
    if (!order) return taken;
    await runSaga(context, order, { isSweep: true });
  }
  return batch;
}

/** Ends unpaid orders whose time is up and gives their stock back. */
export async function sweepExpired(context: ProcessContext): Promise<void> {
  for (const order of await context.store.orders.findExpired(context.now(), batch)) {
    const now = context.now();
    const changed = await changeOrder(context, order, (current) => {
      const isDue = unpaidStatuses.includes(current.status) && current.expiresAt !== null && current.expiresAt <= now;
      return accept(isDue ? expired(current) : null);
    });
    if (!changed.isChanged) continue;
    context.crashPoint('expiryRecorded');
    await runSaga(context, changed.order);
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
