import { type GraphQLField, type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql';
import { vi } from 'vitest';
import { createProduct } from '../contract/play-orders.ts';
import { buy, demoAccount, newCustomer, type Reply, type Shopper, shopper } from '../support/shop-client.ts';
import * as ops from '../support/shop-operations.ts';
import type { KnownValues } from './plain-values.ts';
import { createTotals, type Totals } from './totals.ts';

export const callerNames = ['anonymous', 'customer', 'rider', 'operator', 'admin'] as const;
export type CallerName = (typeof callerNames)[number];

type AnyField = GraphQLField<unknown, unknown>;

/** A shop with things to aim at, things nobody may hit, and somebody of every kind. */
export interface FuzzStage {
  readonly totals: Totals;
  caller(name: CallerName): Shopper;
  /** Ids and codes that are real: a shopper's own, of others whose things he may not touch, and an operator's own bench. */
  knownFor(name: CallerName): KnownValues;
  /** Makes what this field's arguments can be about anew, because the last field may have spent it. */
  prepareFor(fields: readonly AnyField[]): Promise<void>;
  /** Signs a caller in again whose session the fuzzing has ended. */
  renew(name: CallerName): Promise<void>;
}

const RIDER_ID = '{ riders { id user { id } } }';
const CART_LINE = '{ cart { items { id } } }';
const OWN_THINGS =
  '{ me { id addresses { id } sessions { id isCurrent } notifications { edges { cursor } nodes { id } } } cart { items { id } } }';
const ORDER_IDS =
  'query ($id: ID!) { order(id: $id) { id number items { id } payment { providerReference } deliveryStatus { id status } } }';

export async function openFuzzStage(url: string): Promise<FuzzStage> {
  const signIn = (role: string) => demoAccount(url, role);
  const callers: Record<CallerName, Shopper> = {
    ...{ anonymous: shopper(url), customer: shopper(url) },
    ...{ rider: await signIn('rider'), operator: await signIn('operator'), admin: await signIn('admin') },
  };
  const auditor = await separateOperator(url, callers.admin);
  const { nodes } = (
    await auditor.send('{ products(first: 3) { edges { cursor } nodes { sku slug category { id } } } }')
  ).products;
  const categoryId: string = nodes[0].category.id;
  const [sealed, shelf, bench] = await Promise.all([0, 1, 2].map(() => createProduct(auditor, categoryId, 5_000)));
  if (!sealed || !shelf || !bench) throw new Error('the products were not created');
  const riderId: string = (await auditor.send(RIDER_ID)).riders.find(
    (each: Reply) => each.user?.id === 'usr_demo_rider',
  ).id;
  const coupon = `FUZZ${Date.now()}`;
  await auditor.send(
    `mutation { createCoupon(input: { code: "${coupon}", kind: FLAT, value: 100 }) { userErrors { code } } }`,
  );

  const victim = await customerWithSecretPassword(url);
  const victimOrder = (await buy(victim, [{ productId: sealed, quantity: 2 }])).order;
  await victim.send(ops.ADD_TO_CART, { productId: sealed, quantity: 3 });
  const victimThings = await victim.send(OWN_THINGS);
  const sealedCart = await guestWith(url, sealed);
  const staffBench = await newCustomer(url);
  const staffBenchId: string = (await staffBench.send('{ me { id } }')).me.id;

  const totals = createTotals({
    auditor,
    untouchable: { orderIds: [victimOrder.id], productIds: [sealed], shoppers: [victim, sealedCart.guest] },
    targetProductIds: [shelf, bench],
  });
  const foreign: KnownValues = {
    orderId: [victimOrder.id],
    orderItemId: [(await auditor.send(ORDER_IDS, { id: victimOrder.id })).order.items[0].id],
    itemId: victimThings.cart.items.map(({ id }: Reply) => id),
    addressId: [victim.addressId],
    sessionId: victimThings.me.sessions.map(({ id }: Reply) => id),
    userId: [victimThings.me.id],
    email: [victim.email],
  };
  let own: KnownValues = {};
  let ownOfGuest: KnownValues = {};

  async function prepareCustomer(needs: Needs) {
    const customer = await newCustomer(url);
    callers.customer = customer;
    const known: Record<string, string[]> = {};
    if (needs('orderId') || needs('number') || needs('ids')) Object.assign(known, await prepareOrder(customer, needs));
    await customer.send(ops.ADD_TO_CART, { productId: shelf, quantity: 2 });
    if (needs('sessionId') || needs('refreshToken')) {
      const { login } = await shopper(url).send(ops.LOGIN, { email: customer.email, password: customer.password });
      known['refreshToken'] = [login.session.refreshToken];
    }
    if (needs('guestCartToken')) known['guestCartToken'] = [(await guestWith(url, shelf ?? '')).token];
    if (needs('challengeId')) {
      const { requestOtp } = await customer.send(
        'mutation { requestOtp(phone: "+919876501234") { challengeId userErrors { code } } }',
      );
      known['challengeId'] = [requestOtp.challengeId];
    }
    const { me, cart } = await customer.send(OWN_THINGS);
    own = {
      ...known,
      itemId: cart.items.map(({ id }: Reply) => id),
      addressId: [customer.addressId],
      sessionId: me.sessions.flatMap(({ id, isCurrent }: Reply) => (isCurrent ? [] : [id])),
      ids: me.notifications.nodes.map(({ id }: Reply) => id),
      customerId: [me.id],
    };
  }

  /** An order on its way: paid unless the field is about paying, and given to the rider when it is confirmed. */
  async function prepareOrder(customer: Shopper & { addressId: string }, needs: Needs) {
    const paymentToken = needs('providerReference') || needs('paymentToken') ? 'sim_confirm' : 'sim_approve';
    const payment = { paymentMethod: 'CARD', paymentToken };
    const { id } = (await buy(customer, [{ productId: shelf ?? '', quantity: 2 }], payment)).order;
    const read = async (): Promise<Reply> => (await customer.send(ORDER_IDS, { id })).order;
    if (paymentToken === 'sim_approve') {
      await vi.waitFor(
        async () => {
          if ((await read()).deliveryStatus === null) throw new Error('no delivery yet');
        },
        { timeout: 10_000, interval: 20 },
      );
      await auditor.send(ops.ASSIGN_RIDER, { orderId: id, riderId });
      await auditor.send(ops.UPDATE_STATUS, { input: { orderId: id, status: 'PACKED' } });
      if (needs('progress') || needs('latitude')) {
        await auditor.send(ops.UPDATE_STATUS, { input: { orderId: id, status: 'OUT_FOR_DELIVERY' } });
      }
    }
    const { number, items, payment: paid } = await read();
    totals.aimAt(id);
    return {
      orderId: [id],
      number: [number],
      orderItemId: items.map((each: Reply) => each.id),
      providerReference: paid.providerReference ? [paid.providerReference] : [],
    };
  }

  return {
    totals,
    caller: (name) => callers[name],
    knownFor(name) {
      const isStaff = name === 'operator' || name === 'admin';
      const common = {
        ...{ riderId: [riderId], code: [coupon], sku: nodes.map(({ sku }: Reply) => sku), categoryId: [categoryId] },
        ...{ slug: nodes.map(({ slug }: Reply) => slug), customerId: own['customerId'] ?? [], parentId: [categoryId] },
        idempotencyKey: ['fuzz-shared-key'],
        after: ['bm90IGEgY3Vyc29y', 'W251bGwsbnVsbF0', 'eyIkZ3QiOiIifQ'],
      };
      if (isStaff) return { ...common, ...own, productId: [bench], userId: [staffBenchId] };
      const mine = name === 'anonymous' ? ownOfGuest : own;
      return { ...common, ...joined(mine, foreign), productId: [shelf] };
    },
    async prepareFor(fields) {
      await prepareCustomer(needsOf(fields));
      const { guest } = await guestWith(url, shelf);
      callers.anonymous = guest;
      ownOfGuest = { itemId: (await guest.send(CART_LINE)).cart.items.map(({ id }: Reply) => id) };
    },
    async renew(name) {
      if (name === 'customer') await prepareCustomer(() => false);
      else if (name !== 'anonymous') callers[name] = await signIn(name);
    },
  };
}

/** Reads the totals, from an account of its own: a demo operator's `logoutEverywhere` would end its session too. */
async function separateOperator(url: string, admin: Shopper): Promise<Shopper> {
  const { send, email, password } = await newCustomer(url);
  const { me } = await send('{ me { id } }');
  const { setUserRoles } = await admin.send(
    'mutation ($id: ID!) { setUserRoles(userId: $id, roles: [CUSTOMER, OPERATOR]) { userErrors { code } } }',
    { id: me.id },
  );
  if (setUserRoles.userErrors.length > 0) throw new Error('the auditor was not made an operator');
  const { login } = await shopper(url).send(ops.LOGIN, { email, password });
  return shopper(url, { authorization: `Bearer ${login.session.accessToken}` });
}

/** Somebody whose password no plain value gives, so that a call that signs in as him is a fault. */
async function customerWithSecretPassword(url: string): Promise<Awaited<ReturnType<typeof newCustomer>>> {
  const customer = await newCustomer(url);
  const password = 'known to nobody 4711';
  const { changePassword } = await customer.send(
    'mutation ($from: String!, $to: String!) { changePassword(currentPassword: $from, newPassword: $to) { session { accessToken } } }',
    { from: customer.password, to: password },
  );
  const signedIn = shopper(url, { authorization: `Bearer ${changePassword.session.accessToken}` });
  return { ...customer, ...signedIn, password };
}

/** A guest whose cart holds three of a product. */
async function guestWith(url: string, productId: string): Promise<{ guest: Shopper; token: string }> {
  const { cart } = (await shopper(url).send(ops.ADD_TO_CART, { productId, quantity: 3 })).addToCart;
  return { guest: shopper(url, { 'x-cart-token': cart.guestToken }), token: cart.guestToken };
}

function joined(one: KnownValues, other: KnownValues): KnownValues {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, [...(one[key] ?? []), ...(other[key] ?? [])]]));
}

type Needs = (argument: string) => boolean;

/** Whether any of the fields has an argument, or a field of an input, of that name. */
function needsOf(fields: readonly AnyField[]): Needs {
  const names = new Set<string>();
  const visit = (name: string, type: GraphQLInputType) => {
    names.add(name);
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) return;
    for (const each of Object.values(inner.getFields())) visit(each.name, each.type);
  };
  for (const { args } of fields) for (const { name, type } of args) visit(name, type);
  return (name) => names.has(name);
}
