import type { Random } from '../random.ts';
import { hireRiders, type RunRider } from './hire-riders.ts';
import * as ops from './operations.ts';

/** A product of the run: `hot` ones have little stock and many buyers. */
export interface RunProduct {
  readonly id: string;
  readonly isHot: boolean;
  /** Minor units. */
  readonly price: number;
}

/** Something that only hasty customers add, each thing seldom: whether it is in an order or a cart says which add it was. */
export interface RunTreat {
  readonly id: string;
  /** Minor units. */
  readonly price: number;
}

export interface RunCustomer {
  readonly userId: string;
  readonly addressId: string;
  readonly headers: Record<string, string>;
}

/** The people and goods of one run, made before the first fault. */
export interface RunCast {
  readonly operator: Record<string, string>;
  readonly customers: readonly RunCustomer[];
  /** With accounts of their own. */
  readonly riders: readonly RunRider[];
  readonly treats: readonly RunTreat[];
  readonly products: readonly RunProduct[];
}

/** Sends an operation of one root field and answers its payload; throws on any refusal. */
export type SendOrThrow = (
  query: string,
  variables: object,
  headers?: Record<string, string>,
  // biome-ignore lint/suspicious/noExplicitAny: answers are read by the shape of the operation beside them.
) => Promise<any>;

const hotStock = 12;
const amplePrices = [4_900, 9_900, 15_900, 24_900];

/** Signs the demo operator in, stocks the shelves, hires riders, and registers customers with an address each. Throws on any refusal. */
export async function openShop(url: string, random: Random, shoppers: number): Promise<RunCast> {
  const send: SendOrThrow = async (query, variables, headers = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const reply = (await response.json()) as { data?: Record<string, never>; errors?: unknown };
    // biome-ignore lint/suspicious/noExplicitAny: answers are read by the shape of the operation beside them.
    const payload = Object.values(reply.data ?? {})[0] as any;
    if (!payload || payload.userErrors?.length) throw new Error(`the shop did not open: ${JSON.stringify(reply)}`);
    return payload;
  };

  const { session } = await send(ops.LOGIN, { email: 'operator@swiftcart.test', password: 'swiftcart-demo-1' });
  const operator = { authorization: `Bearer ${session.accessToken}` };
  const categories = await send(ops.CATEGORIES, {}, operator);
  const categoryId = categories[0].children[0]?.id ?? categories[0].id;
  const products: RunProduct[] = [];
  for (const [index, price] of [...amplePrices, ...amplePrices].entries()) {
    const isHot = index >= amplePrices.length;
    const name = `Fault run ${isHot ? 'hot' : 'ample'} ${index}`;
    const input = { sku: `FAULT-${index}`, name, categoryId, packValue: 1, packUnit: 'PIECE', mrp: price, price };
    const stock = isHot ? hotStock : 1_000_000;
    const { product } = await send(ops.CREATE_PRODUCT, { input: { ...input, stock, maxPerOrder: 10 } }, operator);
    products.push({ id: product.id, isHot, price });
  }

  const customers: RunCustomer[] = [];
  for (let index = 0; index < shoppers; index += 1) {
    const email = `shopper-${index}-${random.between(0, 1e9)}@example.test`;
    const input = { name: `Shopper ${index}`, email, password: 'correct horse battery 9' };
    const registered = (await send(ops.REGISTER, { input })).session;
    const headers = { authorization: `Bearer ${registered.accessToken}` };
    const address = {
      ...{ label: 'Home', line1: `${index + 1} Lake View Road`, city: 'Bengaluru', pincode: '560034' },
      ...{ latitude: 12.9279, longitude: 77.6271, isDefault: true },
    };
    const { user } = await send(ops.SAVE_ADDRESS, { input: address }, headers);
    customers.push({ userId: registered.user.id, addressId: user.addresses[0].id, headers });
  }
  const riders = await hireRiders(send, operator);
  const page = await send(ops.SHELVES, {});
  const others: { id: string; price: { amount: number } }[] = page.nodes;
  const treats = others
    .filter(({ id }) => products.every((product) => product.id !== id))
    .map(({ id, price }) => ({ id, price: price.amount }));
  return { operator, customers, riders, treats, products };
}
