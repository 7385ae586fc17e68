import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssertionSigner, createAssertionSigner, loadOrCreateKeyPair, type Viewer } from '@swiftcart/identity';
import { createSubscriptionClient } from '@swiftcart/testkit';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isLeafType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleArguments } from './support/sample-arguments.ts';
import { buy, demoAccount, newCustomer, type Reply, type Shopper, shopper } from './support/shop-client.ts';
import * as ops from './support/shop-operations.ts';
import { type StartedShop, startShop } from './support/start-shop.ts';

/** Anonymous, another customer, the owner, the assigned rider, an operator, an admin. */
const CALLERS = ['anonymous', 'customer', 'owner', 'rider', 'operator', 'admin'] as const;
type Caller = (typeof CALLERS)[number];

const everyone: readonly Caller[] = CALLERS;
const signedIn = CALLERS.filter((caller) => caller !== 'anonymous');
const storeFloor: readonly Caller[] = ['rider', 'operator', 'admin'];
const operators: readonly Caller[] = ['operator', 'admin'];
const admins: readonly Caller[] = ['admin'];

/** Who may run each root field at all, as the rules of the shop say; whose things he sees is the second table. */
const ROOT_FIELDS: readonly { may: readonly Caller[]; fields: Record<string, readonly string[]> }[] = [
  {
    may: everyone,
    fields: {
      Query: ['cart', 'categories', 'category', 'me', 'product', 'productBySlug', 'products', 'searchSuggestions'],
      Mutation: [
        ...['addToCart', 'applyCoupon', 'clearCart', 'decrementCartItem', 'incrementCartItem', 'removeCoupon'],
        ...['removeFromCart', 'setCartItemQuantity', 'login', 'refreshSession', 'register', 'requestOtp'],
        ...['requestPasswordReset', 'resetPassword', 'verifyEmail', 'verifyOtp'],
      ],
    },
  },
  {
    may: signedIn,
    fields: {
      Query: ['deliveryStatus', 'order', 'orderByNumber', 'quote'],
      Mutation: [
        ...['cancelOrder', 'changePassword', 'confirmPayment', 'deleteAddress', 'endSession', 'markNotificationsRead'],
        ...['placeOrder', 'reorder', 'requestEmailVerification', 'retryPayment', 'saveAddress', 'updateProfile'],
        // A guest has no cart of an account to fold another into.
        ...['mergeCart', 'logout', 'logoutEverywhere'],
      ],
      Subscription: ['deliveryStatusChanged', 'riderLocationChanged'],
    },
  },
  {
    may: storeFloor,
    fields: {
      Query: ['deliveryQueue'],
      Mutation: [
        'recordFailedAttempt',
        'reportRiderLocation',
        'reportRiderProgress',
        'setRiderAvailability',
        'updateStatus',
      ],
      Subscription: ['deliveryQueueChanged'],
    },
  },
  {
    may: operators,
    fields: {
      Query: ['coupons', 'lowStockProducts', 'operationsSummary', 'orders', 'riders', 'stockMovements', 'user'],
      Mutation: [
        ...['adjustStock', 'archiveProduct', 'assignRider', 'bulkUpdateStatus', 'createCategory', 'createCoupon'],
        ...['createProduct', 'refundOrder', 'registerRider', 'updateCategory', 'updateCoupon', 'updateProduct'],
      ],
    },
  },
  {
    may: admins,
    fields: { Query: ['parkedEvents', 'users'], Mutation: ['replayEvent', 'setUserBlocked', 'setUserRoles'] },
  },
];

/** Who sees an entity that a subgraph resolves by its key, and the field that proves it. */
const ENTITIES: readonly { subgraph: string; type: string; key: string; field: string; may: readonly Caller[] }[] = [
  { subgraph: 'users', type: 'User', key: 'ownerId', field: 'name', may: ['owner', ...operators] },
  { subgraph: 'catalog', type: 'Product', key: 'productId', field: 'name', may: everyone },
  { subgraph: 'catalog', type: 'Category', key: 'categoryId', field: 'name', may: everyone },
  { subgraph: 'orders', type: 'Order', key: 'orderId', field: 'number', may: ['owner', 'rider', ...operators] },
  { subgraph: 'orders', type: 'User', key: 'ownerId', field: 'orders { nodes { id } }', may: ['owner', ...operators] },
  {
    subgraph: 'delivery',
    type: 'Order',
    key: 'orderId',
    field: 'deliveryStatus { status }',
    may: ['owner', 'rider', ...operators],
  },
  {
    subgraph: 'delivery',
    type: 'DeliveryStatus',
    key: 'deliveryId',
    field: 'status',
    may: ['owner', 'rider', ...operators],
  },
  { subgraph: 'delivery', type: 'Rider', key: 'riderId', field: 'name', may: ['owner', 'rider', ...operators] },
];

