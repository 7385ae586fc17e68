import { requireService } from '@swiftcart/graphql';
import type { AssertionSigner } from '@swiftcart/identity';
import { createAssertionVerifier, type Jwks, type Viewer } from '@swiftcart/identity';
import {
  buildSubgraph,
  createSubgraphClient,
  HEADERS,
  type LocalSubgraph,
  type Logger,
  type SubgraphClient,
  startSubgraphServer,
} from '@swiftcart/service';
import { behave, createSiblingState, endEntry, reserve, type SiblingState, snapshotsOf } from './sibling-behaviour.ts';
import { catalogSchema, deliverySchema, usersSchema } from './sibling-schemas.ts';

type Lines = { productId: string; quantity: number }[];
interface Context {
  viewer: Viewer;
}

function catalogResolvers(state: SiblingState) {
  const end =
    (field: string, to: 'committed' | 'released' | 'settled') =>
    (_: unknown, { orderId }: { orderId: string }, { viewer }: Context) => {
      requireService(viewer, 'orders');
      return behave(state, field, () => endEntry(state, orderId, to));
    };
  return {
    Query: {
      productSnapshots: (_: unknown, { ids }: { ids: string[] }) =>
        behave(state, 'productSnapshots', () => snapshotsOf(state, ids)),
    },
    Mutation: {
      reserveStock: (_: unknown, args: { orderId: string; lines: Lines }, { viewer }: Context) => {
        requireService(viewer, 'orders');
        return behave(state, 'reserveStock', () => reserve(state, args.orderId, args.lines));
      },
      commitStock: end('commitStock', 'committed'),
      releaseStock: end('releaseStock', 'released'),
      settleStock: end('settleStock', 'settled'),
    },
  };
}

function usersResolvers(state: SiblingState) {
  return {
    Query: {
      addressOf: (_: unknown, { customerId, addressId }: { customerId: string; addressId: string }) =>
        behave(state, 'addressOf', () => {
          const known = state.addresses.get(addressId);
          if (known?.customerId !== customerId) return null;
          return {
            id: addressId,
            label: 'Home',
            recipientName: 'Asha Rao',
            line1: '12 Lake Road',
            line2: 'Flat 3',
            city: 'Bengaluru',
            pincode: known.pincode,
            landmark: 'Opposite the park',
            latitude: 12.97,
            longitude: 77.59,
            isDefault: true,
          };
        }),
    },
  };
}

function deliveryResolvers(state: SiblingState) {
  return {
    Mutation: {
      cancelDelivery: (_: unknown, { orderId, actorKind }: { orderId: string; actorKind: string }) =>
        behave(state, 'cancelDelivery', () => {
          if (state.packed.has(orderId) && actorKind === 'CUSTOMER') return { isCancelled: false, status: 'PACKED' };
          state.cancelled.add(orderId);
          return { isCancelled: true, status: 'CANCELLED' };
        }),
    },
  };
}

export interface Siblings extends AsyncDisposable {
  readonly state: SiblingState;
  readonly urls: Readonly<Record<'catalog' | 'users' | 'delivery', string>>;
  readonly catalog: SubgraphClient;
  readonly users: SubgraphClient;
  readonly delivery: SubgraphClient;
}

/** Catalogue, users and delivery as small real subgraphs on real ports, with scripted behaviour. */
export async function startSiblings(
  trustedKeys: () => Jwks,
  { sign, logger, timeoutMs }: { sign: AssertionSigner; logger: Logger; timeoutMs: number },
): Promise<Siblings> {
  const state = createSiblingState();
  const opened: AsyncDisposable[] = [];
  const start = async (name: string, typeDefs: string, resolvers: object) => {
    const verifier = createAssertionVerifier({ audience: name, trustedKeys });
    const subgraph: LocalSubgraph = {
      name,
      schema: buildSubgraph({ typeDefs, resolvers }),
      createContext: async ({ headers }) => ({ viewer: verifier.verify(headers[HEADERS.identity]) }),
    };
    const server = await startSubgraphServer({ subgraph, host: '127.0.0.1', port: 0, logger });
    const client = createSubgraphClient({ url: `${server.url}/graphql` }, { audience: name, sign, timeoutMs });
    opened.push(server, client);
    return { client, url: `${server.url}/graphql` };
  };
  const catalog = await start('catalog', catalogSchema, catalogResolvers(state));
  const users = await start('users', usersSchema, usersResolvers(state));
  const delivery = await start('delivery', deliverySchema, deliveryResolvers(state));
  return {
    state,
    urls: { catalog: catalog.url, users: users.url, delivery: delivery.url },
    catalog: catalog.client,
    users: users.client,
    delivery: delivery.client,
    async [Symbol.asyncDispose]() {
      for (const part of opened.reverse()) await part[Symbol.asyncDispose]();
    },
  };
}
