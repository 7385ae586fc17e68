import type { Viewer } from '@swiftcart/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callers } from './callers.ts';
import { signUp, startUsers, topLevelCode, type UsersFixture } from './users-fixture.ts';

let shop: UsersFixture;
beforeAll(async () => {
  shop = await startUsers();
});
afterAll(() => shop[Symbol.asyncDispose]());

interface Saved {
  user: {
    addresses: { id: string; label: string; isDefault: boolean }[];
    defaultAddress: { id: string } | null;
  } | null;
  userErrors: { code: string; field: string[] | null }[];
}

const selection = '{ user { addresses { id label isDefault } defaultAddress { id } } userErrors { code field } }';
const home = { label: 'Home', line1: '12 Church Street', city: 'Bengaluru', pincode: '560001' };

async function save(viewer: Viewer, input: object = {}, id: string | null = null): Promise<Saved> {
  const { data, errors } = await shop.request<{ saveAddress: Saved }>(
    viewer,
    `mutation ($id: ID, $input: AddressInput!) { saveAddress(id: $id, input: $input) ${selection} }`,
    { id, input: { ...home, ...input } },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.saveAddress;
}

async function remove(viewer: Viewer, id: string): Promise<Saved> {
  const { data, errors } = await shop.request<{ deleteAddress: Saved }>(
    viewer,
    `mutation ($id: ID!) { deleteAddress(id: $id) ${selection} }`,
    { id },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.deleteAddress;
}

test('the first address is the default, another becomes it on request, and there is always one', async () => {
  const { viewer } = await signUp(shop, 'book@example.com');
  const first = await save(viewer);
  const firstId = first.user?.addresses[0]?.id ?? '';
  expect(first.user?.defaultAddress?.id).toBe(firstId);
  const second = await save(viewer, { label: 'Work', isDefault: true });
  const workId = second.user?.addresses[1]?.id ?? '';
  expect(second.user?.addresses.map(({ isDefault }) => isDefault)).toEqual([false, true]);
  const renamed = await save(viewer, { label: 'Office' }, workId);
  expect(renamed.user?.addresses[1]).toEqual({ id: workId, label: 'Office', isDefault: true });
  const removed = await remove(viewer, workId);
  expect(removed.user?.defaultAddress?.id).toBe(firstId);
  expect((await remove(viewer, firstId)).user).toEqual({ addresses: [], defaultAddress: null });
});

test('fifteen addresses saved as the default at once are all kept, and exactly one is it', async () => {
  const { viewer } = await signUp(shop, 'race-book@example.com');
  await Promise.all(
    Array.from({ length: 15 }, (_, index) => save(viewer, { label: `Home ${index}`, isDefault: true })),
  );
  const { data } = await shop.request<{ me: Saved['user'] }>(viewer, '{ me { addresses { label isDefault } } }');
  expect(data?.me?.addresses).toHaveLength(15);
  expect(data?.me?.addresses.filter(({ isDefault }) => isDefault)).toHaveLength(1);
});

test("another's address is not found, alike an unknown one", async () => {
  const owner = await signUp(shop, 'owner@example.com');
  const other = await signUp(shop, 'other@example.com');
  const id = (await save(owner.viewer)).user?.addresses[0]?.id ?? '';
  const notFound = { user: null, userErrors: [{ code: 'NOT_FOUND', field: ['id'] }] };
  expect(await save(other.viewer, {}, id)).toEqual(notFound);
  expect(await save(other.viewer, {}, 'adr_unknown')).toEqual(notFound);
  expect(await remove(other.viewer, id)).toEqual(notFound);
});

test('a service gets an address with the name for the parcel, but only of the customer it names', async () => {
  const owner = await signUp(shop, 'recipient@example.com');
  const other = await signUp(shop, 'no-recipient@example.com');
  const id = (await save(owner.viewer, { latitude: 12.97, longitude: 77.6 })).user?.addresses[0]?.id;
  const query = `query ($customerId: ID!, $addressId: ID!) {
    addressOf(customerId: $customerId, addressId: $addressId) {
      id recipientName label line1 line2 city pincode landmark latitude longitude isDefault
    }
  }`;
  const ask = (viewer: Viewer, customerId: string) => shop.request(viewer, query, { customerId, addressId: id });
  const service = callers.service('orders');
  expect((await ask(service, owner.viewer.userId)).data).toEqual({
    addressOf: {
      id,
      recipientName: 'Asha Rao',
      ...home,
      line2: null,
      landmark: null,
      latitude: 12.97,
      longitude: 77.6,
      isDefault: true,
    },
  });
  expect((await ask(service, other.viewer.userId)).data).toEqual({ addressOf: null });
  expect(topLevelCode(await ask(owner.viewer, owner.viewer.userId))).toBe('FORBIDDEN');
  expect(topLevelCode(await ask(callers.admin(), owner.viewer.userId))).toBe('FORBIDDEN');
  expect(topLevelCode(await ask(callers.anonymous(), owner.viewer.userId))).toBe('UNAUTHENTICATED');
});
