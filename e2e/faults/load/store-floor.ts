import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { insist } from './insist.ts';
import { type LoadContext, pause } from './load-context.ts';
import * as ops from './operations.ts';
import { createShopCaller, type ShopCaller } from './shop-caller.ts';

interface QueuedParcel {
  readonly orderId: string;
  readonly status: string;
  readonly sequence: number;
  readonly rider: { readonly id: string } | null;
}

const hands = 4;

/** The operators: pack, assign, send out and hand over what waits in the queue, and now and then call a delivery off. */
export async function runStoreFloor(context: LoadContext, random: Random): Promise<void> {
  const headers = context.cast.operator;
  const caller = createShopCaller({ actor: 'floor', url: context.url, headers, history: context.history });
  let keys = 0;
  while (!context.isClosing()) {
    const queue = await caller.read(ops.QUEUE);
    const parcels: QueuedParcel[] = queue?.deliveryQueue?.nodes ?? [];
    const riders: { id: string }[] = queue?.riders ?? [];
    const work = async () => {
      for (let parcel = parcels.shift(); parcel !== undefined && !context.isClosing(); parcel = parcels.shift()) {
        // Leaves some where they are, so that cancellations meet parcels in every state.
        if (random.chance(0.6)) await moveOn(context, caller, random, parcel, { riders, key: `f-${++keys}` });
      }
    };
    await Promise.all(Array.from({ length: hands }, work));
    await pause(context, 400);
  }
}

async function moveOn(
  context: LoadContext,
  caller: ShopCaller,
  random: Random,
  { orderId, status, sequence, rider }: QueuedParcel,
  { riders, key: idempotencyKey }: { riders: readonly { id: string }[]; key: string },
): Promise<void> {
  const to = random.chance(0.04) ? 'CANCELLED' : nextStatus[status];
  if (to === undefined) return;
  // A rider with an account hands over himself, for the code; the others' parcels, and some of his, are told by the floor.
  const isRidersOwn = context.cast.riders.some(({ id }) => id === rider?.id);
  if (to === 'DELIVERED' && isRidersOwn && !random.chance(0.1)) return;
  if (to === 'OUT_FOR_DELIVERY' && rider === null) {
    if (riders.length === 0) return;
    const riderId = random.pick(riders).id;
    const assign = () =>
      caller.mutate('assignRider', ops.ASSIGN_RIDER, { orderId, riderId }, (payload) => ({
        sequence: payload.deliveryStatus?.sequence ?? null,
      }));
    if ((await insist(context, random, assign)).outcome !== 'ok') return;
  }
  const reason = to === 'CANCELLED' ? 'Damaged on the floor' : 'Handed over';
  // Half of the time with the sequence that was seen, so that some decisions are refused as stale.
  const seen = random.chance(0.5) && to !== 'OUT_FOR_DELIVERY' ? { expectedSequence: sequence } : {};
  const proof = to === 'DELIVERED' ? { proofMethod: 'OPERATOR_OVERRIDE' } : {};
  const input = { orderId, status: to, reason, idempotencyKey, ...seen, ...proof };
  await insist(context, random, () =>
    caller.mutate('updateStatus', ops.UPDATE_STATUS, { input }, (payload) => ({
      hasChanged: payload.hasChanged,
      sequence: payload.event?.sequence ?? null,
      to: payload.event?.to ?? null,
    })),
  );
}

const nextStatus: Readonly<Record<string, string>> = {
  PLACED: 'PACKED',
  PACKED: 'OUT_FOR_DELIVERY',
  OUT_FOR_DELIVERY: 'DELIVERED',
};

/** The storeroom: brings some of the hot products in, and writes some off, each count with its own key. */
export async function runStoreroom(context: LoadContext, random: Random): Promise<void> {
  const headers = context.cast.operator;
  const caller = createShopCaller({ actor: 'storeroom', url: context.url, headers, history: context.history });
  const hot = context.cast.products.filter(({ isHot }) => isHot);
  for (let count = 1; !context.isClosing(); count += 1) {
    await pause(context, random.between(800, 2_500));
    const delta = random.chance(0.85) ? random.between(2, 8) : -1;
    const input = {
      rows: [{ productId: random.pick(hot).id, delta }],
      reason: 'Count',
      idempotencyKey: `stock-count-${count}`,
    };
    await insist(context, random, () =>
      caller.mutate('adjustStock', ops.ADJUST_STOCK, { input }, (payload) => ({
        refused: payload.results[0]?.userErrors[0]?.code ?? null,
      })),
    );
  }
}

/** The till: gives a part, or the rest, of some paid orders back. */
export async function runTill(context: LoadContext, random: Random, paidOrders: string[]): Promise<void> {
  const headers = context.cast.operator;
  const caller = createShopCaller({ actor: 'till', url: context.url, headers, history: context.history });
  for (let count = 1; !context.isClosing(); count += 1) {
    await sleep(random.between(200, 900));
    const orderId = paidOrders.shift();
    if (orderId === undefined || random.chance(0.5)) continue;
    const amount = random.chance(0.6) ? { amount: random.between(100, 30_000) } : {};
    const input = { orderId, idempotencyKey: `refund-${count}`, reason: 'Sorry', ...amount };
    await insist(context, random, () => caller.mutate('refundOrder', ops.REFUND_ORDER, { input }, () => ({})));
  }
}
