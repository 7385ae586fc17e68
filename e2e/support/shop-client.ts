import { randomUUID } from 'node:crypto';
import { createGraphqlClient, type GraphqlReply } from '@swiftcart/testkit';
import { expect } from 'vitest';
import * as ops from './shop-operations.ts';

// biome-ignore lint/suspicious/noExplicitAny: replies are read by the shape of the operation beside them.
export type Reply = any;

/** One caller of the shop: a guest, or somebody who signed in. */
export interface Shopper {
  readonly headers: Readonly<Record<string, string>>;
  /** The data; fails the test when the answer has top-level errors. */
  send(query: string, variables?: Record<string, unknown>): Promise<Reply>;
  /** The whole answer, for refusals. */
  ask(query: string, variables?: Record<string, unknown>): Promise<GraphqlReply<Reply>>;
}

/** `url` is the gateway's `/graphql`. */
export function shopper(url: string, headers: Record<string, string> = {}): Shopper {
  const client = createGraphqlClient(url, { headers });
  return {
    headers,
    ask: (query, variables) => client.request<Reply>(query, variables),
    async send(query, variables) {
      const reply = await client.request<Reply>(query, variables);
      expect(reply.errors, JSON.stringify(reply.errors)).toBeUndefined();
      return reply.data;
    },
  };
}

/** Signs in with a demo account: `customer`, `rider`, `operator` or `admin`. */
export async function demoAccount(url: string, role: string): Promise<Shopper> {
  const variables = { email: `${role}@swiftcart.test`, password: 'swiftcart-demo-1' };
  const { login } = await shopper(url).send(ops.LOGIN, variables);
  expect(login.userErrors).toEqual([]);
  return shopper(url, { authorization: `Bearer ${login.session.accessToken}` });
}

/** Registers a new customer with one address. */
export async function newCustomer(
  url: string,
): Promise<Shopper & { addressId: string; email: string; password: string }> {
  const email = `${randomUUID()}@example.test`;
  const password = 'correct horse battery 9';
  const { register } = await shopper(url).send(ops.REGISTER, { input: { name: 'Meera Iyer', email, password } });
  expect(register.userErrors).toEqual([]);
  const customer = shopper(url, { authorization: `Bearer ${register.session.accessToken}` });
  const input = {
    ...{ label: 'Home', line1: '12 Lake View Road', line2: 'Second floor', city: 'Bengaluru', pincode: '560034' },
    ...{ landmark: 'Opposite the lake', latitude: 12.9279, longitude: 77.6271, isDefault: true },
  };
  const { saveAddress } = await customer.send(ops.SAVE_ADDRESS, { input });
  expect(saveAddress.userErrors).toEqual([]);
  return { ...customer, addressId: saveAddress.user.addresses[0].id, email, password };
}

/** Fills the cart and checks out at the quoted total; the payload of `placeOrder`, whatever it says. */
export async function buy(
  customer: Shopper & { addressId: string },
  lines: readonly { productId: string; quantity: number }[],
  rest: Record<string, unknown> = {},
): Promise<Reply> {
  for (const line of lines) await customer.send(ops.ADD_TO_CART, line);
  const { quote } = await customer.send(ops.QUOTE, { addressId: customer.addressId });
  const input = {
    idempotencyKey: randomUUID(),
    addressId: customer.addressId,
    paymentMethod: 'COD',
    expectedGrandTotal: quote.grandTotal.amount,
    ...rest,
  };
  return (await customer.send(ops.PLACE_ORDER, { input })).placeOrder;
}
