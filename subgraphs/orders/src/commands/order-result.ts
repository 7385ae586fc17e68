import { isCleanText } from '@swiftcart/graphql';
import type { Order } from '../domain/order.ts';
import { type Refusal, refusal } from '../domain/refusal.ts';
import { isUndecided } from '../domain/saga-effects.ts';

/** An order with the refusals of one mutation. */
export interface OrderResult {
  readonly order: Order | null;
  readonly refusals: readonly Refusal[];
}

export const refused = (reason: Refusal, order: Order | null = null): OrderResult => ({ order, refusals: [reason] });

/**
 * What a customer sees of an order as it stands: nothing before it opened, and what its last attempt was refused for.
 * While a charge is unknown, or the cart could not be cleared yet, the cart still holds what was ordered: told CONFIRMED, or
 * PENDING_PAYMENT as if it were his turn, the customer would fill it up and, its version having moved on, buy the same again.
 * So the key is asked again until a sweeper has settled both.
 */
export function resultOf(order: Order): OrderResult {
  const { refusal: reason } = order;
  if (!order.isVisible && !reason) {
    return refused(
      refusal('IDEMPOTENCY_IN_PROGRESS', 'This order is still being placed; ask again with the same key.'),
    );
  }
  if (isUndecided(order.saga.todo)) {
    return refused(
      refusal('IDEMPOTENCY_IN_PROGRESS', 'The payment or the cart is still being settled; ask again.'),
      order,
    );
  }
  return { order: order.isVisible ? order : null, refusals: reason ? [reason] : [] };
}

export const orderNotFound = (field: readonly string[] = ['orderId']): OrderResult =>
  refused(refusal('NOT_FOUND', 'No such order.', { field }));

/** The refusal INVALID for a text that is too long, empty where it may not be, or malformed; null when it is fine. */
export function checkText(
  value: string | null | undefined,
  field: readonly string[],
  limits: { maxLength: number; minLength?: number },
): Refusal | null {
  if (value === null || value === undefined || isCleanText(value, limits)) return null;
  const name = field.at(-1);
  const message = `${name} must have ${limits.minLength ?? 0} to ${limits.maxLength} characters.`;
  return refusal('INVALID', message, { field });
}
