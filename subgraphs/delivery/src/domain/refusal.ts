import type { DeliveryState } from './delivery-state.ts';

/** Every business refusal of the delivery subgraph (`DeliveryErrorCode`). */
export const refusalCodes = [
  'INVALID',
  'NOT_FOUND',
  'ILLEGAL_TRANSITION',
  'STALE_SEQUENCE',
  'ALREADY_FINAL',
  'REASON_REQUIRED',
  'CODE_REQUIRED',
  'CODE_MISMATCH',
  'RIDER_REQUIRED',
  'RIDER_UNAVAILABLE',
  'TOO_MANY_ROWS',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Why a request was refused, with what helps the caller to ask better. `field` is a path from the argument root. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly field: readonly string[] | null;
  readonly currentStatus?: DeliveryState;
  readonly currentSequence?: number;
  readonly allowed?: readonly DeliveryState[];
}

export function refusal(
  code: RefusalCode,
  message: string,
  rest: Partial<Omit<Refusal, 'code' | 'message'>> = {},
): Refusal {
  return { code, message, field: null, ...rest };
}

/** Unknown and not yours are told in the same words, because existence is a secret. */
export function deliveryNotFound(field: readonly string[]): Refusal {
  return refusal('NOT_FOUND', 'There is no such delivery.', { field });
}
