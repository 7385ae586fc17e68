import { money } from '@swiftcart/graphql';
import type { CartResult } from '../commands/cart-access.ts';
import type { OrderResult } from '../commands/order-result.ts';
import type { Cart } from '../domain/cart.ts';
import type { Refusal } from '../domain/refusal.ts';

/** A refusal as the contract's `OrderError`. */
export function asUserError(refusal: Refusal) {
  const { field, itemId, productId, availableQuantity, currentGrandTotal } = refusal;
  return {
    __typename: 'OrderError' as const,
    code: refusal.code,
    message: refusal.message,
    field: field?.length ? field : null,
    itemId: itemId ?? null,
    productId: productId ?? null,
    availableQuantity: availableQuantity ?? null,
    currentGrandTotal: currentGrandTotal === null || currentGrandTotal === undefined ? null : money(currentGrandTotal),
  };
}

/** A cart in an answer; the token only in the answer of the mutation that made it. */
export type CartSource = Cart & {
  readonly guestToken?: string | null;
  /** Prices the gateway brought along for a field that requires them. */
  readonly priced?: readonly PricedItem[] | null;
};

export interface PricedItem {
  readonly product?: { readonly sku?: string; readonly price?: { readonly amount?: number } | null } | null;
}

export function cartPayload(result: CartResult): {
  cart: CartSource | null;
  userErrors: ReturnType<typeof asUserError>[];
} {
  const cart = result.cart && { ...result.cart, guestToken: result.guestToken ?? null };
  return { cart, userErrors: result.refusals.map(asUserError) };
}

export const orderPayload = (result: OrderResult) => ({
  order: result.order,
  userErrors: result.refusals.map(asUserError),
});
