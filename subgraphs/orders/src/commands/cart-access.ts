import { createHash, randomBytes } from 'node:crypto';
import type { Cart } from '../domain/cart.ts';
import type { Decision, Refusal } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';
import { pauseAfterConflict } from '../saga/pause-after-conflict.ts';
import type { CartFields } from '../store/carts.ts';

/** Whose cart is meant: the signed-in customer's, else the one behind a guest token. */
export interface CartCaller {
  readonly customerId: string | null;
  readonly cartToken: string | null;
}

/** A cart with the refusals of one mutation; `guestToken` only for a cart made by it. */
export interface CartResult {
  readonly cart: Cart | null;
  readonly guestToken?: string | null;
  readonly refusals: readonly Refusal[];
}

export type CartContext = Pick<ProcessContext, 'store' | 'config' | 'now' | 'catalog' | 'logger'>;

/** Guest tokens are kept only as their hash: a stolen database opens no cart. */
export const hashCartToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The caller's active cart; null before the first add, and for an unknown, expired or merged token. */
export async function findCart(context: CartContext, caller: CartCaller): Promise<Cart | null> {
  if (caller.customerId) return context.store.carts.findByOwner(caller.customerId);
  if (!caller.cartToken) return null;
  const cart = await context.store.carts.findByToken(hashCartToken(caller.cartToken), context.now());
  return cart?.mergedInto ? null : cart;
}

/** The caller's cart, made if there is none. A guest without a valid token gets a new cart and its token. */
export async function openCart(
  context: CartContext,
  caller: CartCaller,
): Promise<{ cart: Cart; guestToken: string | null }> {
  const found = await findCart(context, caller);
  if (found) return { cart: found, guestToken: null };
  const guestToken = caller.customerId ? null : randomBytes(16).toString('base64url');
  const cart = newCart(caller.customerId, guestToken, context);
  if (await context.store.carts.insert(cart)) return { cart, guestToken };
  // Two first clicks at once: the other one made the customer's cart.
  const other = await findCart(context, caller);
  if (!other) throw new Error('a cart vanished while it was being made');
  return { cart: other, guestToken: null };
}

function newCart(ownerId: string | null, guestToken: string | null, context: CartContext): Cart {
  const now = context.now();
  return {
    // 128 random bits: whoever knows the id may compute the cart's totals (rules.md, Carts).
    _id: `cart_${randomBytes(16).toString('hex')}`,
    ownerId,
    tokenHash: guestToken && hashCartToken(guestToken),
    items: [],
    couponCode: null,
    version: 1,
    expiresAt: ownerId ? null : guestExpiry(context),
    mergedInto: null,
    isMergeDone: true,
    mergedCartIds: [],
    createdAt: now,
    updatedAt: now,
  };
}

const guestExpiry = ({ config, now }: CartContext): Date =>
  new Date(now().getTime() + config.guestCartTtlDays * 86_400_000);

const maxConflicts = 300;

/**
 * Decides on the cart as it is and writes if it still is that version, again on a fresh read otherwise, so concurrent
 * clicks all count. A decision of null means that nothing has to change.
 */
export async function changeCart(
  context: CartContext,
  cart: Cart,
  decide: (cart: Cart) => Decision<CartFields | null>,
): Promise<{ cart: Cart | null; refusals: readonly Refusal[] }> {
  let current: Cart | null = cart;
  for (let round = 0; round < maxConflicts && current; round += 1) {
    const decision = decide(current);
    if (!decision.ok) return { cart: current, refusals: [decision.refusal] };
    if (decision.value === null) return { cart: current, refusals: [] };
    const expiry = current.ownerId ? {} : { expiresAt: guestExpiry(context) };
    const written = await context.store.carts.change(current, { ...decision.value, ...expiry }, context.now());
    if (written) return { cart: written, refusals: [] };
    await pauseAfterConflict(round);
    const latest: Cart | null = await context.store.carts.find(current._id);
    current = latest?.mergedInto ? null : latest;
  }
  if (current) throw new Error(`cart ${cart._id} was changed by others ${maxConflicts} times in a row`);
  return { cart: null, refusals: [] };
}

/** A random id for a new line: like the cart's id, knowing it is enough to compute the line's total. */
export const newLineId = (): string => `cit_${randomBytes(16).toString('hex')}`;
