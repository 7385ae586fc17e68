import { decideProgress } from '../domain/decide-rider-work.ts';
import { statusActorOf } from '../domain/delivery-access.ts';
import type { RiderProgress } from '../domain/rider-progress.ts';
import { changeDelivery } from './change-delivery.ts';
import { actorOf, type CommandContext, type Outcome } from './command-context.ts';

/** Moves the finer axis along; its table is in domain/rider-progress.ts. */
export function reportRiderProgress(
  context: CommandContext,
  orderId: string,
  progress: RiderProgress,
): Promise<Outcome> {
  return changeDelivery(context, orderId, {
    mayTouch: (record) => statusActorOf(context.caller, record) !== undefined,
    decide: (record) => decideProgress(record, progress, actorOf(context.caller)),
  });
}
