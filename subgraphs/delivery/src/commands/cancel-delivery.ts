import { decideCancel } from '../domain/decide-cancel.ts';
import type { Actor } from '../domain/delivery-record.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import { changeDelivery } from './change-delivery.ts';
import type { CommandTools } from './command-context.ts';
import { newDelivery } from './new-delivery.ts';

/**
 * The judge of cancellation. Idempotent. Where no record exists it leaves one that is CANCELLED, so that a confirmation which
 * arrives later finds the judgement instead of sending a parcel out; its events wait for that confirmation (openDelivery).
 */
export async function cancelDelivery(
  tools: CommandTools & { readonly correlationId: string },
  { orderId, actor, reason }: { orderId: string; actor: Actor; reason: string },
): Promise<{ isCancelled: boolean; status: DeliveryState }> {
  const judge = () =>
    changeDelivery(tools, orderId, {
      mayTouch: () => true,
      decide: (record) => decideCancel(record, { actor, reason }),
    });

  const judged = await judge();
  if (judged.record !== null) return answer(judged.record.state);
  const { model } = tools.settings;
  const first = { state: 'CANCELLED' as const, actor, note: reason };
  const record = newDelivery(orderId, first, { order: null, model, now: tools.now() });
  if (await tools.store.deliveries.insert(record, [])) return answer('CANCELLED');
  // The confirmation, or another cancellation, was written in between: that record is judged.
  const again = await judge();
  if (again.record === null) throw new Error(`Delivery ${orderId} vanished while its cancellation was judged.`);
  return answer(again.record.state);
}

function answer(status: DeliveryState): { isCancelled: boolean; status: DeliveryState } {
  return { isCancelled: status === 'CANCELLED', status };
}
