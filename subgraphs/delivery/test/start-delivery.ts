import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryBus, type EventBus, newEvent } from '@swiftcart/events';
import type { Viewer } from '@swiftcart/identity';
import { createLogger } from '@swiftcart/service';
import {
  createGraphqlClient,
  createSubscriptionClient,
  customer,
  operator,
  type SubscriptionClient,
  startDatabase,
  type TestDatabase,
  testIdentity,
} from '@swiftcart/testkit';
import { createDeliveryService, type DeliveryOptions } from '../src/index.ts';

export const owner = customer('usr_owner');
export const floor = operator('usr_floor');

export const destination = {
  recipientName: 'Asha Rao',
  line1: '12 Lake Road',
  line2: null,
  city: 'Bengaluru',
  pincode: '560001',
  landmark: 'Opposite the park',
  latitude: 12.98,
  longitude: 77.6,
};

/** A delivery subgraph on a real port; database and bus are its own unless they are given. */
export type DeliveryUnderTest = Awaited<ReturnType<typeof startDelivery>>;

export async function startDelivery({
  database: given,
  ...overrides
}: Partial<DeliveryOptions> & { bus?: EventBus; database?: TestDatabase } = {}) {
  const database = given ?? (await startDatabase());
  const bus = overrides.bus ?? createMemoryBus();
  const identity = testIdentity('delivery');
  const logger = createLogger({ name: 'delivery-test', level: 'silent' });
  const service = await createDeliveryService({
    mongodbUri: database.url,
    databaseName: database.name('swiftcart_delivery'),
    logger,
    trustedKeys: identity.jwks,
    isProduction: false,
    streamPollMs: 60_000,
    streamWaitMs: 1_500,
    ...overrides,
    bus,
  });
  const server = await service.listen({ host: '127.0.0.1', port: 0 });
  const http = createGraphqlClient(server.url);
  const sockets: SubscriptionClient[] = [];
  let orders = 0;

  const under = {
    database,
    service,
    server,
    bus,
    identity,

    /** Runs one operation as somebody; throws on top-level errors, which most tests do not expect. */
    async run<Data = Record<string, never>>(viewer: Viewer, query: string, variables: object = {}): Promise<Data> {
      const reply = await http.request<Data>(query, variables, { headers: identity.headersFor(viewer) });
      if (reply.errors !== undefined || reply.data === null) throw new Error(JSON.stringify(reply.errors));
      return reply.data;
    },

    /** The code of the first top-level error; undefined when there was none. */
    async codeOf(viewer: Viewer | undefined, query: string, variables: object = {}): Promise<unknown> {
      const headers = viewer === undefined ? {} : identity.headersFor(viewer);
      const reply = await http.request(query, variables, { headers });
      return reply.errors?.[0]?.extensions?.['code'];
    },

    /** A socket of its own for each caller. */
    socketOf(viewer: Viewer): SubscriptionClient {
      const socket = createSubscriptionClient(server.url, { connectionParams: identity.headersFor(viewer) });
      sockets.push(socket);
      return socket;
    },

    /** Tells the bus of a confirmed order, as the orders service does. */
    async confirm(orderId: string, rest: { customerId?: string; itemCount?: number } = {}): Promise<void> {
      const payload = {
        orderId,
        orderNumber: `SC-${orderId}`,
        customerId: rest.customerId ?? 'usr_owner',
        placedAt: new Date().toISOString(),
        destination,
        itemCount: rest.itemCount ?? 3,
      };
      const now = new Date();
      await bus.publish(
        newEvent({ topic: 'orders', kind: 'order.confirmed', key: orderId, correlationId: 'req_test', payload, now }),
      );
    },

    /** A delivery that is PLACED, in the name of usr_owner unless told otherwise. */
    async placed(customerId?: string): Promise<string> {
      orders += 1;
      const orderId = `ord_test_${String(orders).padStart(6, '0')}`;
      await under.confirm(orderId, customerId === undefined ? {} : { customerId });
      await waitFor(async () => (await under.statusOf(orderId)) !== null);
      return orderId;
    },

    async packed(): Promise<string> {
      const orderId = await under.placed();
      await under.move(orderId, 'PACKED');
      return orderId;
    },

    /** Packed, given to a rider of its own and sent out. */
    async outForDelivery(): Promise<{ orderId: string; riderId: string; riderUserId: string }> {
      const orderId = await under.packed();
      const { riderId, riderUserId } = await under.newRider();
      await under.assign(orderId, riderId);
      await under.move(orderId, 'OUT_FOR_DELIVERY');
      return { orderId, riderId, riderUserId };
    },

    async newRider(): Promise<{ riderId: string; riderUserId: string }> {
      orders += 1;
      const riderUserId = `usr_rider_${orders}`;
      const { registerRider } = await under.run<{ registerRider: { rider: { id: string } } }>(
        floor,
        'mutation ($userId: ID!) { registerRider(userId: $userId, name: "Ravi", phone: "+91 98000 12345") { rider { id } } }',
        { userId: riderUserId },
      );
      return { riderId: registerRider.rider.id, riderUserId };
    },

    async statusOf(orderId: string): Promise<{ status: string; sequence: number } | null> {
      const query = 'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { status sequence } }';
      const data = await under.run<{ deliveryStatus: { status: string; sequence: number } | null }>(floor, query, {
        orderId,
      });
      return data.deliveryStatus;
    },

    async move(orderId: string, status: string, rest: object = {}, viewer: Viewer = floor): Promise<StatusPayload> {
      const data = await under.run<{ updateStatus: StatusPayload }>(viewer, updateStatusMutation, {
        input: { orderId, status, ...rest },
      });
      return data.updateStatus;
    },

    async assign(orderId: string, riderId: string): Promise<StatusPayload> {
      const query = `mutation ($orderId: ID!, $riderId: ID!) { assignRider(orderId: $orderId, riderId: $riderId) ${statusPayload} }`;
      const data = await under.run<{ assignRider: StatusPayload }>(floor, query, { orderId, riderId });
      return data.assignRider;
    },

    /** Asks for a cancellation as the orders service does. */
    async cancel(orderId: string, actorKind = 'CUSTOMER'): Promise<{ isCancelled: boolean; status: string }> {
      const query = `mutation ($orderId: ID!, $actorKind: DeliveryActorKind!) {
        cancelDelivery(orderId: $orderId, actorKind: $actorKind, actorId: "usr_owner", reason: "Changed my mind") { isCancelled status }
      }`;
      const viewer: Viewer = { kind: 'service', service: 'orders' };
      const data = await under.run<{ cancelDelivery: { isCancelled: boolean; status: string } }>(viewer, query, {
        orderId,
        actorKind,
      });
      return data.cancelDelivery;
    },

    async handoverCodeOf(orderId: string): Promise<string | null> {
      const query = 'query ($orderId: ID!) { deliveryStatus(orderId: $orderId) { handoverCode } }';
      const data = await under.run<{ deliveryStatus: { handoverCode: string | null } }>(owner, query, { orderId });
      return data.deliveryStatus.handoverCode;
    },

    async [Symbol.asyncDispose]() {
      for (const socket of sockets) await socket[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      if (given === undefined) await database[Symbol.asyncDispose]();
    },
  };
  return under;
}

export interface StatusPayload {
  deliveryStatus: { status: string; sequence: number; rider: { id: string } | null } | null;
  event: { sequence: number; kind: string; from: string | null; to: string } | null;
  hasChanged: boolean;
  userErrors: DeliveryErrorData[];
}

export interface DeliveryErrorData {
  code: string;
  message: string;
  field: string[] | null;
  currentStatus: string | null;
  currentSequence: number | null;
  allowed: string[] | null;
}

export const errorFields = '{ code message field currentStatus currentSequence allowed }';
export const statusPayload = `{
  deliveryStatus { status sequence rider { id } }
  event { sequence kind from to }
  hasChanged
  userErrors ${errorFields}
}`;
const updateStatusMutation = `mutation ($input: UpdateStatusInput!) { updateStatus(input: $input) ${statusPayload} }`;

/** Waits for a fact that no message announces; fails after five seconds. */
export async function waitFor(isTrue: () => Promise<boolean> | boolean, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not true within ${timeoutMs} ms.`);
    await sleep(5);
  }
}
