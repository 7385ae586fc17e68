import { groupByKey, loadByKey } from '@swiftcart/graphql';
import DataLoader from 'dataloader';
import type { Address } from './domain/address-book.ts';
import type { SessionRecord } from './store/sessions.ts';
import type { Store } from './store/store.ts';
import type { UserRecord } from './store/users.ts';

/** An address with what only its account knows. */
export interface OwnedAddress extends Address {
  ownerId: string;
  /** The account's name. */
  recipientName: string;
}

export type Loaders = ReturnType<typeof createLoaders>;

/** One set per operation: each collection is read once for all places of an operation that ask for it. */
export function createLoaders(store: Store, now: () => Date) {
  return {
    users: new DataLoader<string, UserRecord | null>(async (ids) =>
      loadByKey(ids, await store.users.findByIds(ids), (user) => user._id),
    ),
    addresses: new DataLoader<string, OwnedAddress | null>(async (ids) => {
      const owners = await store.users.findByAddressIds(ids);
      return loadByKey(ids, owners.flatMap(ownedAddresses), (address) => address.id);
    }),
    liveSessions: new DataLoader<string, SessionRecord[]>(async (userIds) =>
      groupByKey(userIds, await store.sessions.findLive(userIds, now()), (session) => session.userId),
    ),
  };
}

export function ownedAddresses(user: UserRecord): OwnedAddress[] {
  return user.addresses.map((address) => ({ ...address, ownerId: user._id, recipientName: user.name }));
}
