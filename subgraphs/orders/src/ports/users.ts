import type { SubgraphClient } from '@swiftcart/service';
import { z } from 'zod';
import type { OrderAddress } from '../domain/order.ts';
import type { PortCall } from './port-call.ts';

const orNull = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const address = z.object({
  label: z.string(),
  recipientName: z.string(),
  line1: z.string(),
  line2: orNull(z.string()),
  city: z.string(),
  pincode: z.string(),
  landmark: orNull(z.string()),
  latitude: orNull(z.number()),
  longitude: orNull(z.number()),
});

/** What orders asks of users. Throws SubgraphCallError. */
export interface UsersPort {
  /** The address an order copies; null when it is not this customer's. */
  addressOf(customerId: string, addressId: string, call: PortCall): Promise<OrderAddress | null>;
}

const query = `query OrdersAddress($customerId: ID!, $addressId: ID!) {
  addressOf(customerId: $customerId, addressId: $addressId) {
    label recipientName line1 line2 city pincode landmark latitude longitude
  }
}`;

export function createUsersPort(client: SubgraphClient): UsersPort {
  return {
    async addressOf(customerId, addressId, call) {
      const answer = await client.request(query, { customerId, addressId }, call);
      return z.object({ addressOf: address.nullable() }).parse(answer).addressOf as OrderAddress | null;
    },
  };
}
