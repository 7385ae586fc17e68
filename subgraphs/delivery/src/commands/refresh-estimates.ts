import { decideEstimate } from '../domain/decide-rider-work.ts';
import { etaChangeThresholdMs } from '../domain/estimate.ts';
import { changeDelivery } from './change-delivery.ts';
import type { CommandTools } from './command-context.ts';

const batchSize = 100;

/** Moves the estimates of parcels that are overdue by a minute or more, so that the customer hears of it. Answers how many moved. */
export async function refreshEstimates(tools: CommandTools & { readonly correlationId: string }): Promise<number> {
  const before = new Date(tools.now().getTime() - etaChangeThresholdMs);
  let moved = 0;
  for (const { orderId } of await tools.store.queries.overdueSince(before, batchSize)) {
    const { hasChanged } = await changeDelivery(tools, orderId, {
      mayTouch: () => true,
      decide: (record, now) => decideEstimate(record, tools.settings.model, now),
    });
    if (hasChanged) moved += 1;
  }
  return moved;
}
