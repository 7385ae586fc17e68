import type { Handover } from './delivery-record.ts';

/** Wrong tries that a code survives; at this many a new code replaces it (rules.md, "Defaults"). */
export const maxWrongTries = 5;

/** The outcome of telling a code: right, wrong and counted, or wrong so often that a new code must be issued. */
export type HandoverCheck =
  | { readonly kind: 'match' }
  | { readonly kind: 'mismatch'; readonly handover: Handover; readonly triesLeft: number }
  | { readonly kind: 'reissue' };

/** Four digits with leading zeros, from a number below 10,000. */
export function formatHandoverCode(number: number): string {
  return String(number).padStart(4, '0');
}

/** Compares what the rider was told with the code of the moment. */
export function checkHandoverCode(handover: Handover, told: string): HandoverCheck {
  if (told.trim() === handover.code) return { kind: 'match' };
  const wrongTries = handover.wrongTries + 1;
  if (wrongTries >= maxWrongTries) return { kind: 'reissue' };
  return { kind: 'mismatch', handover: { ...handover, wrongTries }, triesLeft: maxWrongTries - wrongTries };
}
