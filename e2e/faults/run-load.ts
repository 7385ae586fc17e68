import type { History } from './history.ts';
import { createFollowers, type Followers } from './load/followers.ts';
import type { LoadContext } from './load/load-context.ts';
import type { RunCast } from './load/open-shop.ts';
import { runRider } from './load/rider.ts';
import { runShopper } from './load/shopper.ts';
import { runStoreFloor, runStoreroom, runTill } from './load/store-floor.ts';
import type { Random } from './random.ts';

/** The clients of a run, at work. */
export interface RunningLoad {
  readonly followers: Followers;
  /** Begins nothing new, and resolves when what was begun has a definite answer or `timeoutMs` have passed. */
  close(timeoutMs: number): Promise<void>;
}

const maxPaidOrdersWaiting = 500;
const maxFollowed = 25;
/** Every third shopper changes his cart while his order is being placed. */
const hastyEvery = 3;

/** Starts all shoppers and riders, the store floor, the storeroom, the till and the subscribers. */
export function startLoad(options: { url: string; cast: RunCast; history: History; random: Random }): RunningLoad {
  const { url, cast, history, random } = options;
  const followers = createFollowers(url, random.fork('followers'), maxFollowed);
  const followed = random.fork('followed');
  const paid: string[] = [];
  const owners = new Map<string, Record<string, string>>();
  const placed: string[] = [];
  let isClosing = false;
  let givesUpAt = Number.POSITIVE_INFINITY;
  const context: LoadContext = {
    ...{ url, cast, history },
    isClosing: () => isClosing,
    givesUpAt: () => givesUpAt,
    orderPlaced(order) {
      owners.set(order.orderId, order.headers);
      placed.push(order.orderId);
      if (followed.chance(0.4)) followers.follow(order);
    },
    ownerOf: (orderId) => owners.get(orderId),
    anyOrder: (draw) => (placed.length === 0 ? undefined : draw.pick(placed)),
    orderPaid: (orderId) => paid.length < maxPaidOrdersWaiting && paid.push(orderId),
  };
  const working = Promise.all([
    ...cast.customers.map((customer, index) =>
      runShopper(context, customer, {
        index,
        random: random.fork(`shopper-${index}`),
        isHasty: index % hastyEvery === hastyEvery - 1,
      }),
    ),
    ...cast.riders.map((rider, index) => runRider(context, rider, { index, random: random.fork(`rider-${index}`) })),
    runStoreFloor(context, random.fork('floor')),
    runStoreroom(context, random.fork('storeroom')),
    runTill(context, random.fork('till'), paid),
  ]);
  // Whoever closes the load learns of a failure; until then it must not count as unhandled.
  working.catch(() => undefined);
  return {
    followers,
    async close(timeoutMs) {
      isClosing = true;
      givesUpAt = Date.now() + timeoutMs;
      await working;
    },
  };
}
