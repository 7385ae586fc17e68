import type { Random } from '../random.ts';
import type { RunRider } from './hire-riders.ts';
import { insist } from './insist.ts';
import { type LoadContext, pause } from './load-context.ts';
import * as ops from './operations.ts';
import { createShopCaller, type ShopCaller } from './shop-caller.ts';

interface Ride {
  readonly context: LoadContext;
  readonly caller: ShopCaller;
  readonly random: Random;
  readonly nextKey: () => string;
}

/**
 * One rider with an account of his own: fetches what was given to him, hands it over for the customer's code, tells wrong
 * ones, finds nobody at home, and now and then tries a parcel that is not his.
 */
export async function runRider(
  context: LoadContext,
  rider: RunRider,
  { index, random }: { index: number; random: Random },
): Promise<void> {
  const { url, history } = context;
  const caller = createShopCaller({ actor: `rider-${index}`, url, headers: rider.headers, history });
  let keys = 0;
  const ride: Ride = { context, caller, random, nextKey: () => `ride-${index}-${++keys}` };
  while (!context.isClosing()) {
    const queue = await caller.read(ops.RIDER_QUEUE);
    const parcels: { orderId: string; status: string }[] = queue?.deliveryQueue?.nodes ?? [];
    for (const { orderId, status } of parcels) {
      if (context.isClosing()) break;
      if (status === 'PACKED' && random.chance(0.2)) await reportArrival(ride, orderId);
      if (status === 'OUT_FOR_DELIVERY' && random.chance(0.8)) await handOver(ride, orderId);
    }
    const own = new Set(parcels.map(({ orderId }) => orderId));
    const foreign = context.anyOrder(random);
    if (foreign !== undefined && !own.has(foreign) && random.chance(0.1)) await tell(ride, foreign, '0000', {});
    await pause(context, 600);
  }
}

async function reportArrival({ context, caller, random }: Ride, orderId: string): Promise<void> {
  const variables = { orderId, progress: 'AT_STORE' };
  await insist(context, random, () => caller.mutate('reportRiderProgress', ops.REPORT_PROGRESS, variables, () => ({})));
}

/** At the door. What is counted there is sent once: a repeat would count again. */
async function handOver(ride: Ride, orderId: string): Promise<void> {
  const { context, caller, random } = ride;
  if (random.chance(0.2)) {
    const place = { latitude: 12.93 + random.next() / 100, longitude: 77.62 };
    await caller.mutate('reportRiderLocation', ops.REPORT_LOCATION, { orderId, ...place }, () => ({}));
  }
  if (random.chance(0.1)) await caller.mutate('recordFailedAttempt', ops.FAILED_ATTEMPT, { orderId }, () => ({}));
  const wrongTries = random.chance(0.2) ? random.between(1, 6) : 0;
  for (let tries = 0; tries < wrongTries; tries += 1) {
    const code = await askFor(ride, orderId);
    if (code === undefined) return;
    await tell(ride, orderId, wrongCode(code, random), { isWrongCode: true });
  }
  const code = await askFor(ride, orderId);
  if (code === undefined) return;
  const key = ride.nextKey();
  await insist(context, random, () => tell(ride, orderId, code, { key }));
}

/** The customer reads the code out; undefined when the shop does not show it to him just now. */
async function askFor({ context }: Ride, orderId: string): Promise<string | undefined> {
  const headers = context.ownerOf(orderId);
  if (headers === undefined) return undefined;
  const customer = createShopCaller({ actor: 'customer', url: context.url, headers, history: context.history });
  const data = await customer.read(ops.READ_CODE, { orderId });
  return data?.deliveryStatus?.handoverCode ?? undefined;
}

function tell(
  { caller, nextKey }: Ride,
  orderId: string,
  handoverCode: string,
  { isWrongCode = false, key = nextKey() }: { isWrongCode?: boolean; key?: string },
) {
  const input = { orderId, status: 'DELIVERED', handoverCode, idempotencyKey: key };
  return caller.mutate('updateStatus', ops.UPDATE_STATUS, { input, isWrongCode }, (payload) => ({
    hasChanged: payload.hasChanged,
    sequence: payload.event?.sequence ?? null,
    to: payload.event?.to ?? null,
  }));
}

/** Four digits that differ from the code in at least one. */
function wrongCode(code: string, random: Random): string {
  return String((Number(code) + random.between(1, 9_999)) % 10_000).padStart(4, '0');
}
