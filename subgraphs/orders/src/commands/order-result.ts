import { isCleanText } from '@swiftcart/graphql';
import type { Order } from '../domain/order.ts';
import { type Refusal, refusal } from '../domain/refusal.ts';

/** An order with the refusals of one mutation. */
export interface OrderResult {
  readonly order: Order | null;
  readonly refusals: readonly Refusal[];
}

export const refused = (reason: Refusal, order: Order | null = null): OrderResult => ({ order, refusals: [reason] });

/**
 * What a customer sees of an order as it stands: nothing before it opened, and what its last attempt was refused for.
 * A cart that could not be cleared yet still holds what was ordered: told CONFIRMED, the customer would fill it up and, its
 * version having moved on, buy the same again. So the key is asked again until a sweeper has cleared it.
 */
export function resultOf(order: Order): OrderResult {
  const { refusal: reason } = order;
  if (!order.isVisible && !reason) {
    return refused(
      refusal('IDEMPOTENCY_IN_PROGRESS', 'This order is still being placed; ask again with the same key.'),
    );
  }
  if (order.saga.todo.includes('clearCart')) {
    return refused(refusal('IDEMPOTENCY_IN_PROGRESS', 'The cart is still being cleared; ask again.'), order);
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
