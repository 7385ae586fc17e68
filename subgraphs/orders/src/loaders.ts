import { loadByKey } from '@swiftcart/graphql';
import DataLoader from 'dataloader';
import { type CartCaller, findCart } from './commands/cart-access.ts';
import type { Cart, CartLine } from './domain/cart.ts';
import type { Order } from './domain/order.ts';
import type { ProcessContext } from './process-context.ts';

/** A line with the cart it is in. */
export interface LoadedLine {
  readonly cart: Cart;
  readonly line: CartLine;
}

export interface Loaders {
  readonly carts: DataLoader<string, Cart | null>;
  readonly lines: DataLoader<string, LoadedLine | null>;
  readonly orders: DataLoader<string, Order | null>;
  /** The caller's own cart, read once however many products ask. */
  readonly callerCart: () => Promise<Cart | null>;
}

/** Batches of one operation: the number of database calls does not grow with the number of items. */
export function createLoaders(process: ProcessContext, caller: CartCaller): Loaders {
  const { carts, orders } = process.store;
  let callerCart: Promise<Cart | null> | undefined;
  return {
    carts: new DataLoader(async (ids: readonly string[]) =>
      loadByKey(ids, await carts.findMany([...new Set(ids)]), (cart) => cart._id),
    ),
    lines: new DataLoader(async (ids: readonly string[]) => {
      const found = await carts.findByLines([...new Set(ids)]);
      const lines = found.flatMap((cart) => cart.items.map((line) => ({ cart, line })));
      return loadByKey(ids, lines, ({ line }) => line._id);
    }),
    orders: new DataLoader(async (ids: readonly string[]) =>
      loadByKey(ids, await orders.findMany([...new Set(ids)]), (order) => order._id),
    ),
    callerCart: () => {
      callerCart ??= findCart(process, caller);
      return callerCart;
    },
  };
}
