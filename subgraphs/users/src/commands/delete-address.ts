import type { RequestContext } from '../context.ts';
import { removeAddress } from '../domain/address-book.ts';
import type { Outcome } from '../domain/refusal.ts';
import type { UserRecord } from '../store/users.ts';
import { changeAddressBook } from './change-address-book.ts';

/** Removes an address from the caller's book. Orders keep their own copy. */
export function deleteAddress(context: RequestContext, id: string): Promise<Outcome<UserRecord>> {
  return changeAddressBook(context, (book) => removeAddress(book, id));
}
