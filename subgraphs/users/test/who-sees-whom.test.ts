import type { Viewer } from '@swiftcart/identity';
import { createGraphqlClient } from '@swiftcart/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callers } from './callers.ts';
import { signUp, startUsers, topLevelCode, type UsersFixture } from './users-fixture.ts';

let shop: UsersFixture;
let owner: Extract<Viewer, { kind: 'user' }>;
let addressId: string;
beforeAll(async () => {
  shop = await startUsers();
  owner = (await signUp(shop, 'owner@example.com')).viewer;
  const { data } = await shop.request<{ saveAddress: { user: { addresses: { id: string }[] } } }>(
    owner,
    `mutation { saveAddress(input: { label: "Home", line1: "1 Road", city: "Bengaluru", pincode: "560001" }) {
      user { addresses { id } } } }`,
  );
  addressId = data?.saveAddress.user.addresses[0]?.id ?? '';
});
afterAll(() => shop[Symbol.asyncDispose]());

const stranger = callers.customer('usr_stranger');

test.each([
  ['himself', () => owner, true],
  ['an operator', () => callers.operator(), true],
  ['an admin', () => callers.admin(), true],
  ['another customer', () => stranger, false],
  ['a rider', () => callers.rider(), false],
  ['nobody in particular', () => callers.anonymous(), false],
  ['a service', () => callers.service('orders'), false],
])('where another record points to a user, %s sees him or null, never an error', async (_, viewer, sees) => {
  const { data, errors } = await shop.request<{ _entities: ({ id: string } | null)[] }>(
    viewer(),
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on User { id email } ... on Address { id line1 } }
    }`,
    {
      representations: [
        { __typename: 'User', id: owner.userId },
        { __typename: 'Address', id: addressId },
        { __typename: 'User', id: 'usr_unknown' },
        { __typename: 'Address', id: 'adr_unknown' },
      ],
    },
  );
  expect(errors).toBeUndefined();
  expect(data?._entities.map((entity) => entity?.id ?? null)).toEqual(
    sees ? [owner.userId, addressId, null, null] : [null, null, null, null],
  );
});

/** Root fields by who may call them; the refusal of the others is top-level. */
const mine = ['customer', 'rider', 'operator', 'admin'];
const matrix: readonly (readonly [field: string, allowed: readonly string[]])[] = [
  ['query { user(id: "usr_x") { id } }', ['operator', 'admin']],
  ['query { users { nodes { id } } }', ['admin']],
  ['query { addressOf(customerId: "usr_x", addressId: "adr_x") { id } }', ['service']],
  ['query { revokedSessions(since: "2026-01-01T00:00:00Z") { sessionId } }', ['service']],
  ['mutation { logout { userErrors { code } } }', mine],
  ['mutation { logoutEverywhere { userErrors { code } } }', mine],
  ['mutation { endSession(sessionId: "ses_x") { userErrors { code } } }', mine],
  ['mutation { requestEmailVerification { userErrors { code } } }', mine],
  ['mutation { changePassword(currentPassword: "x", newPassword: "y") { userErrors { code } } }', mine],
  ['mutation { updateProfile(input: { name: "X" }) { userErrors { code } } }', mine],
  [
    'mutation { saveAddress(input: { label: "H", line1: "1", city: "B", pincode: "560001" }) { userErrors { code } } }',
    mine,
  ],
  ['mutation { deleteAddress(id: "adr_x") { userErrors { code } } }', mine],
  ['mutation { markNotificationsRead(ids: ["ntf_x"]) { userErrors { code } } }', mine],
  ['mutation { setUserRoles(userId: "usr_x", roles: [RIDER]) { userErrors { code } } }', ['admin']],
  ['mutation { setUserBlocked(userId: "usr_x", blocked: true) { userErrors { code } } }', ['admin']],
];
const everybody: Readonly<Record<string, () => Viewer>> = {
  anonymous: () => callers.anonymous(),
  customer: () => callers.customer('usr_nobody'),
  rider: () => callers.rider('usr_nobody'),
  operator: () => callers.operator('usr_nobody'),
  admin: () => callers.admin('usr_nobody'),
  service: () => callers.service('orders'),
};

test.each(matrix)('%s is for its audience only', async (document, allowed) => {
  for (const [name, viewer] of Object.entries(everybody)) {
    const answer = await shop.request(viewer(), document);
    const expected = allowed.includes(name) ? undefined : name === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    expect([name, topLevelCode(answer)]).toEqual([name, expected]);
  }
});

test('without an assertion of the gateway nothing is answered, not even the anonymous parts', async () => {
  const direct = createGraphqlClient(shop.http.url);
  for (const headers of [{}, { 'x-swiftcart-identity': 'forged' }, { authorization: 'Bearer x' }]) {
    const answer = await direct.request('{ me { id } }', {}, { headers });
    expect(topLevelCode(answer)).toBe('UNAUTHENTICATED');
    expect(answer.data).toBeNull();
  }
});
