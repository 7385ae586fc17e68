/** Why the shop said no, in the words of the contract's `OrderErrorCode`. */
export const refusalCodes = [
  'INVALID',
  'NOT_FOUND',
  'EMPTY_CART',
  'OUT_OF_STOCK',
  'INSUFFICIENT_STOCK',
  'PRODUCT_UNAVAILABLE',
  'LIMIT_EXCEEDED',
  'PRICE_CHANGED',
  'BELOW_MINIMUM_ORDER',
  'COUPON_INVALID',
  'COUPON_EXPIRED',
  'COUPON_LIMIT_REACHED',
  'NOT_SERVICEABLE',
  'IDEMPOTENCY_MISMATCH',
  'IDEMPOTENCY_IN_PROGRESS',
  'PAYMENT_DECLINED',
  'NOT_CANCELLABLE',
  'ALREADY_CANCELLED',
  'REFUND_EXCEEDS_PAYMENT',
  'CATALOG_UNAVAILABLE',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** An expected "no": data, not an exception. `currentGrandTotal` is in minor units (paise). */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly field?: readonly string[] | null;
  readonly itemId?: string | null;
  readonly productId?: string | null;
  readonly availableQuantity?: number | null;
  readonly currentGrandTotal?: number | null;
}

export type RefusalDetail = Omit<Refusal, 'code' | 'message'>;

/** Builds a refusal; the detail names the input field and the number that helps. */
export function refusal(code: RefusalCode, message: string, detail: RefusalDetail = {}): Refusal {
  return { code, message, ...detail };
}

/** Either a value or the reason why there is none. */
export type Decision<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const accept = <T>(value: T): Decision<T> => ({ ok: true, value });
export const refuse = <T>(reason: Refusal): Decision<T> => ({ ok: false, refusal: reason });
