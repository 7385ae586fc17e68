import { createMemoryBus, type DomainEvent, type EventBus, newEvent } from '@swiftcart/events';
import type { Viewer } from '@swiftcart/identity';
import { createEnvReader, createLogger } from '@swiftcart/service';
import { createGraphqlClient, customer, startDatabase, testIdentity } from '@swiftcart/testkit';
import { createOrdersService, type OrdersConfig, readOrdersConfig } from '../src/index.ts';
import { cartFields, orderFields, orderView } from './operations.ts';
import { type Siblings, startSiblings } from './start-siblings.ts';

export const defaultConfig = readOrdersConfig(createEnvReader({}), { isProduction: false });

/** The orders subgraph on a real port, its own database, and scripted siblings on real ports. */
export type OrdersUnderTest = Awaited<ReturnType<typeof startOrders>>;

export interface CartReply {
  cart: {
    id: string;
    guestToken: string | null;
    totalQuantity: number;
    couponCode: string | null;
    items: { id: string; quantity: number; product: { id: string } }[];
  } | null;
  userErrors: UserErrorReply[];
}

export interface UserErrorReply {
  code: string;
  message: string;
  field: string[] | null;
  productId: string | null;
  availableQuantity: number | null;
  currentGrandTotal: { amount: number } | null;
}

export interface OrderReply {
  order: OrderView | null;
  userErrors: UserErrorReply[];
}

export interface OrderView {
  id: string;
  number: string;
  status: string;
  customerId: string;
  bill: Record<string, { amount: number }>;
  items: {
    id: string;
    quantity: number;
    refundedQuantity: number;
    productName: string;
    lineTotal: { amount: number };
  }[];
  payment: {
    status: string;
    method: string;
    amount: { amount: number };
    providerReference: string | null;
    clientSecret: string | null;
    failureReason: string | null;
    refunds: { id: string; amount: { amount: number }; status: string }[];
  };
  cancellation: { reason: string; cancelledBy: string } | null;
  events: { sequence: number; kind: string; actorKind: string }[];
}

