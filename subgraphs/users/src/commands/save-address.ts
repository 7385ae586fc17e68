import { createId, requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import { type AddressInput, checkAddress, putAddress } from '../domain/address-book.ts';
import type { Outcome } from '../domain/refusal.ts';
import type { UserRecord } from '../store/users.ts';
import { changeAddressBook } from './change-address-book.ts';

/** Adds an address to the caller's book (`id` null) or replaces one in it. */
export async function saveAddress(
  context: RequestContext,
  id: string | null,
  input: AddressInput,
): Promise<Outcome<UserRecord>> {
  requireUser(context.viewer);
  const fields = checkAddress(input);
  if (!fields.ok) return fields;
  const newId = createId('adr', context.now());
  return changeAddressBook(context, (book) => putAddress(book, id, newId, fields.value));
}