const schema = buildSchema(readFileSync(new URL('../gateway/schema.graphql', import.meta.url), 'utf8'));
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()] as GraphQLObjectType[];

function rowsOf(kind: string) {
  return ROOT_FIELDS.flatMap(({ may, fields }) => (fields[kind] ?? []).map((field) => ({ field, may })));
}

/** An operation that calls just this field, with arguments of the right types that belong to nothing. */
function operationOf(root: GraphQLObjectType, field: GraphQLField<unknown, unknown>) {
  const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
  const { declarations, usages, variables } = sampleArguments(field);
  const head = `${root.name.toLowerCase()} Probe${declarations}`;
  return { text: `${head} { ${field.name}${usages}${selection} }`, variables };
}

describe('who may do what', () => {
  let directory: string;
  let shop: StartedShop;
  let callers: Record<Caller, Shopper>;
  let viewers: Record<Caller, Viewer>;
  let gateway: AssertionSigner;
  const known: Record<string, string> = {};

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-authorisation-'));
    shop = await startShop('five-ports', directory);
    const owner = await newCustomer(shop.url);
    const [rider, operator, admin] = await Promise.all(
      ['rider', 'operator', 'admin'].map((role) => demoAccount(shop.url, role)),
    );
    if (!rider || !operator || !admin) throw new Error('demo accounts are missing');
    callers = { anonymous: shopper(shop.url), customer: await newCustomer(shop.url), owner, rider, operator, admin };
    const { nodes } = (
      await owner.send('{ products(first: 1, filter: { inStockOnly: true }) { nodes { id category { id } } } }')
    ).products;
    const { order } = await buy(owner, [{ productId: nodes[0].id, quantity: 1 }]);
    const status = async (): Promise<Reply> =>
      (await owner.send('query ($id: ID!) { deliveryStatus(orderId: $id) { id } }', { id: order.id })).deliveryStatus;
    await vi.waitFor(async () => expect(await status()).not.toBeNull(), 5_000);
    const { riders } = await operator.send('{ riders { id user { id } } }');
    const riderId = riders.find((each: Reply) => each.user?.id === 'usr_demo_rider').id;
    const assigned = await operator.send(ops.ASSIGN_RIDER, { orderId: order.id, riderId });
    expect(assigned.assignRider.userErrors).toEqual([]);
    const ownerId = (await owner.send('{ me { id } }')).me.id;
    Object.assign(known, { ownerId, orderId: order.id, riderId, productId: nodes[0].id });
    Object.assign(known, { categoryId: nodes[0].category.id, deliveryId: (await status()).id, number: order.number });
    const user = (userId: string, ...roles: ('CUSTOMER' | 'RIDER' | 'OPERATOR' | 'ADMIN')[]): Viewer => ({
      kind: 'user',
      userId,
      sessionId: 'ses_of_the_test',
      roles,
    });
    viewers = {
      anonymous: { kind: 'anonymous' },
      customer: user('usr_somebody_else', 'CUSTOMER'),
      owner: user(ownerId, 'CUSTOMER'),
      rider: user('usr_demo_rider', 'CUSTOMER', 'RIDER'),
      operator: user('usr_demo_operator', 'CUSTOMER', 'OPERATOR'),
      admin: user('usr_demo_admin', 'CUSTOMER', 'ADMIN'),
    };
    const keyPair = await loadOrCreateKeyPair(join(directory, 'keys'), 'gateway');
    gateway = createAssertionSigner({ keyPair, issuer: 'gateway' });
  });
  afterAll(async () => {
    await shop?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('has a row for every root field of the public schema, and no other', () => {
    const inSchema = roots.flatMap((root) => Object.keys(root.getFields()).map((field) => `${root.name}.${field}`));
    const inTable = roots.flatMap((root) => rowsOf(root.name).map(({ field }) => `${root.name}.${field}`));
    expect(inTable.sort()).toEqual(inSchema.sort());
  });

  const codesOf = (errors: readonly { extensions?: Record<string, unknown> }[] = []) =>
    errors.map(({ extensions }) => extensions?.['code']);
  const refusalFor = (caller: Caller) => (caller === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN');

  for (const root of roots.filter(({ name }) => name !== 'Subscription')) {
    const rows = rowsOf(root.name).filter(({ field }) => !field.startsWith('logout'));
    it.each(rows)(`${root.name}.$field answers those who may and refuses the others`, async ({ field, may }) => {
      const definition = root.getFields()[field];
      if (!definition) throw new Error(`${root.name}.${field} is not in the schema`);
      for (const caller of CALLERS) {
        const { text, variables } = operationOf(root, definition);
        const codes = codesOf((await callers[caller].ask(text, variables)).errors);
        if (may.includes(caller)) {
          expect(codes, caller).not.toContain('UNAUTHENTICATED');
          expect(codes, caller).not.toContain('FORBIDDEN');
        } else expect(codes, caller).toContain(refusalFor(caller));
      }
    });
  }

  it.each(rowsOf('Subscription'))('Subscription.$field refuses those who may not', async ({ field, may }) => {
    const definition = schema.getSubscriptionType()?.getFields()[field];
    if (!definition || !isCompositeType(getNamedType(definition.type))) throw new Error(`no such stream: ${field}`);
    for (const caller of CALLERS.filter((each) => !may.includes(each))) {
      const { text, variables } = operationOf(schema.getSubscriptionType() as GraphQLObjectType, definition);
      await using sockets = createSubscriptionClient(shop.socketUrl, {
        connectionParams: { ...callers[caller].headers },
      });
      const stream = sockets.subscribe(text, variables);
      const errors = await stream.rest().then(
        (messages) => messages.flatMap((message) => message.errors ?? []),
        (error: Error) => error.cause as { extensions?: Record<string, unknown> }[],
      );
      expect(codesOf(errors), caller).toContain(refusalFor(caller));
    }
  });

  it.each(ENTITIES)(
    '$subgraph resolves $type by key only for those who may see it',
    async ({ subgraph, type, key, field, may }) => {
      const [, url = ''] = shop.output().match(new RegExp(`${subgraph}\\s+(http://\\S+)`)) ?? [];
      const text = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} { ${field} } } }`;
      const variables = { representations: [{ __typename: type, id: known[key], status: 'CONFIRMED' }] };
      const name = field.split(' ')[0] ?? field;
      for (const caller of CALLERS) {
        const headers = { 'x-swiftcart-identity': gateway.forViewer(subgraph, viewers[caller]) };
        const reply = await shopper(url, headers).ask(text, variables);
        const value = reply.data?._entities?.[0]?.[name] ?? null;
        if (may.includes(caller)) expect(value, `${caller} ${JSON.stringify(reply.errors)}`).not.toBeNull();
        else expect(value, caller).toBeNull();
      }
      const unsigned = await shopper(url).ask(text, variables);
      expect(codesOf(unsigned.errors)).toEqual(['UNAUTHENTICATED']);
    },
  );

  it.each([
    ['order', 'query ($id: ID!) { order(id: $id) { id } }', 'orderId'],
    ['orderByNumber', 'query ($id: String!) { orderByNumber(number: $id) { id } }', 'number'],
    ['deliveryStatus', 'query ($id: ID!) { deliveryStatus(orderId: $id) { id } }', 'deliveryId'],
  ])('%s shows one order to its owner, its rider and operators, and to others nothing', async (field, text, key) => {
    const id = field === 'deliveryStatus' ? known['orderId'] : known[key];
    for (const caller of signedIn) {
      const data = await callers[caller].send(text, { id });
      if (caller === 'customer') expect(data[field], caller).toBeNull();
      else expect(data[field], caller).not.toBeNull();
    }
  });

  it.each(['cancelOrder', 'reorder', 'retryPayment', 'confirmPayment'])(
    '%s says NOT_FOUND to another customer, as for an order that does not exist',
    async (field) => {
      const definition = schema.getMutationType()?.getFields()[field];
      if (!definition) throw new Error(`no mutation ${field}`);
      const { declarations, usages, variables } = sampleArguments(definition);
      const text = `mutation Probe${declarations} { ${field}${usages} { userErrors { code message } } }`;
      const stranger = await newCustomer(shop.url);
      const [foreign, missing] = await Promise.all(
        [known['orderId'], `ord_${randomUUID().replaceAll('-', '').slice(0, 26)}`].map((orderId) =>
          stranger.send(text, { ...variables, orderId }),
        ),
      );
      expect(foreign[field].userErrors[0].code).toBe('NOT_FOUND');
      expect(foreign).toEqual(missing);
    },
  );

  // Last, because the callers' sessions end with it.
  it('logout and logoutEverywhere end the session at once, and need one', async () => {
    for (const field of ['logout', 'logoutEverywhere']) {
      const text = `mutation { ${field} { userErrors { code } } }`;
      expect(codesOf((await callers.anonymous.ask(text)).errors)).toEqual(['UNAUTHENTICATED']);
    }
    await callers.customer.send('mutation { logout { userErrors { code } } }');
    await callers.owner.send('mutation { logoutEverywhere { userErrors { code } } }');
    for (const caller of ['customer', 'owner'] as const) {
      expect(codesOf((await callers[caller].ask('{ me { id } }')).errors), caller).toEqual(['UNAUTHENTICATED']);
    }
  });
});
