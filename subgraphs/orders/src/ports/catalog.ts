import { SubgraphCallError, type SubgraphClient } from '@swiftcart/service';
import { z } from 'zod';
import type { ProductSnapshot } from '../domain/cart.ts';
import type { PortCall } from './port-call.ts';

const amount = z.object({ amount: z.number().int() }).transform((money) => money.amount);

const snapshot = z.object({
  productId: z.string(),
  sku: z.string(),
  name: z.string(),
  packLabel: z.string(),
  imageUrl: z
    .string()
    .nullish()
    .transform((url) => url ?? null),
  categoryId: z.string(),
  price: amount,
  mrp: amount,
  maxPerOrder: z.number().int(),
  isActive: z.boolean(),
  availableQuantity: z.number().int(),
});

const reservedLine = z.object({
  productId: z.string(),
  sku: z.string(),
  name: z.string(),
  packLabel: z.string(),
  imageUrl: z
    .string()
    .nullish()
    .transform((url) => url ?? null),
  categoryId: z.string(),
  unitPrice: amount,
  mrp: amount,
  quantity: z.number().int(),
});

const stockError = z.object({
  code: z.string(),
  message: z.string(),
  productId: z.string().nullish(),
  availableQuantity: z.number().nullish(),
});

const reserveAnswer = z.object({
  reserveStock: z.object({
    isReserved: z.boolean(),
    lines: z.array(reservedLine),
    userErrors: z.array(stockError),
  }),
});

/** Name and price of a line at the moment its stock was held. Minor units. */
export type ReservedLine = z.infer<typeof reservedLine>;
export type StockError = z.infer<typeof stockError>;

export interface Reservation {
  readonly isReserved: boolean;
  readonly lines: readonly ReservedLine[];
  readonly errors: readonly StockError[];
}

/** What orders asks of the catalogue. Every method throws SubgraphCallError; each may be repeated for the same order. */
export interface CatalogPort {
  /** In the order of `ids`; null for an unknown one. */
  productSnapshots(ids: readonly string[], call: PortCall): Promise<readonly (ProductSnapshot | null)[]>;
  /** All lines or none; `expiresAt` is when the catalogue may ask what became of the order. */
  reserveStock(
    orderId: string,
    lines: readonly { productId: string; quantity: number }[],
    expiresAt: Date,
    call: PortCall,
  ): Promise<Reservation>;
  commitStock(orderId: string, call: PortCall): Promise<void>;
  releaseStock(orderId: string, call: PortCall): Promise<void>;
  /** Also throws while a part is only held: what is not sold yet cannot be forgotten. */
  settleStock(orderId: string, call: PortCall): Promise<void>;
}

const snapshotsQuery = `query OrdersSnapshots($ids: [ID!]!) {
  productSnapshots(ids: $ids) {
    productId sku name packLabel imageUrl categoryId price { amount } mrp { amount } maxPerOrder isActive availableQuantity
  }
}`;

const reserveMutation = `mutation OrdersReserve($orderId: ID!, $lines: [StockLineInput!]!, $expiresAt: DateTime!) {
  reserveStock(orderId: $orderId, lines: $lines, expiresAt: $expiresAt) {
    isReserved
    lines { productId sku name packLabel imageUrl categoryId unitPrice { amount } mrp { amount } quantity }
    userErrors { code message productId availableQuantity }
  }
}`;

const endMutations = {
  commitStock: 'mutation OrdersCommit($orderId: ID!) { entry: commitStock(orderId: $orderId) { isReserved } }',
  releaseStock: 'mutation OrdersRelease($orderId: ID!) { entry: releaseStock(orderId: $orderId) { isReserved } }',
  settleStock: 'mutation OrdersSettle($orderId: ID!) { entry: settleStock(orderId: $orderId) { isReserved } }',
};

const endAnswer = z.object({ entry: z.object({ isReserved: z.boolean() }) });

/** The catalogue behind its inaccessible fields. Answers are checked: another service is a boundary like any other. */
export function createCatalogPort(client: SubgraphClient): CatalogPort {
  // A refusal to commit or release means that the entry has ended already; repeating could not change that.
  const end = async (name: keyof typeof endMutations, orderId: string, call: PortCall): Promise<boolean> =>
    endAnswer.parse(await client.request(endMutations[name], { orderId }, call)).entry.isReserved;
  return {
    async productSnapshots(ids, call) {
      if (ids.length === 0) return [];
      const answer = await client.request(snapshotsQuery, { ids }, call);
      return z.object({ productSnapshots: z.array(snapshot.nullable()) }).parse(answer).productSnapshots;
    },
    async reserveStock(orderId, lines, expiresAt, call) {
      const variables = { orderId, lines, expiresAt: expiresAt.toISOString() };
      const { reserveStock } = reserveAnswer.parse(await client.request(reserveMutation, variables, call));
      return { isReserved: reserveStock.isReserved, lines: reserveStock.lines, errors: reserveStock.userErrors };
    },
    async commitStock(orderId, call) {
      await end('commitStock', orderId, call);
    },
    async releaseStock(orderId, call) {
      await end('releaseStock', orderId, call);
    },
    async settleStock(orderId, call) {
      // The parcel can be there before a commit that failed is repeated. Taken for done, the goods would be sold for ever.
      if (await end('settleStock', orderId, call)) {
        throw new SubgraphCallError('SUBGRAPH_REJECTED', `Order ${orderId} still holds stock that is not sold.`, {
          isDefinite: true,
        });
      }
    },
  };
}