export async function startOrders(
  overrides: { config?: Partial<OrdersConfig>; bus?: EventBus; now?: () => Date; sidewaysTimeoutMs?: number } = {},
) {
  const database = await startDatabase();
  const identity = testIdentity('orders');
  const trustedBySiblings = [...identity.jwks.keys];
  const databaseName = database.name('swiftcart_orders');
  const logger = createLogger({ name: 'orders-test', level: process.env['TEST_LOG'] ?? 'silent' });
  const siblings: Siblings = await startSiblings(() => ({ keys: trustedBySiblings }), {
    sign: identity.signerOf('orders'),
    logger,
    timeoutMs: overrides.sidewaysTimeoutMs ?? 10_000,
  });
  const bus = overrides.bus ?? createMemoryBus({ logger });
  const told: DomainEvent[] = [];
  const listener = await bus.listen({ topic: 'orders', handler: (event) => void told.push(event) });
  const service = await createOrdersService({
    mongodbUri: database.url,
    databaseName,
    bus,
    logger,
    trustedKeys: identity.jwks,
    isProduction: false,
    config: { ...defaultConfig, sagaLeaseMs: 5_000, sweepIntervalMs: 50, ...overrides.config },
    ...(overrides.now ? { now: overrides.now } : {}),
    catalog: siblings.catalog,
    users: siblings.users,
    delivery: siblings.delivery,
  });
  const server = await service.listen({ host: '127.0.0.1', port: 0 });
  let http = createGraphqlClient(server.url);
  let keys = 0;

  const under = {
    service,
    server,
    database,
    identity,
    siblings,
    databaseName,
    /** Public keys whose calls the siblings take; tests add those of other processes. */
    trustedBySiblings,
    state: siblings.state,
    bus,
    /** Every event that left this subgraph, in order. */
    told,
    newKey: () => `key-${++keys}`,
    /** Sends the next operations to another process of the same subgraph; null brings them back. */
    goTo(url: string | null) {
      http = createGraphqlClient(url ?? server.url);
    },
    as(viewer: Viewer, headers: Record<string, string> = {}) {
      const sent = { ...identity.headersFor(viewer), ...headers };
      return <Data>(query: string, variables: object = {}) => http.request<Data>(query, variables, { headers: sent });
    },
    addProduct(id: string, product: Partial<Parameters<typeof siblings.state.products.set>[1]> = {}) {
      const defaults = {
        price: 5_000,
        mrp: 6_000,
        available: 100,
        maxPerOrder: 10,
        isActive: true,
        categoryId: 'cat_1',
      };
      siblings.state.products.set(id, { ...defaults, ...product });
    },
    async add(viewer: Viewer, productId: string, quantity = 1, headers: Record<string, string> = {}) {
      const reply = await under.as(viewer, headers)<{ addToCart: CartReply }>(
        `mutation ($p: ID!, $q: Int) { addToCart(productId: $p, quantity: $q) { ${cartFields} } }`,
        { p: productId, q: quantity },
      );
      if (!reply.data) throw new Error(JSON.stringify(reply.errors));
      return reply.data.addToCart;
    },
    /** A customer with an address and one product in the cart. */
    async shopper(userId: string, productId = 'prd_1', quantity = 1) {
      if (!siblings.state.products.has(productId)) under.addProduct(productId);
      siblings.state.addresses.set(`adr_${userId}`, { customerId: userId, pincode: '560001' });
      const viewer = customer(userId);
      const added = await under.add(viewer, productId, quantity);
      if (added.userErrors.length) throw new Error(JSON.stringify(added.userErrors));
      return viewer;
    },
    async quote(viewer: Viewer, tip = 0) {
      const userId = viewer.kind === 'user' ? viewer.userId : '';
      const reply = await under.as(viewer)<{ quote: Record<string, { amount: number }> | null }>(
        'query ($a: ID!, $t: Int) { quote(addressId: $a, tip: $t) { itemTotal { amount } couponDiscount { amount } deliveryFee { amount } grandTotal { amount } } }',
        { a: `adr_${userId}`, t: tip },
      );
      return reply.data?.quote ?? null;
    },
    /** Places what is in the cart, for the total of a fresh quote unless told otherwise. */
    async place(viewer: Viewer, input: Record<string, unknown> = {}) {
      const userId = viewer.kind === 'user' ? viewer.userId : '';
      const expectedGrandTotal =
        input['expectedGrandTotal'] ??
        (await under.quote(viewer, Number(input['tip'] ?? 0)))?.['grandTotal']?.amount ??
        0;
      const reply = await under.as(viewer)<{ placeOrder: OrderReply }>(
        `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { ${orderFields} } }`,
        {
          input: {
            idempotencyKey: under.newKey(),
            addressId: `adr_${userId}`,
            paymentMethod: 'COD',
            ...input,
            expectedGrandTotal,
          },
        },
      );
      if (!reply.data) throw new Error(JSON.stringify(reply.errors));
      return reply.data.placeOrder;
    },
    async mutate<Name extends string>(viewer: Viewer, text: string, variables: object = {}) {
      const reply = await under.as(viewer)<Record<Name, OrderReply>>(text, variables);
      if (!reply.data) throw new Error(JSON.stringify(reply.errors));
      const [first] = Object.values<OrderReply>(reply.data);
      if (!first) throw new Error('no field answered');
      return first;
    },
    async order(viewer: Viewer, id: string) {
      const reply = await under.as(viewer)<{ order: OrderView | null }>(
        `query ($id: ID!) { order(id: $id) { ${orderView} } }`,
        { id },
      );
      return reply.data?.order ?? null;
    },
    /** What delivery tells, over the bus. */
    async deliver(orderId: string, sequence: number, to: string, rest: Record<string, unknown> = {}) {
      const payload = { orderId, sequence, to, eventKind: 'STATE_CHANGED', actorKind: 'OPERATOR', ...rest };
      const event = { topic: 'delivery', kind: 'delivery.event', key: orderId, correlationId: 'test', payload };
      await bus.publish(newEvent({ ...event, now: new Date() }));
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
      if (!overrides.bus) await bus[Symbol.asyncDispose]();
      await siblings[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
  return under;
}

/** Asks until the answer fits; a fact that never comes fails with the last answer. */
export async function eventually<Value>(
  read: () => Promise<Value> | Value,
  fits: (value: Value) => boolean,
  timeoutMs = 5_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    if (Date.now() > deadline) throw new Error(`never came true; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
