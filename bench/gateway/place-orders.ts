import { randomUUID } from 'node:crypto';
import {
  ADD_TO_CART,
  LOGIN,
  PLACE_ORDER,
  QUOTE,
  REGISTER,
  SAVE_ADDRESS,
  SEARCH,
} from '../../e2e/support/shop-operations.ts';

/** An order of the bench. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly customerId: string;
}

const ordersPerCustomer = 10;
const linesPerOrder = 3;

// biome-ignore lint/suspicious/noExplicitAny: answers are read by the shape of the operation beside them.
type Payload = any;

/** Registers customers and lets each place ten orders of three products, paid on delivery. Throws on any refusal. */
export async function placeOrders(url: string, count: number): Promise<PlacedOrder[]> {
  const send = async (query: string, variables: object, authorization?: string): Promise<Payload> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify({ query, variables }),
    });
    const reply = (await response.json()) as { data?: Record<string, Payload>; errors?: unknown };
    const payload = Object.values(reply.data ?? {})[0];
    if (!payload || payload.userErrors?.length) throw new Error(`refused: ${JSON.stringify(reply)}`);
    return payload;
  };
  const products = await stockedProducts(send);
  const placed: PlacedOrder[] = [];
  while (placed.length < count) {
    const registering = {
      name: 'Asha Rao',
      email: `${randomUUID()}@example.test`,
      password: 'correct horse battery 9',
    };
    const { session } = await send(REGISTER, { input: registering });
    const authorization = `Bearer ${session.accessToken}`;
    const address = {
      ...{ label: 'Home', line1: '7 Temple Street', city: 'Bengaluru', pincode: '560034' },
      ...{ latitude: 12.9279, longitude: 77.6271, isDefault: true },
    };
    const { user } = await send(SAVE_ADDRESS, { input: address }, authorization);
    const addressId = user.addresses[0].id as string;
    for (let order = 0; order < ordersPerCustomer && placed.length < count; order += 1) {
      for (let line = 0; line < linesPerOrder; line += 1) {
        const productId = products[(placed.length * linesPerOrder + line) % products.length];
        await send(ADD_TO_CART, { productId, quantity: 1 }, authorization);
      }
      const quote = await send(QUOTE, { addressId }, authorization);
      const input = {
        ...{ idempotencyKey: randomUUID(), addressId, paymentMethod: 'COD' },
        expectedGrandTotal: quote.grandTotal.amount,
      };
      const { order: made } = await send(PLACE_ORDER, { input }, authorization);
      placed.push({ orderId: made.id, customerId: session.user.id });
    }
  }
  return placed;
}

/** Products with stock for all orders of a run. */
async function stockedProducts(
  send: (query: string, variables: object, authorization?: string) => Promise<Payload>,
): Promise<string[]> {
  const { session } = await send(LOGIN, { email: 'operator@swiftcart.test', password: 'swiftcart-demo-1' });
  const authorization = `Bearer ${session.accessToken}`;
  const { nodes } = await send(SEARCH, { first: 20 });
  const adjust = `mutation Adjust($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code message } } }`;
  const rows = nodes.map(({ id }: { id: string }) => ({ productId: id, delta: 1_000 }));
  await send(adjust, { input: { rows, reason: 'bench', idempotencyKey: randomUUID() } }, authorization);
  return nodes.map(({ id }: { id: string }) => id);
}
