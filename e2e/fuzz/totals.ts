import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Reply, Shopper } from '../support/shop-client.ts';

/** Money, stock, states and carts that a refused call must leave as they were. */
export interface Totals {
  /** The order that the calls of one field are about, from now on. */
  aimAt(orderId: string): void;
  /** What no fuzzed call may change at all: a stranger's order, carts, addresses and sessions, and a product nobody was told of. */
  readUntouchable(): Promise<Reply>;
  /** What calls are aimed at, and the caller's own cart. */
  readTargets(caller: Shopper): Promise<Reply>;
  /** The same, once nothing is in motion that an accepted call set off. */
  readSettledTargets(caller: Shopper): Promise<Reply>;
}

interface TotalsOptions {
  /** An operator. */
  readonly auditor: Shopper;
  readonly untouchable: {
    readonly orderIds: readonly string[];
    readonly productIds: readonly string[];
    readonly shoppers: readonly Shopper[];
  };
  readonly targetProductIds: readonly string[];
}

const MONEY = '{ amount }';
const ORDER = `{
  status bill { itemTotal ${MONEY} discount ${MONEY} tip ${MONEY} grandTotal ${MONEY} }
  payment { method status amount ${MONEY} refunds { status amount ${MONEY} } }
  deliveryStatus { status sequence rider { id } }
}`;
const CART = `cart { totalQuantity couponCode subtotal ${MONEY} items { id quantity } }`;
const PERSON = '{ me { name email addresses { id line1 } sessions { id } } }';

export function createTotals({ auditor, untouchable, targetProductIds }: TotalsOptions): Totals {
  let targetOrderIds: string[] = [];

  /** In one request; ids are our own, so they stand in the text. */
  const readBooks = (orderIds: readonly string[], productIds: readonly string[]): Promise<Reply> => {
    const orders = orderIds.map((id, index) => `order${index}: order(id: "${id}") ${ORDER}`);
    const products = productIds.map(
      (id, index) => `product${index}: product(id: "${id}") { price ${MONEY} stock { onHand reserved available } }`,
    );
    return auditor.send(`{ ${[...orders, ...products].join(' ')} }`);
  };
  const readTargets = async (caller: Shopper): Promise<Reply> => {
    const [books, reply] = await Promise.all([readBooks(targetOrderIds, targetProductIds), caller.ask(`{ ${CART} }`)]);
    return { ...books, cart: reply.data?.cart ?? null };
  };

  return {
    aimAt(orderId) {
      targetOrderIds = [orderId];
    },
    async readUntouchable() {
      const { orderIds, productIds, shoppers } = untouchable;
      const own = shoppers.map(async (each) => [await each.send(`{ ${CART} }`), (await each.ask(PERSON)).data?.me]);
      return Promise.all([readBooks(orderIds, productIds), ...own]);
    },
    readTargets,
    async readSettledTargets(caller) {
      const deadline = Date.now() + 15_000;
      let before = await readTargets(caller);
      if (isAtRest(before)) return before;
      for (;;) {
        await sleep(50);
        const now = await readTargets(caller);
        if (isAtRest(now) && isDeepStrictEqual(now, before)) return now;
        if (Date.now() > deadline) throw new Error(`the order does not come to rest: ${JSON.stringify(now)}`);
        before = now;
      }
    },
  };
}

/** Orders and their deliveries agree, and no refund is under way. */
function isAtRest(totals: Reply): boolean {
  return Object.entries<Reply>(totals).every(([name, order]) => {
    if (!name.startsWith('order') || order === null) return true;
    const delivery: string | null = order.deliveryStatus?.status ?? null;
    const isAgreed: Record<string, boolean> = {
      PENDING_PAYMENT: delivery === null,
      PAYMENT_FAILED: delivery === null,
      EXPIRED: delivery === null,
      CONFIRMED: delivery === 'PLACED' || delivery === 'PACKED' || delivery === 'OUT_FOR_DELIVERY',
      COMPLETED: delivery === 'DELIVERED',
      CANCELLED: delivery === null || delivery === 'CANCELLED',
    };
    return isAgreed[order.status] === true && order.payment.refunds.every(({ status }: Reply) => status !== 'PENDING');
  });
}
