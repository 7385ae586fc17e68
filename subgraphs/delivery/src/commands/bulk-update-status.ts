import { refusal } from '../domain/refusal.ts';
import { type CommandContext, type Outcome, refusedOutcome } from './command-context.ts';
import { type UpdateStatusInput, updateStatus } from './update-status.ts';

/** Rows of one call. */
export const maxBulkRows = 100;

/**
 * Decides each row on its own and in the order given, so that two rows of one order follow each other. Too many rows are
 * refused one and all, before anything is changed.
 */
export async function bulkUpdateStatus(
  context: CommandContext,
  inputs: readonly UpdateStatusInput[],
): Promise<{ orderId: string; outcome: Outcome }[]> {
  if (inputs.length > maxBulkRows) {
    const message = `At most ${maxBulkRows} rows in one call, not ${inputs.length}.`;
    const tooMany = refusal('TOO_MANY_ROWS', message, { field: ['inputs'] });
    return inputs.map(({ orderId }) => ({ orderId, outcome: refusedOutcome(null, tooMany) }));
  }
  const results = [];
  for (const input of inputs) results.push({ orderId: input.orderId, outcome: await updateStatus(context, input) });
  return results;
}
