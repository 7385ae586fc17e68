import { codedError, requireUser } from '@swiftcart/graphql';
import type { RequestContext } from '../context.ts';
import type { Address } from '../domain/address-book.ts';
import { accept, type Outcome, refusal, refuse } from '../domain/refusal.ts';
import type { UserRecord } from '../store/users.ts';

/** Far more than one account's own clicks can ever need; each lost round means that another write succeeded. */
const maxRounds = 100;

/** The book is decided as a whole (one default) and written only if it is still the one that was read. */
export async function changeAddressBook(
  context: RequestContext,
  decide: (book: readonly Address[]) => Outcome<readonly Address[]>,
): Promise<Outcome<UserRecord>> {
  const { userId } = requireUser(context.viewer);
  for (let round = 0; round < maxRounds; round += 1) {
    const user = await context.store.users.findById(userId);
    if (user === null) return refuse(refusal('NOT_FOUND', 'This account is gone.'));
    const book = decide(user.addresses);
    if (!book.ok) return book;
    const { addressRevision } = user;
    const set = { addresses: [...book.value], addressRevision: addressRevision + 1 };
    const changed = await context.store.users.change(userId, { addressRevision }, { set });
    if (changed !== null) return accept(changed);
  }
  throw codedError('OVERLOADED', 'The address book is being changed too often; try again.');
}
